package io.streamwire.standalone;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A name server on loopback that has one answer to every question, an IPv4 address. */
final class NameServer implements AutoCloseable {

    private static final int LONGEST = 512;
    private static final int RECORD = 16;

    private final DatagramSocket socket;
    private volatile InetAddress answer;

    private NameServer(DatagramSocket socket, InetAddress answer) {
        this.socket = socket;
        this.answer = answer;
    }

    static NameServer start(InetAddress answer) throws IOException {
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        var server = new NameServer(socket, answer);
        Thread.ofVirtual().start(server::serve);
        return server;
    }

    int port() {
        return socket.getLocalPort();
    }

    void answer(InetAddress answer) {
        this.answer = answer;
    }

    private void serve() {
        while (!socket.isClosed()) {
            try {
                var packet = new DatagramPacket(new byte[LONGEST], LONGEST);
                socket.receive(packet);
                var reply = reply(Arrays.copyOf(packet.getData(), packet.getLength()));
                socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
            } catch (IOException e) {
                // closed
            }
        }
    }

    /** The question, and behind it one record. */
    private byte[] reply(byte[] question) {
        var reply = ByteBuffer.allocate(question.length + RECORD);
        reply.put(question);
        reply.putShort(2, (short) 0x8180); // an answer without error
        reply.putShort(6, (short) 1); // of one record:
        reply.putShort((short) 0xc00c); // the name in the question
        reply.putShort((short) 1); // A
        reply.putShort((short) 1); // IN
        reply.putInt(3_600); // s
        reply.putShort((short) 4);
        reply.put(answer.getAddress());
        return reply.array();
    }

    @Override
    public void close() {
        socket.close();
    }
}
