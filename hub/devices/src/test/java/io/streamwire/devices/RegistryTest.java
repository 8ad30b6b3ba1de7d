package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.streamwire.bus.Script;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.service.Role;
import io.streamwire.virtualboard.VirtualBoard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What people keep about their devices, and what reaches the boards of it. */
@ExtendWith(Rig.Extension.class)
class RegistryTest {

    private final Rig rig;
    private final Member member;

    RegistryTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private static String tag(Member.Answer answer) {
        return answer.raw().headers().firstValue("ETag").orElseThrow();
    }

    private String tag(UUID device) {
        return tag(member.get("/devices/" + device));
    }

    private List<String> listed(String query) {
        return StreamSupport.stream(
                        member.get("/devices" + query).body().at("/items").spliterator(), false)
                .map(item -> item.at("/id").asText())
                .toList();
    }

    @Test
    void tagsFindDevices() {
        var fan = member.device("Fan");
        var lamp = member.device("Lamp");

        var tagged =
                member.patch(
                        "/devices/" + fan,
                        Map.of("tags", List.of("stage", "air", "stage")),
                        "If-Match",
                        tag(fan));

        assertThat(tagged.body().at("/tags").toString()).isEqualTo("[\"air\",\"stage\"]");
        assertThat(tagged.text("/name")).isEqualTo("Fan");
        assertThat(listed("?tag=stage")).containsExactly(fan.toString());
        assertThat(listed("?tag=other")).isEmpty();
        assertThat(listed("")).containsExactly(fan.toString(), lamp.toString());
        assertThat(
                        member.patch(
                                        "/devices/" + fan,
                                        Map.of("tags", List.of("ok", "Not OK")),
                                        "If-Match",
                                        tag(fan))
                                .text("/errors/0/pointer"))
                .isEqualTo("/tags/1");
    }

    @Test
    void groupsHoldDevices() {
        var fan = member.device("Fan");
        var lamp = member.device("Lamp");
        var body = Map.of("name", "Stage", "device_ids", List.of(fan));

        var created = member.post("/devices/groups", body);
        var path = "/devices/groups/" + created.text("/id");
        assertThat(created.status()).isEqualTo(201);
        assertThat(listed("?group=" + created.text("/id"))).containsExactly(fan.toString());
        assertThat(member.post("/devices/groups", body).text("/code")).isEqualTo("group_exists");
        assertThat(member.get("/devices/groups").text("/items/0/name")).isEqualTo("Stage");

        var change = Map.of("name", "Floor", "device_ids", List.of(lamp));
        assertThat(member.patch(path, change).status()).isEqualTo(428);
        var changed = member.patch(path, change, "If-Match", tag(created));
        assertThat(changed.text("/device_ids/0")).isEqualTo(lamp.toString());
        assertThat(member.patch(path, change, "If-Match", tag(created)).status()).isEqualTo(412);

        assertThat(member.delete("/devices/" + lamp, "If-Match", tag(lamp)).status())
                .isEqualTo(204);
        assertThat(member.get(path).body().at("/device_ids")).isEmpty();
        assertThat(Member.owner(rig).get(path).status()).isEqualTo(404);
        assertThat(member.with(Role.MODERATOR).delete(path, "If-Match", tag(changed)).status())
                .isEqualTo(403);
        assertThat(member.delete(path, "If-Match", tag(changed)).status()).isEqualTo(204);
        assertThat(member.get(path).status()).isEqualTo(404);
    }

    @Test
    void aDeletedDeviceIsStoppedFirstAndLeavesNothing() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        var neighbour = member.board();
        member.post("/devices/arm", Map.of("device_ids", List.of(device)));
        var spinning = member.command(device, Member.spin(50, 5_000)).text("/id");
        member.awaitState(device, spinning, "started");
        assertThat(remembered(device)).containsExactlyInAnyOrder("arming", "epochs", "boards");

        assertThat(member.delete("/devices/" + device, "If-Match", "\"99\"").status())
                .isEqualTo(412);
        assertThat(board.status().armed()).isTrue();
        assertThat(member.delete("/devices/" + device, "If-Match", tag(device)).status())
                .isEqualTo(204);

