package io.streamwire.devices;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The least of an MQTT 5 broker: acknowledges only when it is told to, and can be broken. */
final class SlowBroker implements AutoCloseable {

    private static final int CONNECT = 1;
    private static final int PUBLISH = 3;
    private static final int PING = 12;

    /** In the first byte of a PUBLISH. */
    private static final int QOS = 6;

    private final ServerSocket listener;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final List<String> topics = new CopyOnWriteArrayList<>();

    /** What is not acknowledged: packet ids and to whom. */
    private final Map<Integer, Socket> waiting = new ConcurrentHashMap<>();

    private volatile boolean broken;

    private SlowBroker(ServerSocket listener) {
        this.listener = listener;
    }

    static SlowBroker start() {
        try {
            var broker = new SlowBroker(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            Thread.ofVirtual().start(broker::accept);
            return broker;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Of everything that was published. */
    List<String> topics() {
        return topics;
    }

    /** Acknowledges what waits; what comes later waits again. */
    void acknowledge() {
        List.copyOf(waiting.keySet())
                .forEach(id -> {
                    var client = waiting.remove(id);
                    if (client != null) {
                        send(client, 0x40, 2, id >> 8, id & 0xff);
                    }
                });
    }

    /** Loses every connection; new ones are taken. */
    void cut() {
        for (var client : clients) {
            try {
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Ends every connection, and each new one, with "protocol error". */
    void breakSessions() {
        broken = true;
        clients.forEach(this::disconnect);
    }

    private void disconnect(Socket client) {
        send(client, 0xe0, 2, 0x82, 0);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var client = listener.accept();
                clients.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            var in = new DataInputStream(client.getInputStream());
            while (true) {
                var first = in.readUnsignedByte();
                var type = first >> 4;
                var body = new byte[length(in)];
                in.readFully(body);
                if (type == CONNECT) {
                    send(client, 0x20, 3, 0, 0, 0);
                    if (broken) {
                        disconnect(client);
                    }
                } else if (type == PUBLISH) {
                    published(client, body, (first & QOS) != 0);
                } else if (type == PING) {
                    send(client, 0xd0, 0);
                }
            }
        } catch (IOException e) {
            clients.remove(client); // gone
        }
    }

    private void published(Socket client, byte[] body, boolean wantsAcknowledgement) {
        var topic = number(body, 0);
        if (wantsAcknowledgement) {
            waiting.put(number(body, 2 + topic), client);
        }
        topics.add(new String(body, 2, topic, StandardCharsets.UTF_8));
    }

    private static int number(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).getShort(at) & 0xffff;
    }

    private static int length(DataInputStream in) throws IOException {
        var length = 0;
        for (int shift = 0; ; shift += 7) {
            var part = in.readUnsignedByte();
            length |= (part & 0x7f) << shift;
            if (part < 0x80) {
                return length;
            }
        }
    }

    private static void send(Socket client, int... bytes) {
        var packet = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            packet[i] = (byte) bytes[i];
        }
        try {
            synchronized (client) {
                client.getOutputStream().write(packet);
            }
        } catch (IOException e) {
            // it is gone
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (var client : clients) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
