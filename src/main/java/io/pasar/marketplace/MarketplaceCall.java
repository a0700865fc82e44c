package io.pasar.marketplace;

/** The three calls that a marketplace offers; what a failure means depends on which of them failed. */
enum MarketplaceCall {
    /** {@code direct:<marketplace>-token}: body {@link io.pasar.account.Account} in, {@link AccessToken} out. */
    TOKEN("-token", "Asking for a token"),
    /** {@code direct:<marketplace>-list}: body {@link io.pasar.account.Account} in, {@link Listing} out. */
    LIST("-list", "Reading the registration"),
    /** {@code direct:<marketplace>-register}: body {@link RegistrationRequest} in, {@link Registered} out. */
    REGISTER("-register", "Registering");

    private final String suffix;
    private final String words;

    MarketplaceCall(String suffix, String words) {
        this.suffix = suffix;
        this.words = words;
    }

    /** The endpoint at which a marketplace's route file offers this call. */
    String endpoint(String marketplace) {
        return "direct:" + marketplace + suffix;
    }

    /** Whether the marketplace may have stored something when the answer does not say. */
    boolean writes() {
        return this == REGISTER;
    }

    /** How a failure message begins. */
    String words() {
        return words;
    }
}
