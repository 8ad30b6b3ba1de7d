package io.streamwire.liveroom;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/** One open websocket to a client. */
final class SocketListener implements Listener {

    /** A client that reads so slowly is reset. */
    private static final long MAX_BACKLOG = 64 << 20;

    private final Channel channel;
    private final boolean zipped;

    SocketListener(Channel channel, boolean zipped) {
        this.channel = channel;
        this.zipped = zipped;
    }

    @Override
    public boolean zipped() {
        return zipped;
    }

    @Override
    public void send(Push push, int fragments) {
        raw(push.bytes(zipped), fragments);
    }

    @Override
    public void raw(byte[] message, int fragments) {
        var backlog = channel.unsafe().outboundBuffer();
        if (backlog != null && backlog.totalPendingWriteBytes() > MAX_BACKLOG) {
            reset();
            return;
        }
        if (fragments <= 1) {
            write(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(message)));
            return;
        }
        int size = Math.max(1, message.length / fragments);
        for (int from = 0; from < message.length; from += size) {
            int to = Math.min(message.length, from + size);
            var piece = Unpooled.wrappedBuffer(message, from, to - from);
            boolean last = to == message.length;
            write(
                    from == 0
                            ? new BinaryWebSocketFrame(last, 0, piece)
                            : new ContinuationWebSocketFrame(last, 0, piece));
        }
    }

    @Override
    public void text(String text) {
        write(new TextWebSocketFrame(text));
    }

    @Override
    public void close() {
        channel.writeAndFlush(new CloseWebSocketFrame(1000, "bye"))
                .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void reset() {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            return; // the client was faster
        }
        var _ = channel.close();
    }

    /** A failed write is a closed channel, which the door notices. */
    private void write(WebSocketFrame frame) {
        var _ = channel.writeAndFlush(frame);
    }
}
