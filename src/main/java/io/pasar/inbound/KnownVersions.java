package io.pasar.inbound;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/** Vert.x answers 501 where it does not know the version of HTTP; for a sender it is a mistake like any other. */
@Sharable
final class KnownVersions extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request && !isKnown(request.protocolVersion())) {
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("Unknown version")));
        }
        context.fireChannelRead(message);
    }

    // By identity, as Vert.x compares them
    private static boolean isKnown(HttpVersion version) {
        return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
    }
}
