package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Json;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The stream of what happens to devices. */
@ExtendWith(Rig.Extension.class)
class DeviceEventsTest {

    private final Rig rig;
    private final Member member;

    DeviceEventsTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    /** The lines of an event stream, read by a thread until it is closed. */
    private static final class Reader implements AutoCloseable {
        private final java.util.stream.Stream<String> body;
        private final List<String> lines = new CopyOnWriteArrayList<>();

        Reader(Member member, String query, String... headers) {
            var request = member.request("/devices/events" + query).GET();
            if (headers.length > 0) {
                request.headers(headers);
            }
            this.body = Member.stream(request, BodyHandlers.ofLines());
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            body.forEach(lines::add);
                        } catch (RuntimeException e) {
                            lines.add("closed");
                        }
                    });
        }

        boolean saw(String line) {
            return lines.contains(line);
        }

        List<String> all(String field) {
            var found = new ArrayList<String>();
            for (var line : lines) {
                if (line.startsWith(field + ": ")) {
                    found.add(line.substring(field.length() + 2));
                }
            }
            return found;
        }

        @Override
        public void close() {
            body.close();
        }
    }

    @Test
    void aWorkspaceSeesWhatHappensToItsOwnDevices() throws InterruptedException {
        var stranger = Member.owner(rig);
        var board = member.armedBoard();
        try (var events = new Reader(member, "");
                var others = new Reader(stranger, "")) {
            Rig.await("open", () -> events.saw(":") && others.saw(":"));

            var done = member.command(board.deviceId(), Member.spin(50, 20), "Prefer", "wait=10");

            assertThat(done.text("/state")).isEqualTo("done");
            Rig.await("done seen", () -> events.saw("event: command_done"));
            assertThat(events.all("event")).contains("command_changed", "command_sent");
            var last = Json.mapper();
            assertThat(events.all("data"))
                    .allSatisfy(data ->
                            assertThat(last.readTree(data).at("/device_id").asText())
                                    .isEqualTo(board.deviceId().toString()));

            board.dropConnection(java.time.Duration.ofMillis(50));
            Rig.await("status seen", () -> events.saw("event: device_status"));
            assertThat(others.all("event")).isEmpty();
        }
    }

    @Test
    void whoWatchesOneDeviceSeesTheStopsThatConcernIt() throws Exception {
        var device = member.device("Watched").toString();
        var other = member.device("Another").toString();
        var third = member.device("Third").toString();
        try (var events = new Reader(member, "?types=safety_changed&device_id=" + device)) {
            Rig.await("open", () -> events.saw(":"));

            var others = member.post("/devices/stop", Map.of("device_ids", List.of(other, third)));
            var several =
                    member.post("/devices/stop", Map.of("device_ids", List.of(device, other)));
            var all = member.post("/devices/stop", null);

            Rig.await("two stops", () -> events.all("data").size() >= 2);
            assertThat(others.status()).isEqualTo(200);
            var mapper = Json.mapper();
            var epochs = new ArrayList<String>();
            for (var data : events.all("data")) {
                epochs.add(mapper.readTree(data).at("/epoch").asText());
            }
            assertThat(epochs).containsExactly(several.text("/epoch"), all.text("/epoch"));
        }
    }

    @Test
    void aReaderResumesAndChooses() throws InterruptedException {
        var board = member.armedBoard();
        String first;
        try (var events = new Reader(member, "?types=command_done")) {
            Rig.await("open", () -> events.saw(":"));
            var _ = member.command(board.deviceId(), Member.spin(50, 10), "Prefer", "wait=10");
            Rig.await("done", () -> !events.all("id").isEmpty());
            assertThat(events.all("event")).containsOnly("command_done");
            first = events.all("id").getFirst();
        }
        var missed = member.command(board.deviceId(), Member.spin(50, 10), "Prefer", "wait=10");

        try (var events =
                new Reader(
                        member,
                        "?types=command_done&device_id=" + board.deviceId(),
                        "Last-Event-ID",
                        first)) {
            Rig.await("resumed", () -> !events.all("data").isEmpty());
            assertThat(events.all("data").getFirst()).contains(missed.text("/id"));
        }
        assertThat(member.get("/devices/events?device_id=nonsense").text("/code"))
                .isEqualTo("bad_device_id");
        assertThat(Map.of("status", member.get("/devices/events?types=A").status()))
                .containsEntry("status", 400);
    }
}
