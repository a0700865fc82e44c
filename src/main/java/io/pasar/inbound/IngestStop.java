package io.pasar.inbound;

import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Closes the ingest port first of all when the gateway stops. Spring tells of the stop after readiness has gone down and
 * before it stops anything; Camel would take the routes away while the port still listens.
 */
final class IngestStop {

    private final IngestEngine engine;
    private final ApplicationContext context;

    IngestStop(IngestEngine engine, ApplicationContext context) {
        this.engine = engine;
        this.context = context;
    }

    @EventListener
    void stopping(ContextClosedEvent event) throws InterruptedException {
        if (event.getApplicationContext() == context) {
            engine.drain();
        }
    }
}
