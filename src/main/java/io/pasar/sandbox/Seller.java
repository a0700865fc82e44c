package io.pasar.sandbox;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A seller that a stand-in knows: what the marketplace's console would hold. Read from {@code pasar.accounts}, so that
 * an account added to the gateway exists at the stand-in as well.
 */
record Seller(
        String marketplace,
        String id,
        String clientId,
        String clientSecret,
        @DefaultValue("basic") TokenAuth tokenAuth) {

    enum TokenAuth {
        BASIC,
        BODY
    }

    @Override
    public String toString() {
        return marketplace + "/" + id;
    }
}
