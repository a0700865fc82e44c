package io.pasar.inbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * In front of the listening socket: accepts connections only as fast as the event loops take them over. A loop works off
 * in turn what it is handed, answers included, and an answer behind thousands of new connections would be late. Those
 * wait in the operating system's backlog instead.
 */
final class Newcomers extends ChannelInboundHandlerAdapter {

    /** Enough for event loops that have nothing else to do: they never wait for the next one. */
    private static final int MOST_UNDER_WAY = 32;

    /** Accepted, and neither taken over nor closed yet. */
    private final AtomicInteger underWay = new AtomicInteger();

    private final Channel listening;
    private final ChannelHandler takeOver;

    /** @param arrived called on the newcomer's own event loop, before anything is read from it, TLS included */
    Newcomers(Channel listening, Consumer<Channel> arrived) {
        this.listening = listening;
        this.takeOver = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel newcomer) {
                noLongerUnderWay();
                arrived.accept(newcomer);
            }
        };
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object newcomer) {
        Channel channel = (Channel) newcomer;
        channel.pipeline().addFirst(takeOver);
        channel.closeFuture().addListener(closed -> {
            // Still there where no event loop could take it over, as when the system watches as many as it can
            if (channel.pipeline().context(takeOver) != null) {
                noLongerUnderWay();
            }
        });
        if (underWay.incrementAndGet() >= MOST_UNDER_WAY) {
            listening.config().setAutoRead(false);
            // They may all have been taken over just before
            acceptMore();
        }
        context.fireChannelRead(newcomer);
    }

    private void noLongerUnderWay() {
        underWay.decrementAndGet();
        acceptMore();
    }

    private void acceptMore() {
        if (underWay.get() <= MOST_UNDER_WAY / 2 && !listening.config().isAutoRead()) {
            listening.config().setAutoRead(true);
        }
    }
}
