package io.pasar.configuration;

import io.pasar.account.Account;
import io.pasar.account.EventKinds;
import io.pasar.account.Mistake;
import io.pasar.account.Secret;
import io.pasar.api.ApiConfiguration;
import io.pasar.inbound.IngestConfiguration;
import io.pasar.kafka.KafkaConfiguration;
import io.pasar.kafka.spool.SpoolConfiguration;
import io.pasar.marketplace.AccountRules;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.util.unit.DataSize;

/**
 * What must hold between keys, and between the configuration and the route files. What is checked may be incomplete:
 * anything that has no default may be null, which is reported elsewhere.
 */
final class ConfigurationRules {

    private static final String UNTOUCHED_HOST = "hooks.example.com";

    /** RFC 6750, section 2.1: nothing else can be sent in an Authorization header. */
    private static final Pattern BEARER_TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{16,}=*");

    private static final Pattern BOOTSTRAP_SERVER =
            Pattern.compile("([A-Za-z_]+://)?(\\[[0-9A-Fa-f:.]+]|[^\\s:/]+):[0-9]{1,5}");

    /** For the key and the headers of a record: those of the delivery are bounded by what the ingest server takes. */
    private static final DataSize HEADER_ROOM = DataSize.ofKilobytes(64);

    private static final Duration SHORTEST_EXPECTATION = Duration.ofMinutes(1);

    private final EventKinds eventKinds;
    private final Map<String, AccountRules> accountRules;
    private final boolean sandbox;
    private final List<Mistake> mistakes = new ArrayList<>();

    ConfigurationRules(EventKinds eventKinds, List<AccountRules> accountRules, boolean sandbox) {
        this.eventKinds = eventKinds;
        this.accountRules =
                accountRules.stream().collect(Collectors.toMap(AccountRules::marketplace, Function.identity()));
        this.sandbox = sandbox;
    }

    List<Mistake> mistakes(PasarConfiguration configuration) {
        mistakes.clear();
        checkPublicUrl(configuration);
        checkFormerPublicUrls(configuration);
        checkIngest(configuration.ingest());
        checkKafka(configuration.kafka(), configuration.ingest());
        checkSpool(configuration.spool(), configuration.ingest());
        checkDuration("pasar.registration.every", configuration.registration().every(), Duration.ofSeconds(1));
        checkDuration(
                "pasar.registration.reassert-every",
                configuration.registration().reassertEvery(),
                Duration.ofSeconds(1));
        checkDuration(
                "pasar.registration.drain-for", configuration.registration().drainFor(), Duration.ofSeconds(1));
        checkDuration(
                "pasar.registration.evidence.window",
                configuration.registration().evidence().window(),
                Duration.ofSeconds(1));
        configuration.marketplaces().forEach((name, marketplace) -> {
            checkUrl("pasar.marketplaces." + name + ".api-url", marketplace.apiUrl());
            checkUrl("pasar.marketplaces." + name + ".token-url", marketplace.tokenUrl());
            checkRate("pasar.marketplaces." + name + ".requests-per-second", marketplace.requestsPerSecond());
        });
        checkTokens(configuration.api().tokens());
        checkAccounts(configuration);
        return List.copyOf(mistakes);
    }

    /** What is wrong with one account that comes beside this configuration; its keys begin with {@code account}. */
    List<Mistake> mistakes(Account account, PasarConfiguration configuration) {
        mistakes.clear();
        checkAccount("account", account, configuration);
        checkPublicUrl(configuration.withAccounts(List.of(account)));
        return List.copyOf(mistakes);
    }

    static boolean isPlainHttp(URI url) {
        return "http".equalsIgnoreCase(url.getScheme());
    }

    private void checkPublicUrl(PasarConfiguration configuration) {
        URI url = configuration.publicUrl();
        // Without accounts nothing is registered, and the URL may stay as it is packed
        if (!checkUrl("pasar.public-url", url)
                || sandbox
                || configuration.accounts().isEmpty()) {
            return;
        }
        if (isPlainHttp(url)) {
            refuse("pasar.public-url", "must begin with https://; marketplaces shall not send events in the clear");
        } else if (isThisMachine(url.getHost())) {
            refuse("pasar.public-url", "must be reachable from outside; write the host that marketplaces send to");
        } else if (UNTOUCHED_HOST.equalsIgnoreCase(url.getHost())) {
            refuse("pasar.public-url", "is still the example; write the host that marketplaces send to");
        }
    }

    private void checkFormerPublicUrls(PasarConfiguration configuration) {
        List<URI> former = configuration.formerPublicUrls();
        for (int i = 0; i < former.size(); i++) {
            String key = "pasar.former-public-urls[" + i + "]";
            if (!checkUrl(key, former.get(i))) {
                continue;
            }
            if (former.get(i).equals(configuration.publicUrl())) {
                refuse(key, "is pasar.public-url itself; take it out, or write the new one there");
            } else if (former.indexOf(former.get(i)) < i) {
                refuse(key, "is there twice; take one out");
            }
        }
    }

