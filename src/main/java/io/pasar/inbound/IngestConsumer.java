package io.pasar.inbound;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the ingest server meets a route: takes a whole body, gives the route's answer, never blocks. */
final class IngestConsumer extends DefaultConsumer implements PlatformHttpConsumer, Suspendable {

    private static final Logger LOGGER = LoggerFactory.getLogger(IngestConsumer.class);

    private final IngestEngine engine;
    private final IngestMetrics metrics;
    private final PathTemplate path;
    private final Set<String> methods;

    IngestConsumer(IngestEngine engine, PlatformHttpEndpoint endpoint, Processor processor, IngestMetrics metrics) {
        super(endpoint, processor);
        this.engine = engine;
        this.metrics = metrics;
        this.path = PathTemplate.of(endpoint.getPath());
        this.methods = methods(endpoint);
    }

    // An empty restriction would open every method, and so would one that is only blanks
    private static Set<String> methods(PlatformHttpEndpoint endpoint) {
        String restriction = endpoint.getHttpMethodRestrict();
        if (restriction == null || restriction.isBlank()) {
            throw new IllegalArgumentException("httpMethodRestrict is missing on " + endpoint.getPath());
        }
        return Arrays.stream(restriction.split(","))
                .map(method -> method.trim().toUpperCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Runs the route over one request. The answer may come on another thread, or before this method returns.
     *
     * @param body the request's bytes as they came
     * @param headers what becomes message headers: path parameters and allowed request headers
     */
    void deliver(byte[] body, Map<String, String> headers, Consumer<Answer> onAnswer) {
        Exchange exchange = createExchange(false);
        // The answer is read from the message either way. With InOut Camel copies it, headers and all, wherever a list
        // of steps ends
        exchange.setPattern(ExchangePattern.InOnly);
        exchange.getMessage().setBody(body);
        headers.forEach(exchange.getMessage()::setHeader);
        AtomicBoolean completed = new AtomicBoolean();
        try {
            createUoW(exchange);
            getAsyncProcessor().process(exchange, doneSync -> complete(exchange, completed, onAnswer));
        } catch (Throwable e) {
            // Camel keeps exceptions in the exchange, but an Error in a step comes out here and its callback never does
            exchange.setException(e);
            complete(exchange, completed, onAnswer);
        }
    }

    private void complete(Exchange exchange, AtomicBoolean completed, Consumer<Answer> onAnswer) {
        if (!completed.compareAndSet(false, true)) {
            return;
        }
        Answer answer = answer(exchange);
        if (exchange.getUnitOfWork() != null) {
            doneUoW(exchange);
        }
        releaseExchange(exchange, false);
        onAnswer.accept(answer);
    }

    private Answer answer(Exchange exchange) {
        Throwable cause = exchange.getException();
        try {
            if (cause == null) {
                return Answer.of(exchange);
            }
        } catch (RuntimeException e) {
            cause = e;
        }
        LOGGER.atError()
                .setCause(cause)
                .addKeyValue("route", getRouteId())
                .log("A delivery failed in a way that no error handling answers");
        metrics.refused(getRouteId(), Refusal.INTERNAL.code());
        return Refusal.INTERNAL.answer();
    }

    PathTemplate path() {
        return path;
    }

    Set<String> methods() {
        return methods;
    }

    @Override
    public PlatformHttpEndpoint getEndpoint() {
        return (PlatformHttpEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        // Camel tells it only to the consumer that wraps this one, but exchanges in flight and log lines go by it
        getEndpoint().getCamelContext().getRoutes().stream()
                .filter(route -> route.getEndpoint() == getEndpoint())
                .findFirst()
                .ifPresent(route -> setRouteId(route.getId()));
        super.doStart();
        engine.add(this);
    }
}
