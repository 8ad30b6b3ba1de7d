package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoard;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class InstancesTest {

    private record Pair(Member member, VirtualBoard board) {}

    private final Rig rig;

    InstancesTest(Rig rig) {
        this.rig = rig;
    }

    /** Enough workspaces to have some in partitions of both instances. */
    private List<Pair> pairs() throws InterruptedException {
        var pairs = new ArrayList<Pair>();
        var partitions = new ArrayList<Integer>();
        while (pairs.size() < 8) {
            var member = Member.owner(rig);
            if (!partitions.contains(rig.bus.partition(member.workspace))) {
                partitions.add(rig.bus.partition(member.workspace));
                pairs.add(new Pair(member, member.armedBoard()));
            }
        }
        return pairs;
    }

    @Test
    void eitherOfTwoTakesCommandsForAllAndStopsAll() throws InterruptedException {
        var pairs = pairs();
        var edges = new ConcurrentLinkedQueue<UUID>();
        rig.recorder.onEdge(edge -> {
            if (edge.on()) {
                edges.add(edge.commandId());
            }
        });
        try (var bus = rig.connect();
                var another = rig.another(bus)) {
            var done = new ArrayList<UUID>();
            for (int round = 0; round < 2; round++) {
                for (var pair : pairs) {
                    var device = pair.board().deviceId();
                    var there = pair.member().at(another);
                    Rig.await("known there", sees(there, device));
                    for (var side : List.of(pair.member(), there)) {
                        // Its partition may be handed over meanwhile.
                        var answer = side.command(device, lasting(5), "Prefer", "wait=30");
                        assertThat(answer.text("/state")).as(answer.toString()).isEqualTo("done");
                        done.add(UUID.fromString(answer.text("/id")));
                    }
                }
            }
            assertThat(edges).containsExactlyInAnyOrderElementsOf(done);

            for (var pair : pairs) {
                var stopped = pair.member().at(another).post("/devices/stop", null);
                assertThat(stopped.text("/confirmed/0"))
                        .isEqualTo(pair.board().deviceId().toString());
                Rig.await(
                        "disarmed at the first one, too",
                        () ->
                                pair.member()
                                                .command(
                                                        pair.board().deviceId(), Member.spin(60, 5))
                                                .status()
                                        == 409);
            }
        }
        assertThat(rig.recorder.totals())
                .returns(0L, PinRecorder.Totals::duplicates)
                .returns(0L, PinRecorder.Totals::unarmed);
    }

    /** Whose boards' acknowledgements either instance gets, but only the first one commands. */
    private Member ownedByTheFirst() {
        var member = Member.owner(rig);
        while (!rig.owns("rig", member.workspace)) {
            member = Member.owner(rig);
        }
        return member;
    }

    @Test
    void limitsThatAreChangedAtEitherOfTwoDisarmNobodyWhoKeepsThem() throws InterruptedException {
        try (var bus = rig.connect();
                var another = rig.another(bus)) {
            rig.awaitShared("another");
            var member = ownedByTheFirst();
            var there = member.at(another);
            var device = member.device("Board");
            var board = new RawBoard(rig, member, device, true);
            Rig.await("in sync", () -> config(member, device).at("/in_sync").asBoolean());
            member.arm();
            Rig.await("known there", sees(there, device));
            var before = board.envelope();
            var ids = new ArrayList<String>();
            for (int i = 0; i < 12; i++) {
                ids.add(member.command(device, lasting(50)).text("/id"));
            }

            var etag = there.get("/devices/" + device).raw().headers().firstValue("ETag");
            var limited =
                    there.put(
                            "/devices/" + device + "/limits",
                            Map.of("motor_spin", Map.of("max_on_ms", 100)),
                            "If-Match",
                            etag.orElseThrow());
            assertThat(limited.status()).as(limited.toString()).isEqualTo(200);
            for (var id : ids) {
                board.done(id, before);
            }

            for (var id : ids) {
                member.awaitState(device, id, "done");
            }
            Rig.await("in sync again", () -> config(there, device).at("/in_sync").asBoolean());
            assertThat(board.envelope()).isNotEqualTo(before);
            for (var side : List.of(member, there)) {
                var after = side.command(device, Member.spin(60, 50));
                assertThat(after.status()).as(after.toString()).isEqualTo(202);
                board.done(after.text("/id"), board.envelope());
                side.awaitState(device, after.text("/id"), "done");
            }

            for (int i = 0; i < 8; i++) {
                board.done(UUID.randomUUID().toString(), "0123456789abcdef");
            }
            for (var side : List.of(member, there)) {
                Rig.await("disarmed", () -> !armed(side, device));
            }
            board.close();
        }
    }

    private static Map<String, Object> lasting(long ms) {
        return Map.of(
                "command", "motor_spin", "args", Map.of("level", 60, "ms", ms), "ttl_ms", 30_000);
    }

    private static JsonNode config(Member member, UUID device) {
        return member.get("/devices/" + device + "/config").body();
    }

    private static boolean armed(Member member, UUID device) {
        return member.get("/devices/" + device + "/status").body().at("/armed").asBoolean();
    }

    @Test
    void aSilentBoardIsQuietUntilItSpeaks() throws InterruptedException {
        var member = Member.owner(rig);
        var device = member.device("Board");
        var board = rig.connect(device, member.token(device));
        var ready = "{\"s\":\"ready\",\"boot\":1,\"epoch\":0}";
        rig.publish(board, Topics.state(member.workspace, device), ready);
        try (var bus = rig.connect();
                var another = rig.another(bus, Map.of("devices.quiet-after", "500ms"))) {
            var status = "/devices/" + device + "/status";
            var there = member.at(another);
            Rig.await("quiet", () -> there.get(status).text("/presence").equals("quiet"));
            var since = Instant.parse(there.get(status).text("/since"));
            assertThat(since).isBefore(Instant.now());

            Rig.await(
                    "online",
                    () -> { // not for long, unless it goes on speaking
                        rig.publish(board, Topics.state(member.workspace, device), ready);
                        return there.get(status).text("/presence").equals("online");
                    });
            assertThat(Instant.parse(there.get(status).text("/since"))).isAfter(since);
            board.disconnect();
        }
    }

    private static BooleanSupplier sees(Member member, UUID device) {
        return () -> member.get("/devices/" + device + "/status").text("/state").equals("ready");
    }
}
