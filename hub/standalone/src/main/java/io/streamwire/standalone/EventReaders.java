package io.streamwire.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Readers of a workspace's event stream, each with a socket and a virtual thread of its own. */
final class EventReaders implements AutoCloseable {

    private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);
    private static final int BUFFER = 16_384;

    private final List<Reader> readers = new ArrayList<>();

    private record Reader(Socket socket, AtomicLong events) {}

    private EventReaders() {}

    /** Opens so many at a port, for the workspace of a token. */
    static EventReaders open(int port, String token, int count) {
        var all = new EventReaders();
        try {
            for (int n = 0; n < count; n++) {
                all.add(port, token);
            }
            return all;
        } catch (IOException e) {
            all.close();
            throw new UncheckedIOException(e);
        }
    }

    private void add(int port, String token) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        var reader = new Reader(socket, new AtomicLong());
        readers.add(reader);
        var request =
                "GET /events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n"
                        .formatted(token);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        if (socket.getInputStream().read() != 'H') {
            throw new IOException("a reader was not let in");
        }
        Thread.startVirtualThread(() -> read(reader));
    }

    /** Counts the lines that begin with an id; there is one in each event. */
    private static void read(Reader reader) {
        var bytes = new byte[BUFFER];
        int matched = -1; // of the id; -1 = not at the beginning of a line
        try (var in = reader.socket().getInputStream()) {
            for (int length = in.read(bytes); length > 0; length = in.read(bytes)) {
                for (int i = 0; i < length; i++) {
                    if (bytes[i] == '\n') {
                        matched = 0;
                    } else if (matched >= 0) {
                        matched = bytes[i] == ID[matched] ? matched + 1 : -1;
                        if (matched == ID.length) {
                            reader.events().incrementAndGet();
                            matched = -1;
                        }
                    }
                }
            }
        } catch (IOException _) {
            // It was closed; what it has read counts.
        }
    }

    int count() {
        return readers.size();
    }

    /** Of the reader that got the fewest. */
    long fewest() {
        return readers.stream().mapToLong(reader -> reader.events().get()).min().orElse(0);
    }

    /** Of the reader that got the most. */
    long most() {
        return readers.stream().mapToLong(reader -> reader.events().get()).max().orElse(0);
    }

    @Override
    public void close() {
        for (var reader : readers) {
            try {
                reader.socket().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
