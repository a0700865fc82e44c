package io.pasar.account;

/**
 * One thing that is wrong with what was configured, fit to be shown: it holds no secret.
 *
 * @param key where it is, e.g. {@code pasar.accounts[0].events}
 * @param text what is wrong and what to write instead, on one line
 */
public record Mistake(String key, String text) {

    /** The same mistake of a part, as seen from the whole: {@code events} becomes {@code pasar.accounts[0].events}. */
    public Mistake under(String parent) {
        return new Mistake(parent + "." + key, text);
    }

    @Override
    public String toString() {
        return key + ": " + text;
    }
}
