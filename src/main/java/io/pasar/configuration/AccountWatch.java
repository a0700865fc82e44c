package io.pasar.configuration;

import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.Mistake;
import io.pasar.kafka.TopicProvisioner;
import io.pasar.kafka.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Puts what the account files say into effect while the gateway runs. Looks again every second, or less often where
 * looking takes long: notifications of file systems do not reach over a network, and miss what Kubernetes does.
 */
final class AccountWatch implements SmartLifecycle {

    private static final Logger LOGGER = LoggerFactory.getLogger(AccountWatch.class);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** At least so many times as long as a look takes is the pause behind it. */
    private static final int SHARE_OF_TIME = 5;

    /** While Kafka is away this is not for long; webhooks for which there is no topic yet go to the spool. */
    private static final Duration TOPICS_WITHIN = Duration.ofSeconds(5);

    /** Of a line of the log. */
    private static final int MOST_MISTAKES = 20;

    /** The same; of accounts that are gone every one is told, because that is what somebody will ask for. */
    private static final int MOST_ACCOUNTS = 100;

    private final AccountFiles files;
    private final Accounts accounts;
    private final TopicProvisioner topics;
    private final List<Consumer<Collection<Account>>> forgetOthers;

    private Map<String, List<Mistake>> told = Map.of();
    private List<Account> inEffect;
    private volatile Thread worker;

    /** @param forgetOthers each frees what it keeps of accounts that are gone, told those that are there */
    AccountWatch(
            AccountFiles files,
            Accounts accounts,
            TopicProvisioner topics,
            List<Consumer<Collection<Account>>> forgetOthers) {
        this.files = files;
        this.accounts = accounts;
        this.topics = topics;
        this.forgetOthers = List.copyOf(forgetOthers);
        this.inEffect = files.accounts();
    }

    @Override
    public void start() {
        Thread thread = new Thread(this::watch, "account-watch");
        thread.setDaemon(true);
        worker = thread;
        thread.start();
    }

    @Override
    public void stop() {
        Thread thread = worker;
        worker = null;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return worker != null;
    }

    private void watch() {
        while (worker == Thread.currentThread()) {
            long began = System.nanoTime();
            try {
                look();
            } catch (RuntimeException | OutOfMemoryError e) {
                // Without this thread accounts would stay as they are for ever, and nobody would know
                LOGGER.atError().setCause(e).log("The account files cannot be looked at; trying again");
            }
            pause(Duration.ofNanos(System.nanoTime() - began).multipliedBy(SHARE_OF_TIME));
        }
    }

    private void pause(Duration enough) {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.max(enough.toMillis(), LOOK_EVERY.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            worker = null;
        }
    }

    private void look() {
        if (files.look()) {
            tellMistakes(files.broken());
        }
        List<Account> now = files.accounts();
        if (now != inEffect) {
            takeEffect(now);
        }
    }

    private void tellMistakes(Map<String, List<Mistake>> broken) {
        broken.forEach((file, mistakes) -> {
            if (!mistakes.equals(told.get(file))) {
                LOGGER.atWarn()
                        .addKeyValue("file", file)
                        .addKeyValue("mistakes", abridged(mistakes))
                        .log("Accounts cannot be taken; what was right last stays in effect");
            }
        });
        told.keySet().stream()
                .filter(file -> !broken.containsKey(file))
                .forEach(file -> LOGGER.atInfo().addKeyValue("file", file).log("Accounts can be taken again"));
        told = broken;
    }

    /** The first mistakes, one beside the other. */
    static String abridged(List<Mistake> mistakes) {
        String first =
                mistakes.stream().limit(MOST_MISTAKES).map(Mistake::toString).collect(Collectors.joining(" | "));
        int more = mistakes.size() - MOST_MISTAKES;
        return more > 0 ? first + " | and " + more + " more" : first;
    }

    private void takeEffect(List<Account> now) {
        if (!topics.add(topicsOf(now), TOPICS_WITHIN)) {
            LOGGER.atWarn()
                    .log("Topics of new accounts are not ready yet; their webhooks go to the spool, and are set aside"
                            + " once Kafka has had no such topic for a minute");
        }
        accounts.replace(now);
        tellChanges(byKey(inEffect), byKey(now));
        inEffect = now;
        forgetOthers.forEach(each -> each.accept(now));
    }

    static List<String> topicsOf(Collection<Account> accounts) {
        return accounts.stream()
                .flatMap(account -> account.events().stream().map(kind -> Topics.of(account.marketplace(), kind)))
                .distinct()
                .toList();
    }

    private static void tellChanges(Map<String, Account> before, Map<String, Account> now) {
        tell(
                now.keySet().stream().filter(key -> !before.containsKey(key)).toList(),
                MOST_ACCOUNTS,
                "Accounts are new; they are registered at the next check");
        tell(
                now.keySet().stream()
                        .filter(key ->
                                before.containsKey(key) && !before.get(key).equals(now.get(key)))
                        .toList(),
                MOST_ACCOUNTS,
                "Accounts have changed");
        tell(
                before.keySet().stream().filter(key -> !now.containsKey(key)).toList(),
                Integer.MAX_VALUE,
                "Accounts are gone; their webhooks are answered 404 from now on, and stay registered");
    }

    private static void tell(List<String> keys, int most, String text) {
        if (!keys.isEmpty()) {
            LOGGER.atInfo()
                    .addKeyValue("count", keys.size())
                    .addKeyValue("accounts", keys.stream().limit(most).collect(Collectors.joining(", ")))
                    .log(text);
        }
    }

    private static Map<String, Account> byKey(List<Account> accounts) {
        Map<String, Account> byKey = new LinkedHashMap<>();
        accounts.forEach(account -> byKey.put(account.key(), account));
        return byKey;
    }
}
