package io.pasar.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import io.pasar.sandbox.Faults.Effect;
import io.pasar.sandbox.Faults.Fault;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.web.context.request.async.DeferredResult;

/**
 * What the stand-ins of all marketplaces have in common: sellers, tokens, misbehaviour on demand, and webhooks to send.
 * What is registered, and in which words a marketplace speaks of it, is its own class's. Safe for use by many threads.
 */
abstract class StandIn {

    private static final Duration LONGER_THAN_ANY_DELAY = Duration.ofMinutes(10);

    private final String name;
    private final Sellers sellers;
    private final Tokens tokens;
    private final Courier courier;
    private final TaskScheduler scheduler;
    private final Faults faults = new Faults();
    private final Journal journal = new Journal();
    private final Map<String, Long> numbers = new HashMap<>();

    /** Ids go on from the time of the start, so that a restart never sends an event that was there before. */
    private final long firstNumber = System.currentTimeMillis();

    StandIn(
            String name,
            Sellers sellers,
            Courier courier,
            TaskScheduler scheduler,
            Duration lifetime,
            boolean sameToken) {
        this.name = name;
        this.sellers = sellers;
        this.courier = courier;
        this.scheduler = scheduler;
        this.tokens = new Tokens(Clock.systemUTC(), lifetime, sameToken);
    }

    /** The calls that this marketplace offers. */
    abstract Set<Call> calls();

    /** The accounts that have a registration. */
    abstract Collection<String> registered();

    /** The registered URL of every event kind that has one. */
    abstract Map<String, String> urls(String account);

    /** The secret that signs this event kind; empty text if none is registered. */
    abstract String secret(String account, String eventKind);

    abstract String signatureHeader();

    abstract String signature(String secret, byte[] body);

    /** @param number goes up by one with every webhook of one account and event kind */
    abstract byte[] payload(String account, String eventKind, long number);

    /** The body of an event that never changes, to be sent by hand. */
    abstract Example example();

    /** A failure in the marketplace's own form. */
    abstract Reply failure(int status, String message);

    /** What is registered, in the marketplace's own words. */
    abstract JsonNode registration(String account);

    /**
     * Changes a registered URL behind the gateway's back; an empty one blanks it.
     *
     * @return false if there is no such webhook to change
     */
    abstract boolean setUrl(String account, String eventKind, String url);

    /** Changes the registered secret behind the gateway's back; an empty one blanks it. */
    abstract void setSecret(String account, String secret);

    /** Goes back to what was there before the gateway came. */
    abstract void forget();

    final String name() {
        return name;
    }

    final Collection<Seller> sellers() {
        return sellers.of(name);
    }

    final Optional<Seller> seller(String account) {
        return sellers.find(name, account);
    }

    /** The ids of the sellers whose app this is. */
    final List<String> accountsOf(String client) {
        return sellers.ofClient(name, client).stream().map(Seller::id).toList();
    }

    final boolean isAccountOf(String client, String account) {
        return seller(account)
                .filter(seller -> seller.clientId().equals(client))
                .isPresent();
    }

    final Tokens tokens() {
        return tokens;
    }

    final Faults faults() {
        return faults;
    }

    final Journal journal() {
        return journal;
    }

    final Courier courier() {
        return courier;
    }

    /** Sends webhooks of everything that is registered for this account. */
    final void enlist(String account) {
        urls(account).forEach((eventKind, url) -> {
            // RFC 2606: such a name resolves nowhere, so all it would cost is a DNS query on the user's network
            if (!URI.create(url).getHost().endsWith(".invalid")) {
                courier.enlist(this, account, eventKind);
            }
        });
    }

    /** Back to the start: nothing registered by the gateway, no token, no misbehaviour, nothing received. */
    final void reset() {
        forget();
        tokens.expireAll();
        faults.clear();
        journal.clear();
        registered().forEach(this::enlist);
    }

    /** The next webhook of this event kind; empty if no URL is registered for it. */
    final Optional<Webhook> webhook(String account, String eventKind) {
        return webhook(account, eventKind, Signing.RIGHT);
    }

    final synchronized Optional<Webhook> webhook(String account, String eventKind, Signing signing) {
        String url = urls(account).get(eventKind);
        return url == null
                ? Optional.empty()
                : Optional.of(webhook(
                        account, eventKind, url, payload(account, eventKind, next(account, eventKind)), signing));
    }

