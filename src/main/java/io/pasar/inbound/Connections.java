package io.pasar.inbound;

import io.netty.channel.Channel;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One event loop's connections: a new one makes room for itself where there are too many, and one that asks for nothing
 * is cut. Runs on its event loop only, where nothing else is said.
 */
final class Connections {

    /** Under this name Vert.x puts itself behind the HTTP decoder. */
    private static final String VERTX_HANDLER = "handler";

    private static final KnownVersions KNOWN_VERSIONS = new KnownVersions();

    private final Context loop;
    private final IngestEngine engine;
    private final IngestMetrics metrics;
    private final Load load;
    private final Deadlines idleDeadlines;

    /** The one without a request for longest comes first. */
    private final Map<HttpConnection, Activity> activities = new LinkedHashMap<>(16, 0.75f, true);

    Connections(Vertx vertx, IngestEngine engine, Duration closeIdleAfter, IngestMetrics metrics, Load load) {
        this.loop = vertx.getOrCreateContext();
        this.engine = engine;
        this.metrics = metrics;
        this.load = load;
        this.idleDeadlines = new Deadlines(vertx, closeIdleAfter);
    }

    void connected(HttpConnection connection) {
        // One that has never asked for anything before one that a marketplace keeps for its next webhook
        boolean tooMany = load.connected() && !cutLongestIdle(0) && !cutLongestIdle(Long.MAX_VALUE);
        Activity activity = new Activity();
        activities.put(connection, activity);
        Channel channel = ((ConnectionBase) connection).channel();
        engine.acceptedBy(channel.parent());
        channel.pipeline().addBefore(VERTX_HANDLER, null, KNOWN_VERSIONS);
        connection.closeHandler(closed -> {
            load.disconnected();
            activities.remove(connection);
            activity.unwatch();
        });
        if (tooMany) {
            metrics.refused(Refusal.NO_ROUTE, "too-many-connections");
            activity.close();
            connection.close();
        }
        watchIdle(connection, activity, 0);
    }

    /** Makes room; false if there is no idle one with so many requests at most. */
    private boolean cutLongestIdle(long mostRequests) {
        for (Map.Entry<HttpConnection, Activity> each : activities.entrySet()) {
            Activity activity = each.getValue();
            if (!activity.isWorking() && !activity.isClosing() && activity.requests() <= mostRequests) {
                activity.close();
                each.getKey().close();
                return true;
            }
        }
        return false;
    }

    /** Cuts who sends no whole head, and who does not read an answer: a delivery under way ends sooner than that. */
    private void watchIdle(HttpConnection connection, Activity activity, long seen) {
        activity.watch(idleDeadlines.add(() -> {
            if (activity.requests() == seen) {
                cut(connection);
            } else {
                watchIdle(connection, activity, activity.requests());
            }
        }));
    }

    /** At once. Vert.x itself closes a connection only when all that was written is read, which some never do. */
    static void cut(HttpConnection connection) {
        ((ConnectionBase) connection).channelHandlerContext().close();
    }

    /** To be asked when a request begins: it puts the connection behind all others. */
    Activity activity(HttpConnection connection) {
        Activity activity = activities.get(connection);
        // It may be gone already, with its request still to be read
        return activity == null ? new Activity() : activity;
    }

    /** Closes the connections on which nothing is being received or answered. From any thread. */
    void closeIdle() {
        loop.runOnContext(onLoop -> List.copyOf(activities.keySet()).stream()
                .filter(connection -> !activities.get(connection).isWorking())
                .forEach(HttpConnection::close));
    }
}
