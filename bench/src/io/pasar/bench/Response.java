package io.pasar.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One HTTP/1.1 response: whether it is whole, its status, and whether the connection ends with it. */
final class Response {

    private static final int LARGEST = 16 * 1024;
    private static final int STATUS_AT = "HTTP/1.1 ".length();
    private static final String LENGTH = "\r\ncontent-length:";

    private final byte[] bytes = new byte[LARGEST];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
    private int status;
    private boolean whole;
    private boolean last;

    void reset() {
        buffer.clear();
        whole = false;
    }

    /** @return whether the other side has closed */
    boolean read(SocketChannel channel) throws IOException {
        if (!buffer.hasRemaining()) {
            throw new IOException("An answer is longer than " + LARGEST + " bytes");
        }
        boolean ended = channel.read(buffer) < 0;
        parse();
        return ended;
    }

    private void parse() {
        int length = buffer.position();
        int headEnd = headEnd(length);
        if (headEnd < 0) {
            return;
        }
        String head = new String(bytes, 0, headEnd, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        status = Integer.parseInt(head, STATUS_AT, STATUS_AT + 3, 10);
        last = head.contains("\r\nconnection: close");
        int at = head.indexOf(LENGTH);
        if (at >= 0) {
            int lineEnd = head.indexOf('\r', at + LENGTH.length());
            int end = lineEnd < 0 ? head.length() : lineEnd;
            whole = length
                    >= headEnd
                            + 4
                            + Integer.parseInt(
                                    head.substring(at + LENGTH.length(), end).trim());
        } else {
            // Chunked: the empty chunk ends it
            whole = new String(bytes, headEnd, length - headEnd, StandardCharsets.ISO_8859_1).endsWith("0\r\n\r\n");
        }
    }

    private int headEnd(int length) {
        for (int i = STATUS_AT; i + 3 < length; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') {
                return i;
            }
        }
        return -1;
    }

    boolean isWhole() {
        return whole;
    }

    int status() {
        return status;
    }

    boolean isLast() {
        return last;
    }
}