    final Webhook webhook(String account, String eventKind, String url, byte[] body, Signing signing) {
        String secret = secret(account, eventKind);
        // Whether Tokopedia signs when no secret is registered is documented nowhere; here it does not
        String signature = signing == Signing.MISSING || secret.isEmpty()
                ? null
                : signature(signing == Signing.WRONG ? secret + " but another" : secret, body);
        return new Webhook(name, account, eventKind, URI.create(url), body, signatureHeader(), signature);
    }

    private synchronized long next(String account, String eventKind) {
        return numbers.merge(account + " " + eventKind, firstNumber, (last, first) -> last + 1);
    }

    /**
     * Answers a call, as well or as badly as is asked for.
     *
     * @param accounts those that the call is about; empty if it names none
     * @param body null if the call has none
     * @return null when the connection is to end without an answer
     */
    final DeferredResult<ResponseEntity<byte[]>> serve(
            HttpServletRequest request, Call call, List<String> accounts, byte[] body, Supplier<Reply> work) {
        Fault fault = faults.next(call, accounts).orElse(null);
        Reply reply = fault == null || fault.effect().workIsDone() ? work.get() : refused(fault);
        if (fault != null && fault.effect() == Effect.STORE_THEN_FAIL) {
            reply = refused(fault);
        }
        journal.add(new Journal.Entry(
                Instant.now(),
                call.word(),
                accounts.size() == 1 ? accounts.get(0) : null,
                reply.status(),
                fault == null ? null : fault.effect().word(),
                Json.object(body).map(Json::masked).orElse(null)));
        if (fault != null && fault.effect() == Effect.STORE_THEN_DROP) {
            request.setAttribute(ConnectionDropper.DROP, true);
            return null;
        }
        return answer(reply, fault == null ? 0 : fault.millis());
    }

    private DeferredResult<ResponseEntity<byte[]>> answer(Reply reply, long millis) {
        DeferredResult<ResponseEntity<byte[]>> answer = new DeferredResult<>(LONGER_THAN_ANY_DELAY.toMillis());
        if (millis == 0) {
            answer.setResult(reply.asResponse());
        } else {
            scheduler.schedule(
                    () -> answer.setResult(reply.asResponse()), Instant.now().plusMillis(millis));
        }
        return answer;
    }

    private Reply refused(Fault fault) {
        Reply reply = fault.html()
                ? Reply.nginxPage(fault.status())
                : failure(fault.status(), "The sandbox was told to answer " + fault.status());
        if (fault.retryAfter() != null) {
            reply = reply.with(
                    Map.of(HttpHeaders.RETRY_AFTER, fault.retryAfter().toString()));
        }
        return fault.effect() == Effect.RATE_LIMIT ? reply.with(exhaustedHeaders()) : reply;
    }

    /** What a rate-limited answer tells in its headers. */
    Map<String, String> exhaustedHeaders() {
        return Map.of();
    }

    /**
     * The client that a bearer token was given to. The scheme is compared as the documents write it: a client that
     * copies Tiki's lower-case {@code token_type} into the header is refused.
     */
    final Optional<String> bearer(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header == null || !header.startsWith("Bearer ")
                ? Optional.empty()
                : tokens.clientOf(header.substring("Bearer ".length()));
    }

    /** User and password of HTTP Basic. */
    static Optional<Credentials> basic(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.startsWith("Basic ")) {
            return Optional.empty();
        }
        try {
            byte[] decoded = Base64.getDecoder().decode(header.substring("Basic ".length()));
            String[] parts = new String(decoded, StandardCharsets.UTF_8).split(":", 2);
            return parts.length == 2 ? Optional.of(new Credentials(parts[0], parts[1])) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    final boolean known(Credentials credentials, Seller.TokenAuth tokenAuth) {
        if (isKnown(credentials, tokenAuth)) {
            return true;
        }
        sellers.readAgain();
        return isKnown(credentials, tokenAuth);
    }

    private boolean isKnown(Credentials credentials, Seller.TokenAuth tokenAuth) {
        return sellers.ofClient(name, credentials.client).stream()
                .anyMatch(
                        seller -> seller.clientSecret().equals(credentials.secret) && seller.tokenAuth() == tokenAuth);
    }

    static boolean isWebUrl(String text) {
        try {
            URI url = new URI(text);
            return url.getHost() != null && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** How a webhook is signed. */
    enum Signing {
        RIGHT,
        WRONG,
        MISSING
    }

    /** A webhook for the command line. */
    record Example(String eventKind, String body) {}

    record Credentials(String client, String secret) {
        @Override
        public String toString() {
            return "Credentials[client=" + client + "]";
        }
    }
}
