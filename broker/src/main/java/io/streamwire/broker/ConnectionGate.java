package io.streamwire.broker;

import com.google.inject.Injector;
import com.hivemq.bootstrap.netty.NettyConfiguration;
import com.hivemq.embedded.EmbeddedHiveMQ;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Closes the connections that their address has too many of as they are accepted, before TLS and
 * before a byte is read: HiveMQ itself counts clients only once they have sent a CONNECT.
 */
@ChannelHandler.Sharable
final class ConnectionGate extends ChannelInboundHandlerAdapter {

    private final Addresses addresses;
    private final Denials denials;

    private ConnectionGate(Addresses addresses, Denials denials) {
        this.addresses = addresses;
        this.denials = denials;
    }

    /**
     * Puts one before each listener.
     *
     * @throws IllegalStateException when the listeners are not where this release of HiveMQ has
     *     them
     */
    static void install(EmbeddedHiveMQ hiveMq, Addresses addresses, Denials denials) {
        var gate = new ConnectionGate(addresses, denials);
        var listeners = listeners(hiveMq);
        if (listeners.isEmpty()) {
            throw new IllegalStateException("HiveMQ has no listener");
        }
        listeners.forEach(listener -> listener.pipeline().addFirst("streamwire-gate", gate));
    }

    private static List<Channel> listeners(EmbeddedHiveMQ hiveMq) {
        var listeners = new ArrayList<Channel>();
        for (var executor : netty(hiveMq).getParentEventLoopGroup()) {
            var loop = (SingleThreadEventLoop) executor;
            loop.submit(() ->
                            loop.registeredChannelsIterator()
                                    .forEachRemaining(channel -> {
                                        if (channel instanceof ServerChannel) {
                                            listeners.add(channel);
                                        }
                                    }))
                    .syncUninterruptibly();
        }
        return listeners;
    }

    /** The only way to HiveMQ's parts, and not open to everybody. */
    private static NettyConfiguration netty(EmbeddedHiveMQ hiveMq) {
        try {
            var injector = hiveMq.getClass().getDeclaredMethod("getInjector");
            injector.setAccessible(true);
            return ((Injector) injector.invoke(hiveMq)).getInstance(NettyConfiguration.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this is another HiveMQ than the gate was made for", e);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Channel connection
                && connection.remoteAddress() instanceof InetSocketAddress peer
                && peer.getAddress() != null
                && !admit(connection, peer.getAddress())) {
            connection.unsafe().closeForcibly();
            return;
        }
        context.fireChannelRead(message);
    }

    private boolean admit(Channel connection, InetAddress peer) {
        var refusal = addresses.opened(peer);
        if (refusal.isPresent()) {
            denials.add(refusal.get(), peer.getHostAddress(), "");
            return false;
        }
        connection.closeFuture().addListener(_ -> addresses.closed(peer));
        return true;
    }
}
