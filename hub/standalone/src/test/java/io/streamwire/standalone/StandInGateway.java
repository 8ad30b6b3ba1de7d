package io.streamwire.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * What a proxy has behind it: answers with its own name and the head of the request, at /events
 * with one event and an open end, and a request for an upgrade with whatever comes.
 */
final class StandInGateway implements AutoCloseable {

    private final String name;
    private final ServerSocket listener;

    private StandInGateway(String name, ServerSocket listener) {
        this.name = name;
        this.listener = listener;
    }

    /**
     * @param port 0 = any free one
     */
    static StandInGateway start(String name, InetAddress address, int port) throws IOException {
        var gateway = new StandInGateway(name, new ServerSocket(port, 50, address));
        Thread.ofVirtual().start(gateway::accept);
        return gateway;
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = socket.getInputStream();
            var out = socket.getOutputStream();
            var head = readTo(in, "\r\n\r\n");
            if (head.contains("Upgrade: websocket")) {
                out.write(bytes("HTTP/1.1 101 Switching Protocols\r\n"));
                out.write(bytes("Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"));
                in.transferTo(out);
                return;
            }
            if (head.startsWith("GET /events ")) {
                out.write(bytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
                out.write(bytes("Connection: close\r\n\r\ndata: " + name + "\n\n"));
                readTo(in, "the end");
                return;
            }
            var body = bytes("by " + name + "\n" + head);
            out.write(bytes("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n"));
            out.write(body);
        } catch (IOException e) {
            // the proxy has hung up
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What comes up to and with some text, or until nothing comes any more. */
    static String readTo(InputStream in, String end) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            read.append((char) next);
        }
        return read.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