    /** A URL that a path can be put behind. */
    private boolean checkUrl(String key, URI url) {
        if (url == null) {
            return false;
        }
        boolean web = "https".equalsIgnoreCase(url.getScheme()) || isPlainHttp(url);
        if (!web || url.getHost() == null) {
            return refuse(key, "must be a whole URL such as https://host.example/path");
        }
        if (url.getUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            return refuse(key, "must end with its path; take out the user, query or fragment");
        }
        return !url.getPath().endsWith("/") || refuse(key, "must not end with a slash; take it out");
    }

    private static boolean isThisMachine(String host) {
        if (host.equalsIgnoreCase("localhost") || host.toLowerCase(Locale.ROOT).endsWith(".localhost")) {
            return true;
        }
        if (!host.startsWith("[") && !host.matches("[0-9.]+")) {
            return false; // a name: looking it up here would not tell what it is to others
        }
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || address.isAnyLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private void checkIngest(IngestConfiguration ingest) {
        checkDuration("pasar.ingest.answer-within", ingest.answerWithin(), Duration.ofMillis(1));
        checkDuration("pasar.ingest.read-within", ingest.readWithin(), Duration.ofMillis(1));
        if (ingest.closeIdleAfter().compareTo(ingest.readWithin().plus(ingest.answerWithin())) <= 0) {
            refuse(
                    "pasar.ingest.close-idle-after",
                    "must be longer than pasar.ingest.read-within and answer-within together, or deliveries are cut");
        }
        checkDuration("pasar.ingest.close-after", ingest.closeAfter(), Duration.ZERO);
        for (int i = 0; i < ingest.trustedProxies().size(); i++) {
            checkProxy(
                    "pasar.ingest.trusted-proxies[" + i + "]",
                    ingest.trustedProxies().get(i));
        }
        if (ingest.maxBody().toBytes() < 1) {
            refuse("pasar.ingest.max-body", "must be at least 1B");
        }
        if (ingest.maxHeld().toBytes() / 2 < ingest.maxBody().toBytes()) {
            refuse(
                    "pasar.ingest.max-held",
                    "must be at least twice pasar.ingest.max-body, or no body of that size is ever taken");
        }
        if (ingest.tls() != null) {
            mistakes.addAll(ingest.tls().mistakes());
        }
    }

    private void checkProxy(String key, String proxy) {
        // A name would have to be looked up, and again and again
        boolean named = !proxy.matches("[0-9A-Fa-f:.]+(/[0-9]+)?");
        if (named || !isRange(proxy)) {
            refuse(key, '"' + proxy + "\" is not understood; write an address or a range such as 10.0.0.0/8");
        }
    }

    private static boolean isRange(String proxy) {
        try {
            return new IpAddressMatcher(proxy).matches(proxy.replaceFirst("/.*", ""));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void checkSpool(SpoolConfiguration spool, IngestConfiguration ingest) {
        long smallest = ingest.maxBody().toBytes() + HEADER_ROOM.toBytes();
        if (spool.maxSize().toBytes() < smallest) {
            refuse(
                    "pasar.spool.max-size",
                    "must be at least " + smallest + "B, which is pasar.ingest.max-body and room for headers");
        }
        checkDuration("pasar.spool.max-age", spool.maxAge(), Duration.ofMillis(1));
    }

    private void checkKafka(KafkaConfiguration kafka, IngestConfiguration ingest) {
        if (!kafka.useEmbedded()) {
            checkBootstrapServers(kafka.bootstrapServers());
        }
        kafka.propertyMistakes().forEach(this::refuse);
        checkDuration("pasar.kafka.acknowledge-within", kafka.acknowledgeWithin(), Duration.ofMillis(1));
        if (kafka.acknowledgeWithin().compareTo(ingest.answerWithin()) >= 0) {
            refuse(
                    "pasar.kafka.acknowledge-within",
                    "must be shorter than pasar.ingest.answer-within ("
                            + ingest.answerWithin().toMillis() + "ms)");
        }
        checkDuration("pasar.kafka.topics.retention", kafka.topics().retention(), Duration.ofMillis(1));
        long smallest = ingest.maxBody().toBytes() + HEADER_ROOM.toBytes();
        long limit = kafka.topics().maxMessageBytes().toBytes();
        if (limit < smallest || limit > Integer.MAX_VALUE) {
            refuse(
                    "pasar.kafka.topics.max-message-bytes",
                    "must be at least " + smallest + "B, which is pasar.ingest.max-body and room for headers, and less"
                            + " than 2GB");
        }
        if (kafka.topics().replicationFactor() == 0) {
            refuse("pasar.kafka.topics.replication-factor", "must be at least 1, or -1 for the broker's default");
        }
    }

    private void checkBootstrapServers(String servers) {
        List<Matcher> matchers = Arrays.stream(servers.split(","))
                .map(server -> BOOTSTRAP_SERVER.matcher(server.strip()))
                .toList();
        if (!matchers.stream().allMatch(Matcher::matches)) {
            refuse("pasar.kafka.bootstrap-servers", "must be host:port, or several with commas between them");
        } else if (sandbox && !matchers.stream().allMatch(server -> isThisMachine(server.group(2)))) {
            // Made-up events would go to real topics, and real commands would be taken from their gateways
            refuse(
                    "pasar.kafka.bootstrap-servers",
                    "must be on this machine in the sandbox, such as localhost:9092; leave it empty, and"
                            + " PASAR_KAFKA_BOOTSTRAP_SERVERS unset, for the sandbox's own Kafka");
        }
    }

    private void checkDuration(String key, Duration duration, Duration shortest) {
        if (duration.compareTo(shortest) < 0) {
            refuse(key, "must be at least " + shortest.toMillis() + "ms");
        }
    }

    private void checkRate(String key, double rate) {
        // Slower than this, no caller would ever come to its turn
        if (rate != 0 && !(rate >= 0.1 && rate <= 100_000)) {
            refuse(key, "must be from 0.1 to 100000, or 0 for no limit");
        }
    }

    private void checkTokens(List<ApiConfiguration.Token> tokens) {
        Set<String> names = new HashSet<>();
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < tokens.size(); i++) {
            String key = "pasar.api.tokens[" + i + "]";
            ApiConfiguration.Token token = tokens.get(i);
            if (token.name() != null && !token.name().isBlank() && !names.add(token.name())) {
                refuse(key + ".name", "is used by another token; the log could not tell who called");
            }
            if (token.token().isEmpty()) {
                continue;
            }
            if (!BEARER_TOKEN.matcher(token.token()).matches()) {
                refuse(key + ".token", "must be 16 or more of A-Z a-z 0-9 - . _ ~ + / =; try openssl rand -hex 32");
            } else if (!texts.add(token.token())) {
                refuse(key + ".token", "is the text of another token too; which role would it have?");
            }
        }
    }

    private void checkAccounts(PasarConfiguration configuration) {
        Map<String, String> keys = new HashMap<>();
        for (int i = 0; i < configuration.accounts().size(); i++) {
            Account account = configuration.accounts().get(i);
            String key = "pasar.accounts[" + i + "]";
            String earlier = account.id() == null ? null : keys.putIfAbsent(account.key(), key);
            if (earlier != null) {
                refuse(key + ".id", "is the account of " + earlier + " again; give each account once");
            }
            checkAccount(key, account, configuration);
        }
    }

    private void checkAccount(String key, Account account, PasarConfiguration configuration) {
        checkSecrets(key, account);
        if (account.marketplace() != null && checkMarketplace(key, account.marketplace(), configuration)) {
            checkEvents(key, account);
            checkExpectations(key, account);
            if (accountRules.containsKey(account.marketplace())) {
                accountRules.get(account.marketplace()).mistakes(account).stream()
                        .map(mistake -> mistake.under(key))
                        .forEach(mistakes::add);
            }
        }
    }

    /** Whoever knows that a secret is empty can sign like the marketplace. */
    private void checkSecrets(String key, Account account) {
        if (account.clientSecret() != null && account.clientSecret().value().isBlank()) {
            refuse(key + ".client-secret", "must not be empty");
        }
        List<Secret> secrets = account.webhookSecrets();
        for (int i = 0; i < secrets.size(); i++) {
            if (secrets.get(i).value().isBlank()) {
                refuse(key + ".webhook-secrets[" + i + "]", "must not be empty");
            }
        }
    }

    private boolean checkMarketplace(String key, String marketplace, PasarConfiguration configuration) {
        if (!eventKinds.marketplaces().contains(marketplace)) {
            return refuse(
                    key + ".marketplace",
                    '"' + marketplace + "\" has no route file; write one of "
                            + String.join(", ", eventKinds.marketplaces()));
        }
        if (!configuration.marketplaces().containsKey(marketplace)) {
            refuse("pasar.marketplaces." + marketplace, "is missing; write its api-url and token-url");
        }
        return true;
    }

    private void checkEvents(String key, Account account) {
        Set<String> known = eventKinds.of(account.marketplace());
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < account.events().size(); i++) {
            String event = account.events().get(i);
            String eventKey = key + ".events[" + i + "]";
            if (!known.contains(event)) {
                refuse(eventKey, '"' + event + "\" is not offered; write any of " + String.join(", ", known));
            } else if (!seen.add(event)) {
                refuse(eventKey, '"' + event + "\" is there twice; take one out");
            }
        }
    }

    private void checkExpectations(String key, Account account) {
        account.expectEvery().forEach((event, every) -> {
            String eventKey = key + ".expect-every." + event;
            if (!account.events().contains(event)) {
                refuse(eventKey, "is none of the account's events; add it there, or take it out here");
            } else if (every.compareTo(SHORTEST_EXPECTATION) < 0) {
                refuse(eventKey, "must be at least 1m; a pause that short says nothing");
            }
        });
    }

    /** Always false, so that a check can end with it. */
    private boolean refuse(String key, String text) {
        mistakes.add(new Mistake(key, text));
        return false;
    }
}
