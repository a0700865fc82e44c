package io.pasar.inbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pasar.account.Account;
import io.pasar.account.Accounts;
import io.pasar.account.PublicUrl;
import io.pasar.account.Secret;
import io.pasar.kafka.Topics;
import io.pasar.observation.Observations;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Predicate;
import org.apache.camel.Processor;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ProcessorEndpoint;
import org.apache.camel.support.ResourceHelper;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;
import org.yaml.snakeyaml.Yaml;

/**
 * The ingest port and the real inbound routes, for as long as the process lives. In the place of Kafka stands what takes
 * every record at once and looks at it: nothing unverified may be among the events.
 */
final class IngestUnderFuzz implements AutoCloseable {

    static final int MAX_BODY = 2048;
    static final Map<String, String> ACCOUNTS = Map.of("tiki", "p77", "tokopedia", "13004");

    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private static final List<String> INVOLVED = List.of("io.pasar.", "org.apache.camel.", "io.vertx.", "io.netty.");
    private static final Duration SETTLED = Duration.ofSeconds(20);
    private static final Pattern EVENT_HEADERS = Pattern.compile("ce_[a-z]+|content-type|traceparent|pasar_[a-z_]+");

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Queue<Event> events = new ConcurrentLinkedQueue<>();
    private final AtomicReference<String> wrong = new AtomicReference<>();
    private final ErrorsInLog log = new ErrorsInLog();
    private final IngestEngine engine;

    private static final class Holder {
        private static final IngestUnderFuzz INSTANCE = new IngestUnderFuzz();
    }

    /** What would be a record in an event kind's topic. */
    record Event(String topic, String key, Map<String, String> headers, byte[] value) {}

    static IngestUnderFuzz instance() {
        return Holder.INSTANCE;
    }

    private IngestUnderFuzz() {
        InboundBeans beans = new InboundBeans();
        Accounts accounts = new Accounts(accounts());
        PublicUrl publicUrl = new PublicUrl(URI.create("https://gw.example"));
        AllowedHeaders allowedHeaders = beans.allowedHeaders();
        IngestMetrics metrics = beans.ingestMetrics(meters);
        Recipients recipients = beans.recipients(accounts, metrics);
        Clock clock = Clock.systemUTC();
        engine = beans.ingestEngine(
                configuration(), allowedHeaders, recipients, beans.addresses(publicUrl, configuration()), metrics);

        bind("platform-http-engine", engine);
        bind("delivery", beans.delivery(recipients, metrics, clock));
        bind("verify", beans.verify(allowedHeaders, publicUrl, new Observations(clock), metrics));
        bind("identify", beans.identify());
        bind("eventHeaders", beans.eventHeaders());
        bind("quarantineHeaders", beans.quarantineHeaders());
        ThreadPoolExecutor pool = beans.quarantinePool();
        bind("quarantinePool", pool);
        bind("quarantineRate", beans.quarantineRate(pool, configuration(), metrics));
        bind("countPublished", beans.countPublished(metrics));
        bind("countNotPublished", beans.countNotPublished(metrics));
        bind("spoolStep", (Processor) IngestUnderFuzz::failToPublish);
        // Kafka takes everything here, so nothing has to wait on the disk
        bind("spoolGoesFirst", (Predicate) exchange -> false);
        bind("looker", new Looker());
        start();
        watchLog();
    }

    private void bind(String name, Object bean) {
        camel.getRegistry().bind(name, bean);
    }

