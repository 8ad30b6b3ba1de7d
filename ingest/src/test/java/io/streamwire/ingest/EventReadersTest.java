package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Sent;
import io.streamwire.liveroom.Show;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many who read the same events at a time. */
@Timeout(120)
class EventReadersTest {

    private static final int READERS = 200;
    private static final Stage STAGE = Stage.open("http.event-stream-patience", "6s");

    @AfterAll
    static void close() {
        STAGE.close();
    }

    @Test
    void eachReaderGetsEachEventOnceAndNoneWaitsForAStuckOne() throws Exception {
        var room = STAGE.liveRoom.restart("watched");
        var id = STAGE.connect(room);
        try (var history =
                room.play(Show.seeded(1).pace(8_000, 40).lasting(Duration.ofSeconds(1)))) {
            assertThat(history.await(Duration.ofSeconds(20))).isTrue();
        }
        int before = room.sent().size();
        Await.until(() -> STAGE.counter(id, "published") == before);

        var readers = new ArrayList<Reader>();
        try (var stuck = socket(1_024)) {
            for (int i = 0; i < READERS; i++) {
                readers.add(Reader.open());
            }
            ask(stuck, "Last-Event-ID: 0-0\r\n"); // more than any socket takes in by itself
            Await.until(() -> streams() == READERS + 1);

            try (var show = room.play(Show.seeded(2).pace(400, 4).lasting(Duration.ofSeconds(2)))) {
                assertThat(show.await(Duration.ofSeconds(20))).isTrue();
            }

            var sent = room.sent().subList(before, room.sent().size());
            Await.until(
                    () -> readers.stream().allMatch(reader -> reader.ids.size() >= sent.size()));
            var first = readers.getFirst();
            assertThat(first.events())
                    .containsExactlyElementsOf(
                            sent.stream().map(EventReadersTest::eventOf).toList());
            assertThat(readers)
                    .allSatisfy(
                            reader -> assertThat(reader.ids).containsExactlyElementsOf(first.ids));
            Await.until(() -> streams() == READERS); // the stuck one was cut off
        } finally {
            readers.forEach(Reader::close);
        }
        Await.until(() -> {
            room.comment(ScriptedViewer.ofCrowd(1), "who has gone is noticed by what is sent");
            return streams() == 0;
        });
    }

    private static Object eventOf(Sent sent) {
        return Ids.event(sent.roomId(), sent.msgId());
    }

    private static int streams() {
        return STAGE.owner()
                .text("/metrics")
                .lines()
                .filter(line -> line.startsWith("streamwire_ingest_event_streams "))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private static Socket socket(int receiveBuffer) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(receiveBuffer);
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), STAGE.ingest.port()));
        return socket;
    }

    private static void ask(Socket socket, String headers) throws IOException {
        var request =
                "GET /events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n%s\r\n"
                        .formatted(STAGE.owner().token(), headers);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads from a socket of its own, on a virtual thread of its own. */
    private static final class Reader implements AutoCloseable {

        private final Socket socket;
        private final BufferedReader lines;
        private final List<String> ids = new CopyOnWriteArrayList<>();
        private final List<String> data = new CopyOnWriteArrayList<>();

        private Reader(Socket socket) throws IOException {
            this.socket = socket;
            this.lines =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        /** Returns once the stream has begun. */
        static Reader open() throws IOException {
            var reader = new Reader(socket(65_536));
            ask(reader.socket, "");
            while (!":".equals(reader.lines.readLine())) {
                // still headers
            }
            Thread.startVirtualThread(reader::read);
            return reader;
        }

        private void read() {
            try {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("id: ")) {
                        ids.add(line);
                    } else if (line.startsWith("data: ")) {
                        data.add(line.substring(6));
                    }
                }
            } catch (IOException e) {
                ids.add("broken off");
            }
        }

        private List<Object> events() {
            return data.stream()
                    .<Object>map(json -> Json.read(json, LiveEvent.class).id())
                    .toList();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
