package io.pasar.sandbox;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** The access tokens that one marketplace has given out. Safe for use by many threads. */
final class Tokens {

    private final Clock clock;
    private final Duration lifetime;
    private final boolean sameWhileItLives;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Token> byText = new HashMap<>();
    private final Map<String, Token> lastOfClient = new HashMap<>();

    /**
     * @param sameWhileItLives whether a client that asks again gets the same token until it has expired. Tokopedia:
     *     news of 22 October 2021
     */
    Tokens(Clock clock, Duration lifetime, boolean sameWhileItLives) {
        this.clock = clock;
        this.lifetime = lifetime;
        this.sameWhileItLives = sameWhileItLives;
    }

    synchronized Token issue(String client) {
        Token last = lastOfClient.get(client);
        if (sameWhileItLives && last != null && clock.instant().isBefore(last.expires)) {
            return last;
        }
        byText.values().removeIf(token -> !clock.instant().isBefore(token.expires));
        Token token = new Token(randomHex(), client, clock.instant().plus(lifetime));
        byText.put(token.text, token);
        lastOfClient.put(client, token);
        return token;
    }

    /** Whose token this is; empty if it was never given out or has expired. */
    synchronized Optional<String> clientOf(String text) {
        return Optional.ofNullable(byText.get(text))
                .filter(token -> clock.instant().isBefore(token.expires))
                .map(Token::client);
    }

    /** Seconds left, for {@code expires_in}. */
    long secondsLeft(Token token) {
        return Duration.between(clock.instant(), token.expires).toSeconds();
    }

    synchronized void expireAll() {
        byText.clear();
        lastOfClient.clear();
    }

    private String randomHex() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    record Token(String text, String client, Instant expires) {

        @Override
        public String toString() {
            return "Token[client=" + client + ", expires=" + expires + "]";
        }
    }
}
