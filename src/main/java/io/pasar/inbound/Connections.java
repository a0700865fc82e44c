package io.pasar.inbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One event loop's connections: a new one makes room for itself where there are too many, and one that asks for nothing
 * is cut. Runs on its event loop only, where nothing else is said.
 */
final class Connections {

    /** Under this name Vert.x puts itself behind the HTTP decoder. */
    private static final String VERTX_HANDLER = "handler";

    private static final KnownVersions KNOWN_VERSIONS = new KnownVersions();
    private static final AttributeKey<Activity> ACTIVITY = AttributeKey.valueOf(Connections.class, "activity");

    private final ContextInternal loop;
    private final IngestEngine engine;
    private final IngestMetrics metrics;
    private final Load load;
    private final Deadlines idleDeadlines;

    /** Those that have never asked for anything, the oldest first. */
    private final Set<Activity> silent = new LinkedHashSet<>();

    /** Those that have had all their answers, the one that has waited longest first. */
    private final Set<Activity> idle = new LinkedHashSet<>();

    /** Where one to cut may be. */
    private record Place(Connections connections, Function<Connections, Set<Activity>> kind) {}

    Connections(Vertx vertx, IngestEngine engine, Duration closeIdleAfter, IngestMetrics metrics, Load load) {
        this.loop = (ContextInternal) vertx.getOrCreateContext();
        this.engine = engine;
        this.metrics = metrics;
        this.load = load;
        this.idleDeadlines = new Deadlines(vertx, closeIdleAfter);
    }

    /** From any thread. */
    boolean areOn(EventLoop eventLoop) {
        return loop.nettyEventLoop() == eventLoop;
    }

    /** Counts a connection from now on; what it sends is read later, its TLS handshake included. */
    void arrived(Channel channel) {
        Activity activity = new Activity(this, channel);
        channel.attr(ACTIVITY).set(activity);
        // At once: in a flood the next newcomer cuts this one then, and nobody who is known
        silent.add(activity);
        watchIdle(activity, 0);
        channel.closeFuture().addListener(closed -> {
            load.disconnected();
            activity.unwatch();
            forget(activity);
        });
        load.silent();
        if (load.connected()) {
            makeRoom(placesToLook().iterator(), activity);
        }
    }

    /** Its first request may come. */
    void connected(HttpConnection connection) {
        Channel channel = channel(connection);
        engine.acceptedBy(channel.parent());
        if (channel.attr(ACTIVITY).get() == null) {
            // The first of all: nothing was known of the listening socket before it
            arrived(channel);
        }
        channel.pipeline().addBefore(VERTX_HANDLER, null, KNOWN_VERSIONS);
    }

    /**
     * Here before elsewhere. One that has never asked for anything goes before one that a marketplace keeps for its next
     * webhook, wherever they are, unless hardly any are silent: those have just come, and will ask when their TLS handshake
     * is over.
     */
    private List<Place> placesToLook() {
        Stream<Function<Connections, Set<Activity>>> kinds = load.hardlyAnySilent()
                ? Stream.of(some -> some.idle, some -> some.silent)
                : Stream.of(some -> some.silent, some -> some.idle);
        return kinds.flatMap(kind -> engine.startingWith(this).map(some -> new Place(some, kind)))
                .toList();
    }

    private void makeRoom(Iterator<Place> places, Activity newcomer) {
        if (places.hasNext()) {
            Place place = places.next();
            place.connections.loop.execute(() -> {
                if (!place.connections.cutOldest(place.kind.apply(place.connections), newcomer)) {
                    makeRoom(places, newcomer);
                }
            });
        } else {
            loop.execute(() -> refuse(newcomer));
        }
    }

    private boolean cutOldest(Set<Activity> some, Activity newcomer) {
        Optional<Activity> oldest = some.stream().findFirst().filter(first -> first != newcomer);
        oldest.ifPresent(cut -> {
            forget(cut);
            cut.close();
            cut.channel().close();
        });
        return oldest.isPresent();
    }

    private void forget(Activity activity) {
        if (silent.remove(activity)) {
            load.noLongerSilent();
        }
        idle.remove(activity);
    }

    private void refuse(Activity newcomer) {
        metrics.refused(Refusal.NO_ROUTE, "too-many-connections");
        newcomer.close();
        // Otherwise the answer that it waits for already is its last
        if (!newcomer.isWorking()) {
            newcomer.channel().close();
        }
    }

    /** Cuts who sends no whole head, and who does not read an answer: a delivery under way ends sooner than that. */
    private void watchIdle(Activity activity, long seen) {
        activity.watch(idleDeadlines.add(() -> {
            if (activity.requests() == seen) {
                cut(activity.channel());
            } else {
                watchIdle(activity, activity.requests());
            }
        }));
    }

    static void cut(HttpConnection connection) {
        cut(channel(connection));
    }

    /** At once. Vert.x itself closes a connection only when all that was written is read, which some never do. */
    private static void cut(Channel channel) {
        ChannelHandlerContext vertx = channel.pipeline().context(VERTX_HANDLER);
        if (vertx == null) {
            // In its TLS handshake
            channel.close();
        } else {
            vertx.close();
        }
    }

    static Activity activity(HttpConnection connection) {
        return channel(connection).attr(ACTIVITY).get();
    }

    void atWork(Activity activity) {
        forget(activity);
    }

    void idle(Activity activity) {
        if (!activity.isClosing() && activity.channel().isOpen()) {
            idle.add(activity);
        }
    }

    /** Closes the connections on which nothing is being received or answered. From any thread. */
    void closeIdle() {
        loop.runOnContext(onLoop -> Stream.of(silent, idle)
                .flatMap(some -> List.copyOf(some).stream())
                .forEach(activity -> activity.channel().close()));
    }

    private static Channel channel(HttpConnection connection) {
        return ((ConnectionBase) connection).channel();
    }
}
