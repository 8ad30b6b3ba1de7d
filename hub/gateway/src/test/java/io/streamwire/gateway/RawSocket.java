package io.streamwire.gateway;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client of the live socket that does with frames what no library would. */
final class RawSocket implements AutoCloseable {

    private static final String CRLF = "\r\n";

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final String answer;

    private RawSocket(Socket socket, String request) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
        out.write(request.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        var head = new StringBuilder();
        while (head.indexOf(CRLF + CRLF) < 0) {
            head.append((char) in.readUnsignedByte());
        }
        this.answer = head.toString();
    }

    /** Opens one that keeps only little of what it does not read. */
    static RawSocket open(Client gateway, String... headers) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(8 << 10);
        socket.setSoTimeout(20_000);
        socket.connect(
                new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
        var request =
                new StringBuilder("GET " + Live.PATH + " HTTP/1.1" + CRLF + "Host: localhost")
                        .append(CRLF)
                        .append("Connection: Upgrade" + CRLF + "Upgrade: websocket" + CRLF);
        for (var header : headers) {
            request.append(header).append(CRLF);
        }
        return new RawSocket(socket, request.append(CRLF).toString());
    }

    static RawSocket open(Client gateway, String token) throws IOException {
        return open(
                gateway,
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Authorization: Bearer " + token);
    }

    /** The head of the answer to the handshake. */
    String answer() {
        return answer;
    }

    /** Sends bytes as they are. */
    void raw(int... bytes) throws IOException {
        for (int value : bytes) {
            out.write(value);
        }
        out.flush();
    }

    /** Sends a frame with a mask of zeros, which changes nothing. */
    void frame(int head, byte[] payload) throws IOException {
        var frame = ByteBuffer.allocate(14 + payload.length);
        frame.put((byte) head);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        frame.putInt(0).put(payload);
        out.write(frame.array(), frame.arrayOffset(), frame.position());
        out.flush();
    }

    void text(String text) throws IOException {
        frame(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads one frame and says it as {@code text ...}, {@code close 1002 ...} or so. */
    String read() throws IOException {
        int head = in.readUnsignedByte();
        long length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        var payload = in.readNBytes((int) length);
        return switch (head) {
            case 0x81 -> "text " + new String(payload, StandardCharsets.UTF_8);
            case 0x88 -> "close " + ByteBuffer.wrap(payload).getShort();
            case 0x8A -> "pong " + new String(payload, StandardCharsets.UTF_8);
            default -> "frame " + head;
        };
    }

    /** Whether the connection has ended after everything was read. */
    boolean atEnd() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
