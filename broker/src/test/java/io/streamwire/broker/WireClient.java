package io.streamwire.broker;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** MQTT byte by byte: it sends what no client library would, and tells what came back. */
final class WireClient implements AutoCloseable {

    /** The broker closed the connection instead of answering. */
    static final int CLOSED = -1;

    private static final int TIMEOUT_MS = 30_000;
    private static final int NOTHING = 0; // no packet has this type
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int SUBACK = 9;

    private final Version version;
    private final Socket socket;
    private final DataInputStream in;
    private int packetId;

    /** MQTT 3.1.1 or 5, with its protocol level. */
    enum Version {
        V3(4),
        V5(5);

        private final int level;

        Version(int level) {
            this.level = level;
        }
    }

    /** A last will. */
    record Will(String topic, boolean retained) {}

    WireClient(Version version, int port) {
        this(version, port, InetAddress.getLoopbackAddress());
    }

    /** From an address of this machine, like {@code 127.0.0.2}. */
    WireClient(Version version, int port, InetAddress from) {
        try {
            this.version = version;
            this.socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MS);
            this.in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The code of the CONNACK. */
    int connect(String clientId, String username, String password, @Nullable Will will) {
        sendConnect(clientId, username, password, will);
        var connack = next(CONNACK);
        return connack == null ? CLOSED : connack[1] & 0xff;
    }

    void sendConnect(String clientId, String username, String password, @Nullable Will will) {
        var flags = 2; // clean start
        flags |= username.isEmpty() ? 0 : 0x80;
        flags |= password.isEmpty() ? 0 : 0x40;
        if (will != null) {
            flags |= 4 | 8 | (will.retained() ? 0x20 : 0); // QoS 1
        }
        var sent = flags;
        send(
                0x10,
                out -> {
                    text(out, "MQTT");
                    out.writeByte(version.level);
                    out.writeByte(sent);
                    out.writeShort(60);
                    noProperties(out);
                    text(out, clientId);
                    if (will != null) {
                        noProperties(out);
                        text(out, will.topic());
                        text(out, "gone");
                    }
                    if (!username.isEmpty()) {
                        text(out, username);
                    }
                    if (!password.isEmpty()) {
                        text(out, password);
                    }
                });
    }

    /** The code of the PUBACK. */
    int publish(String topic, boolean retained) {
        sendPublish(topic, retained);
        var puback = next(PUBACK);
        if (puback == null) {
            return CLOSED;
        }
        return puback.length < 3 ? 0 : puback[2] & 0xff;
    }

    void sendPublish(String topic, boolean retained) {
        sendPublish(topic, retained, 1);
    }

    void sendPublish(String topic, boolean retained, int bytes) {
        send(
                0x32 | (retained ? 1 : 0),
                out -> {
                    text(out, topic);
                    out.writeShort(++packetId);
                    noProperties(out);
                    out.write(new byte[bytes]);
                });
    }

    /** The code of the SUBACK. */
    int subscribe(String filter) {
        sendSubscribe(filter);
        var suback = next(SUBACK);
        return suback == null ? CLOSED : suback[suback.length - 1] & 0xff;
    }

    void sendSubscribe(String filter) {
        send(
                0x82,
                out -> {
                    out.writeShort(++packetId);
                    noProperties(out);
                    text(out, filter);
                    out.writeByte(0);
                });
    }

    /** Whether the broker ends the connection. */
    boolean ends() {
        return next(NOTHING) == null;
    }

    /** The topic of the next message; null when the broker closed the connection. */
    @Nullable String received() {
        var publish = next(PUBLISH);
        if (publish == null) {
            return null;
        }
        var length = ((publish[0] & 0xff) << 8) | (publish[1] & 0xff);
        return new String(publish, 2, length, StandardCharsets.UTF_8);
    }

    /** Ends the connection, without the last will. */
    void disconnect() {
        send(0xe0, _ -> {});
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private void send(int header, Body body) {
        try {
            var bytes = new ByteArrayOutputStream();
            body.write(new DataOutputStream(bytes));
            var packet = new ByteArrayOutputStream();
            packet.write(header);
            var rest = bytes.size();
            do {
                packet.write((rest % 128) | (rest >= 128 ? 0x80 : 0));
                rest /= 128;
            } while (rest > 0);
            bytes.writeTo(packet);
            socket.getOutputStream().write(packet.toByteArray());
        } catch (SocketException e) {
            // the answer tells
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next packet of a type; null when the connection is closed before. */
    private byte @Nullable [] next(int type) {
        try {
            while (true) {
                var header = in.read();
                if (header < 0) {
                    return null;
                }
                var length = 0;
                var shift = 0;
                int digit;
                do {
                    digit = in.readUnsignedByte();
                    length |= (digit & 0x7f) << shift;
                    shift += 7;
                } while (digit >= 0x80);
                var body = in.readNBytes(length);
                if (header >> 4 == type) {
                    return body;
                }
            }
        } catch (SocketException | EOFException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void noProperties(DataOutputStream out) throws IOException {
        if (version == Version.V5) {
            out.writeByte(0);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        out.writeUTF(text);
    }
}
