package io.pasar;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * How many accounts there are, and which files are not taken as they are. Always up: webhooks of the last good state are
 * received, and a gateway that is taken off for a file's mistake would receive none.
 */
final class AccountFilesHealthIndicator extends AbstractHealthIndicator {

    private final AccountFiles files;

    AccountFilesHealthIndicator(AccountFiles files) {
        this.files = files;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        health.up().withDetail("accounts", files.accounts().size()).withDetail("files", files.count());
        Map<String, String> broken = new LinkedHashMap<>();
        files.broken().forEach((file, mistakes) -> broken.put(file, AccountWatch.abridged(mistakes)));
        if (!broken.isEmpty()) {
            health.withDetail("broken", broken);
        }
    }
}
