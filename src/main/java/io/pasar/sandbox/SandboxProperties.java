package io.pasar.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the stand-ins behave, {@code sandbox}. Not under {@code pasar}: the gateway knows nothing of it.
 *
 * @param pace time between two webhooks, over all marketplaces together, a tenth of it between the first ones of
 *     all event kinds; 0s sends none by itself
 * @param answerWithin how long a stand-in waits for the answer to a webhook before it counts as failed
 * @param retryAfter pause before the first retry of a failed webhook; doubled for every further one
 * @param tokenLifetime how long an access token is good, told as {@code expires_in}
 * @param rateLimit Tokopedia's requests per second, and the burst, per client and endpoint; 0 lifts the limit
 * @param alreadyRegistered what Tokopedia accounts have registered before the gateway comes
 */
@ConfigurationProperties("sandbox")
record SandboxProperties(
        @DefaultValue("1s") Duration pace,
        @DefaultValue("5s") Duration answerWithin,
        @DefaultValue("2s") Duration retryAfter,
        @DefaultValue("1h") Duration tokenLifetime,
        @DefaultValue("5") int rateLimit,
        @DefaultValue List<AlreadyRegistered> alreadyRegistered) {

    /**
     * @param account the {@code fs_id}
     * @param fields as in the body of a register call, e.g. {@code chat_notification_url}
     */
    record AlreadyRegistered(String account, Map<String, String> fields) {}
}