        assertThat(board.status().armed()).isFalse();
        Rig.await("session ended", () -> !board.status().connected());
        Rig.await(
                "broken off",
                () -> member.get("/api/v1/receipts/" + spinning).text("/state").equals("aborted"));
        assertThat(remembered(device)).isEmpty();
        Rig.await("the broker retains nothing", () -> !retained(neighbour, board).contains(device));
        Rig.await(
                "written down",
                () ->
                        member.get("/devices/safety-log").text("/items/0/why").equals("deleted")
                                && member.get("/devices/safety-log")
                                        .text("/items/0/device_ids/0")
                                        .equals(device.toString()));
    }

    /** Where Redis remembers a device. */
    private List<String> remembered(UUID device) {
        var partition = rig.bus.partition(member.workspace);
        var script =
                new Script(
                        "remembered",
                        """
                        local found = {}
                        for i, key in ipairs(KEYS) do
                          for _, field in ipairs(redis.call('HKEYS', key)) do
                            if string.find(field, ARGV[1], 1, true) then found[#found + 1] = ARGV[i + 1] end
                          end
                        end
                        return found
                        """);
        var names = List.of("arming", "epochs", "boards");
        var keys = names.stream().map(name -> Stream.key(partition, name)).toList();
        var args = new ArrayList<String>();
        args.add(device.toString());
        args.addAll(names);
        return rig.bus.call(script, keys, args).join().values().stream()
                .map(String::valueOf)
                .toList();
    }

    /** The boards of which the broker retains a state; the first one is certainly there. */
    private Set<UUID> retained(VirtualBoard first, VirtualBoard second) {
        var found = ConcurrentHashMap.<UUID>newKeySet();
        var client = rig.hub();
        client.toAsync()
                .publishes(
                        MqttGlobalPublishFilter.ALL,
                        message ->
                                Topics.parseUp(message.getTopic().toString())
                                        .ifPresent(up -> found.add(up.deviceId())));
        for (var board : List.of(second, first)) {
            var _ =
                    client.subscribeWith()
                            .topicFilter(Topics.state(member.workspace, board.deviceId()))
                            .send();
        }
        try {
            Rig.await("the first one", () -> found.contains(first.deviceId()));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        client.disconnect();
        return found;
    }

    @Test
    void aWorkspaceHasOnlySoMuchOfEverything() throws InterruptedException {
        var first = member.device("First");
        var caps =
                Map.of(
                        "devices.most-devices", "2",
                        "devices.most-tokens", "1",
                        "devices.most-groups", "1",
                        "devices.most-tags", "2");
        try (var bus = rig.connect();
                var another = rig.another(bus, caps)) {
            var there = member.at(another);
            var body = Map.of("name", "Second", "board", "esp32");
            var second = there.post("/devices", body, "Idempotency-Key", "second");
            assertThat(second.status()).isEqualTo(201);
            assertThat(there.post("/devices", body, "Idempotency-Key", "second").status())
                    .isEqualTo(201);
            refused(there.post("/devices", body), "too_many_devices");
            refused(there.post("/devices/claims", body), "too_many_devices");
            var token = Map.of("device_id", first, "name", "agent");
            assertThat(there.post("/devices/tokens", token).status()).isEqualTo(201);
            refused(there.post("/devices/tokens", token), "too_many_tokens");
            assertThat(there.post("/devices/groups", Map.of("name", "One")).status())
                    .isEqualTo(201);
            refused(there.post("/devices/groups", Map.of("name", "Two")), "too_many_groups");
            refused(
                    there.patch(
                            "/devices/" + first,
                            Map.of("tags", List.of("a", "b", "c")),
                            "If-Match",
                            tag(first)),
                    "too_many_tags");
        }
    }

    private static void refused(Member.Answer answer, String code) {
        assertThat(answer)
                .returns(409, Member.Answer::status)
                .returns(code, refused -> refused.text("/code"));
    }

    @Test
    void anotherWorkspacesDeviceIsInNoGroup() {
        var foreign = Member.owner(rig).device("Foreign");

        var refused =
                member.post(
                        "/devices/groups", Map.of("name", "Mine", "device_ids", List.of(foreign)));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/errors/0/pointer")).isEqualTo("/device_ids/0");
    }

    @Test
    void anArchivedDeviceRestsWithItsHistory() throws InterruptedException {
        var device = member.device("Motor");
        var token = member.token(device);
        var board = rig.connect(device, token);
        rig.publish(
                board,
                Topics.describe(member.workspace, device),
                Json.write(VirtualBoard.CAPABILITIES));

        assertThat(member.post("/devices/" + device + "/archive", null).text("/archived_at"))
                .isNotEmpty();

        Rig.await("session ended", () -> !board.getState().isConnected());
        Assertions.assertThatThrownBy(() -> rig.connect(device, token))
                .isInstanceOf(Mqtt5ConnAckException.class);
        assertThat(member.command(device, Member.spin(50, 50)).text("/code"))
                .isEqualTo("device_archived");
        assertThat(member.post("/devices/arm", Map.of("device_ids", List.of(device))).status())
                .isEqualTo(422);
        assertThat(listed("")).isEmpty();
        assertThat(listed("?archived=true")).containsExactly(device.toString());
        assertThat(member.get("/devices/" + device + "/commands").status()).isEqualTo(200);

        assertThat(member.post("/devices/" + device + "/unarchive", null).status()).isEqualTo(200);
        assertThat(listed("")).containsExactly(device.toString());
        rig.connect(device, token).disconnect();
    }

    @Test
    void whatIsToBeArchivedIsStoppedEvenWhenItCannotBeStored() throws InterruptedException {
        var device = member.armedBoard().deviceId();
        var status = "/devices/" + device + "/status";
        assertThat(
                        member.post("/devices/" + device + "/archive", null, "If-Match", "\"999\"")
                                .status())
                .isEqualTo(412);
        assertThat(member.get(status).text("/armed")).isEqualTo("true");
        rig.postgres.cut();
        try {
            assertThat(member.post("/devices/" + device + "/archive", null).status())
                    .isEqualTo(503);

            assertThat(member.get(status).text("/armed")).isEqualTo("false");
        } finally {
            rig.postgres.mend();
        }
        rig.awaitReady();
    }

    @Test
    void earlierCapabilitiesAreKept() throws InterruptedException {
        var device = member.device("Motor");
        var client = rig.connect(device, member.token(device));
        var path = "/devices/" + device + "/capabilities";
        assertThat(member.get(path).text("/code")).isEqualTo("not_described");

        for (int version = 1; version <= 12; version++) {
            var expected = version;
            var fw = "1.0." + version;
            rig.publish(
                    client,
                    Topics.describe(member.workspace, device),
                    Json.write(VirtualBoard.CAPABILITIES)
                            .replace("\"fw\":\"1.0.0\"", "\"fw\":\"" + fw + "\""));
            Rig.await(
                    "described", () -> member.get(path).body().at("/version").asInt() == expected);
        }

        var described = member.get(path).body();
        assertThat(described.at("/capabilities/fw").asText()).isEqualTo("1.0.12");
        assertThat(described.at("/history").size()).isEqualTo(9);
        assertThat(described.at("/history/8/capabilities/fw").asText()).isEqualTo("1.0.3");
        client.disconnect();
    }

    private JsonNode config(UUID device) {
        return member.get("/devices/" + device + "/config").body();
    }

    @Test
    void tighterLimitsReachTheBoardAndHold() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        Rig.await("in sync", () -> config(device).at("/in_sync").asBoolean());
        var before = config(device).at("/desired/v").asLong();
        var limits =
                Map.of(
                        "motor_spin",
                        Map.of("max_on_ms", 100, "args", Map.of("level", Map.of("max", 40))));

        assertThat(member.put("/devices/" + device + "/limits", limits).status()).isEqualTo(428);
        assertThat(
                        member.with(Role.MODERATOR)
                                .put("/devices/" + device + "/limits", limits, "If-Match", "\"1\"")
                                .status())
                .isEqualTo(403);
        var set = member.put("/devices/" + device + "/limits", limits, "If-Match", tag(device));

        assertThat(set.status()).isEqualTo(200);
        Rig.await("in sync again", () -> config(device).at("/in_sync").asBoolean());
        assertThat(config(device).at("/desired/v").asLong()).isEqualTo(before + 1);
        assertThat(config(device).at("/reported/v").asLong()).isEqualTo(before + 1);
        assertThat(member.command(device, Member.spin(41, 50)).text("/errors/0/pointer"))
                .isEqualTo("/args/level");
        assertThat(member.command(device, Member.spin(40, 101)).status()).isEqualTo(422);
        assertThat(member.command(device, Member.spin(40, 50), "Prefer", "wait=10").text("/state"))
                .isEqualTo("done");
        assertThat(member.get("/devices/" + device + "/status").body().at("/armed").asBoolean())
                .isTrue();
        assertThat(member.get("/devices/" + device + "/limits").body().at("/motor_spin/max_on_ms"))
                .isEqualTo(Json.mapper().valueToTree(100));
    }

    @Test
    void looserLimitsThanTheBoardsAreRefused() throws InterruptedException {
        var device = member.board().deviceId();

        var refused =
                member.put(
                        "/devices/" + device + "/limits",
                        Map.of(
                                "motor_spin",
                                Map.of("max_on_ms", 5_001, "max_duty_pct", 101),
                                "fly",
                                Map.of()),
                        "If-Match",
                        tag(device));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body().at("/errors").findValuesAsText("pointer"))
                .containsExactlyInAnyOrder(
                        "/motor_spin/max_on_ms", "/motor_spin/max_duty_pct", "/fly");
    }
}
