package io.pasar.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NewcomersTest {

    private static final int MOST = 32;

    private final List<Channel> arrived = new ArrayList<>();
    private final EmbeddedChannel listening = new EmbeddedChannel();
    private final Newcomers newcomers = new Newcomers(listening, arrived::add);

    @Test
    void waitUntilEventLoopsHaveTakenOverThoseBeforeThem() throws Exception {
        // Given
        listening.pipeline().addFirst(newcomers);

        // When
        List<EmbeddedChannel> accepted = accept(MOST - 1);

        // Then
        assertThat(listening.config().isAutoRead()).isTrue();

        // When
        accepted.addAll(accept(1));

        // Then
        assertThat(listening.config().isAutoRead()).isFalse();
        assertThat(arrived).isEmpty();

        // When
        takeOver(accepted.subList(0, MOST / 2 - 1));

        // Then
        assertThat(listening.config().isAutoRead()).isFalse();

        // When
        takeOver(accepted.subList(MOST / 2 - 1, MOST));

        // Then
        assertThat(listening.config().isAutoRead()).isTrue();
        assertThat(arrived).containsExactlyElementsOf(accepted);
    }

    @Test
    void makeRoomWhenTheirEventLoopCannotTakeThem() {
        // Given
        listening.pipeline().addFirst(newcomers);
        List<Unregistrable> accepted =
                Stream.generate(Unregistrable::new).limit(MOST).toList();
        accepted.forEach(listening::writeInbound);
        assertThat(listening.config().isAutoRead()).isFalse();

        // When
        accepted.forEach(each -> assertThatThrownBy(each::register).isInstanceOf(IOException.class));

        // Then
        assertThat(listening.config().isAutoRead()).isTrue();
        assertThat(arrived).isEmpty();
    }

    @Test
    void goOnToTheirEventLoop() {
        // Given
        listening.pipeline().addFirst(newcomers);

        // When
        List<EmbeddedChannel> accepted = accept(2);

        // Then
        assertThat(listening.<Channel>readInbound()).isSameAs(accepted.get(0));
        assertThat(listening.<Channel>readInbound()).isSameAs(accepted.get(1));
    }

    private List<EmbeddedChannel> accept(int count) {
        List<EmbeddedChannel> some =
                new ArrayList<>(Stream.generate(() -> new EmbeddedChannel(DefaultChannelId.newInstance(), false, false))
                        .limit(count)
                        .toList());
        some.forEach(listening::writeInbound);
        return some;
    }

    /** As where the system has no room to watch one more socket. */
    private static final class Unregistrable extends EmbeddedChannel {

        private Unregistrable() {
            super(DefaultChannelId.newInstance(), false, false);
        }

        @Override
        protected void doRegister() throws Exception {
            throw new IOException("No space left");
        }
    }

    private static void takeOver(List<EmbeddedChannel> some) throws Exception {
        for (EmbeddedChannel each : some) {
            each.register();
        }
    }
}
