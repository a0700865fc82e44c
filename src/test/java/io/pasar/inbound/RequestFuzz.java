package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Any bytes sent to the ingest port: only documented answers, never a hanging connection, no 200 without its event, and
 * no event without a right signature.
 *
 * <p>The first byte says whether the request is finished off as a sender would: then {@code @T} and {@code @K} in its
 * head become Tiki's and Tokopedia's signatures of what stands behind the head, {@code @L} its length, and, where the
 * bit for it is set, what stands behind the head is sent in chunks. The second byte says after how many bytes the sender
 * pauses.
 */
public final class RequestFuzz {

    static final int FINISHED = 1;
    static final int CHUNKED = 2;
    static final int IN_TWO = 4;

    /** The last request of every connection. It ends a head that is left open, so that all of it is answered soon. */
    private static final byte[] END = latin1("\r\n\r\nGET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    private static final byte[] HEAD_END = latin1("\r\n\r\n");

    /** No body of ours looks like it. */
    private static final Pattern STATUS = Pattern.compile("/\\d+\\.\\d+ (\\d{3}) [A-Z]");

    /** README, "What a marketplace gets"; 100 is HTTP's own interim answer. */
    private static final Set<Integer> DOCUMENTED = Set.of(100, 200, 400, 401, 404, 405, 408, 413, 417, 503);

    /** Below the time after which an idle connection is cut: to be cut for idling is to hang. */
    private static final int HANGS_MILLIS = 15_000;

    private static final int LOOK_EVERY = 500;

    private static int requests;

    private RequestFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        IngestUnderFuzz ingest = IngestUnderFuzz.instance();

        String answers = send(ingest, data);

        ingest.check();
        check(answers, ingest.takeEvents().size());
        if (++requests % LOOK_EVERY == 0) {
            ingest.awaitNothingHeld();
        }
    }

    /** All that comes back on one connection. */
    static String send(IngestUnderFuzz ingest, byte[] data) {
        byte[] request = Arrays.copyOfRange(data, 2, data.length);
        if ((data[0] & FINISHED) != 0) {
            request = finished(request, (data[0] & CHUNKED) != 0);
        }
        int pauseAt = (data[0] & IN_TWO) == 0 ? 0 : Math.min(data[1] & 0xff, request.length);
        return exchange(ingest.port(), request, pauseAt);
    }

    private static void check(String answers, int events) {
        List<Integer> statuses = new ArrayList<>();
        Matcher matcher = STATUS.matcher(answers);
        while (matcher.find()) {
            statuses.add(Integer.parseInt(matcher.group(1)));
        }
        if (!DOCUMENTED.containsAll(statuses)) {
            throw new AssertionError("Answers that nobody expects: " + statuses);
        }
        if (statuses.contains(503) && !answers.toLowerCase(Locale.ROOT).contains("retry-after")) {
            throw new AssertionError("A 503 that does not say when to try again");
        }
        long accepted = statuses.stream().filter(status -> status == 200).count();
        // An answer may be lost where the sender's end of the connection was cut
        if (accepted > events) {
            throw new AssertionError(accepted + " answers 200, but " + events + " events");
        }
    }

    private static byte[] finished(byte[] request, boolean chunked) {
        int headEnd = indexOf(request, HEAD_END);
        if (headEnd < 0) {
            return request;
        }
        byte[] body = Arrays.copyOfRange(request, headEnd + HEAD_END.length, request.length);
        String head = new String(request, 0, headEnd + HEAD_END.length, ISO_8859_1)
                .replace("@T", SignatureModel.TIKI.sign(body))
                .replace("@K", SignatureModel.TOKOPEDIA.sign(body))
                .replace("@L", String.valueOf(body.length));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(latin1(head));
        bytes.writeBytes(chunked ? chunks(body) : body);
        return bytes.toByteArray();
    }

    private static byte[] chunks(byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int half = body.length / 2;
        for (byte[] chunk : List.of(Arrays.copyOf(body, half), Arrays.copyOfRange(body, half, body.length))) {
            if (chunk.length > 0) {
                bytes.writeBytes(latin1(Integer.toHexString(chunk.length) + "\r\n"));
                bytes.writeBytes(chunk);
                bytes.writeBytes(latin1("\r\n"));
            }
        }
        bytes.writeBytes(latin1("0\r\n\r\n"));
        return bytes.toByteArray();
    }

    private static String exchange(int port, byte[] request, int pauseAt) {
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(HANGS_MILLIS);
            socket.setTcpNoDelay(true);
            // Thousands of connections would wait for their ports otherwise
            socket.setSoLinger(true, 0);
            write(socket.getOutputStream(), request, pauseAt);
            receive(socket.getInputStream(), answers);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("A connection hangs", e);
        } catch (IOException e) {
            // Cut by the gateway, as it may
        }
        return answers.toString(ISO_8859_1);
    }

    private static void write(OutputStream out, byte[] request, int pauseAt) {
        try {
            out.write(request, 0, pauseAt);
            Thread.yield();
            byte[] rest = Arrays.copyOfRange(request, pauseAt, request.length + END.length);
            System.arraycopy(END, 0, rest, request.length - pauseAt, END.length);
            out.write(rest);
        } catch (IOException e) {
            // The answer may be there all the same
        }
    }

    /** Until the gateway closes, or has said that it will. */
    private static void receive(InputStream in, ByteArrayOutputStream answers) throws IOException {
        byte[] buffer = new byte[4096];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            answers.write(buffer, 0, read);
            String text = answers.toString(ISO_8859_1).toLowerCase(Locale.ROOT);
            int close = text.indexOf("\r\nconnection: close\r\n");
            if (close >= 0 && text.indexOf("\r\n\r\n", close) >= 0) {
                return;
            }
        }
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] latin1(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
