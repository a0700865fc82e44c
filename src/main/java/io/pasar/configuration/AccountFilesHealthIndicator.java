package io.pasar.configuration;

import io.pasar.registration.Registrations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * How many accounts there are, which files are not taken as they are, and which accounts were registered and are
 * configured nowhere. Always up: webhooks of the last good state are
 * received, and a gateway that is taken off for a file's mistake would receive none.
 */
final class AccountFilesHealthIndicator extends AbstractHealthIndicator {

    private static final int MOST_ACCOUNTS = 10;

    private final AccountFiles files;
    private final Registrations registrations;

    AccountFilesHealthIndicator(AccountFiles files, Registrations registrations) {
        this.files = files;
        this.registrations = registrations;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        health.up().withDetail("accounts", files.accounts().size()).withDetail("files", files.count());
        Map<String, String> broken = new LinkedHashMap<>();
        files.broken().forEach((file, mistakes) -> broken.put(file, AccountWatch.abridged(mistakes)));
        if (!broken.isEmpty()) {
            health.withDetail("broken", broken);
        }
        List<String> lost = registrations.notConfigured();
        if (!lost.isEmpty()) {
            health.withDetail("notConfigured", lost.size())
                    .withDetail(
                            "notConfiguredFirst",
                            lost.stream().limit(MOST_ACCOUNTS).toList());
        }
    }
}
