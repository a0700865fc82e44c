package io.pasar.registration;

/**
 * A record in {@code pasar.commands} asks for nothing that can be done. The message says what is wrong with it and is
 * fit to be shown: nothing of the record is repeated in it.
 */
final class BadCommandException extends Exception {

    private final String id;
    private final String marketplace;
    private final String account;

    /** @param id and the others: null where the record has none that can be repeated */
    BadCommandException(String message, String id, String marketplace, String account) {
        super("The command cannot be read: " + message);
        this.id = id;
        this.marketplace = marketplace;
        this.account = account;
    }

    String id() {
        return id;
    }

    String marketplace() {
        return marketplace;
    }

    String account() {
        return account;
    }
}
