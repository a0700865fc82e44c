package io.pasar.inbound;

import io.netty.channel.Channel;
import io.pasar.inbound.Deadlines.Deadline;

/** What a connection has done so far. For its event loop, not thread-safe. */
final class Activity {

    private final Connections connections;
    private final Channel channel;
    private long requests;

    /** Requests without their answer: one behind another may begin before that one's answer is written. */
    private int working;

    private boolean closing;
    private Deadline idle;

    Activity(Connections connections, Channel channel) {
        this.connections = connections;
        this.channel = channel;
    }

    Channel channel() {
        return channel;
    }

    void beginRequest() {
        requests++;
        working++;
        connections.atWork(this);
    }

    void endRequest() {
        working--;
        if (working == 0) {
            connections.idle(this);
        }
    }

    long requests() {
        return requests;
    }

    boolean isWorking() {
        return working > 0;
    }

    /** No request after the ones that have begun. */
    void close() {
        closing = true;
    }

    boolean isClosing() {
        return closing;
    }

    void watch(Deadline deadline) {
        idle = deadline;
    }

    void unwatch() {
        idle.met();
    }
}