    private void start() {
        try {
            camel.addStartupListener(engine);
            List<Resource> routes = new ArrayList<>();
            for (String file : List.of("errors.camel.yaml", "inbound.camel.yaml", "publish.camel.yaml")) {
                String text = Files.readString(Path.of("routes", file));
                routes.add(resource(file, text.replace("uri: kafka:", "uri: looker:")));
            }
            for (Path file : EventKindRoute.files()) {
                String inbound = new Yaml().dump(EventKindRoute.templatedRoutes(file));
                routes.add(resource(file.getFileName().toString(), inbound));
            }
            PluginHelper.getRoutesLoader(camel).loadRoutes(routes);
            camel.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Resource resource(String name, String routes) {
        return ResourceHelper.fromBytes(name, routes.getBytes(UTF_8));
    }

    int port() {
        return engine.getServerPort();
    }

    IngestEngine engine() {
        return engine;
    }

    /** The events since this was last asked. */
    List<Event> takeEvents() {
        List<Event> taken = new ArrayList<>();
        for (Event event = events.poll(); event != null; event = events.poll()) {
            taken.add(event);
        }
        return taken;
    }

    /** @throws AssertionError if anything was published or logged that must not be */
    void check() {
        String found = wrong.getAndSet(null);
        if (found != null) {
            throw new AssertionError(found);
        }
    }

    /** @throws org.awaitility.core.ConditionTimeoutException if something is still held for deliveries that are over */
    void awaitNothingHeld() {
        await().atMost(SETTLED)
                .until(() -> meters.get("pasar.held").gauge().value() == 0
                        && meters.get("pasar.in.flight").gauge().value() == 0);
    }

    private void store(Message message) {
        String topic = message.getHeader(KafkaConstants.OVERRIDE_TOPIC, String.class);
        byte[] value = message.getBody(byte[].class);
        Map<String, String> headers = new HashMap<>();
        message.getHeaders().forEach((name, header) -> {
            if (!name.startsWith("kafka.")) {
                headers.put(name, header instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : "?");
            }
        });
        boolean quarantined = Topics.QUARANTINE.equals(topic);
        String marketplace = quarantined ? headers.get("pasar_marketplace") : topic.split("\\.")[1];
        boolean proven = SignatureModel.of(marketplace).proves(headers.get("pasar_signature"), value);
        if (proven == quarantined) {
            wrong.set(quarantined ? "What is verified is in quarantine" : "What is not verified is an event");
        }
        if (!headers.keySet().stream()
                .allMatch(name -> EVENT_HEADERS.matcher(name).matches())) {
            wrong.set("A header that is not ours is in a record");
        }
        if (!quarantined) {
            String key = new String(message.getHeader(KafkaConstants.KEY, byte[].class), UTF_8);
            events.add(new Event(topic, key, headers, value));
        }
    }

    private static List<Account> accounts() {
        return List.of(SignatureModel.TIKI, SignatureModel.TOKOPEDIA).stream()
                .map(model -> new Account(
                        model.marketplace(),
                        ACCOUNTS.get(model.marketplace()),
                        "client",
                        new Secret("client-secret"),
                        null,
                        model.secrets().stream().map(Secret::new).toList(),
                        EventKindRoute.ALL.stream()
                                .filter(kind -> kind.marketplace().equals(model.marketplace()))
                                .map(EventKindRoute::eventKind)
                                .toList(),
                        null,
                        null,
                        null,
                        null))
                .toList();
    }

    private static IngestConfiguration configuration() {
        return new IngestConfiguration(
                0,
                "127.0.0.1",
                "/hooks",
                // What it says about addresses is believed, so that all of it is read
                List.of("127.0.0.1"),
                DataSize.ofBytes(MAX_BODY),
                Duration.ofSeconds(5),
                // Many a fuzzed request says that it is longer than it is
                Duration.ofMillis(50),
                64,
                DataSize.ofKilobytes(256),
                1_000,
                Duration.ofSeconds(30),
                Duration.ZERO,
                null);
    }

    private void watchLog() {
        log.setContext(ROOT.getLoggerContext());
        log.start();
        ROOT.addAppender(log);
    }

    @Override
    public void close() {
        ROOT.detachAppender(log);
        camel.stop();
        engine.stop();
    }

    private final class ErrorsInLog extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.ERROR)
                    && INVOLVED.stream().anyMatch(event.getLoggerName()::startsWith)) {
                wrong.set("Logged as an error: " + event.getFormattedMessage());
            }
        }
    }

    /** In the place of {@code kafka:}. */
    private final class Looker extends DefaultComponent {
        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            parameters.clear();
            return new ProcessorEndpoint(uri, this, exchange -> store(exchange.getMessage()));
        }
    }

    private static void failToPublish(Exchange exchange) {
        throw new IllegalStateException("A delivery failed on its way to Kafka");
    }
}
