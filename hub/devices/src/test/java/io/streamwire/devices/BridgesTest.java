package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class BridgesTest {

    private static final String READY = "{\"s\":\"ready\",\"boot\":1,\"epoch\":0}";

    private static final String READY_AGAIN = "{\"s\":\"ready\",\"boot\":2,\"epoch\":0}";

    private final Rig rig;
    private final Member member;

    BridgesTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    @Test
    void aBridgeSpeaksForTheBoardsThatAreAdoptedWhileItIsConnected() throws InterruptedException {
        var bridge = create("bridge", null);
        var client = rig.connect(bridge, token(bridge));
        var before = create("uno", null);
        assertThatThrownBy(() -> subscribe(client, before))
                .isInstanceOf(Mqtt5SubAckException.class);

        var child = create("uno", bridge);
        var adopted = System.nanoTime();
        Rig.await("allowed", () -> subscribed(client, child));
        assertThat(Duration.ofNanos(System.nanoTime() - adopted)).isLessThan(Rig.PROMPT);
        rig.publish(client, Topics.state(member.workspace, child), READY);
        Rig.await("online", () -> presence(child).equals("online"));
        assertThat(client.getState().isConnected()).isTrue();

        var etag = member.get("/devices/" + child).raw().headers().firstValue("etag").orElseThrow();
        assertThat(member.delete("/devices/" + child, "If-Match", etag).status()).isEqualTo(204);
        var released = System.nanoTime();
        Rig.await("no longer allowed", () -> !subscribed(client, child));
        assertThat(Duration.ofNanos(System.nanoTime() - released)).isLessThan(Rig.PROMPT);
        assertThat(client.getState().isConnected()).isTrue();
        client.disconnect();
    }

    @Test
    void boardsAreLostWithTheirBridge() throws InterruptedException {
        var bridge = create("bridge", null);
        var child = create("uno", bridge);
        var token = token(bridge);
        var client = rig.connect(bridge, token);
        rig.publish(client, Topics.state(member.workspace, bridge), READY);
        rig.publish(client, Topics.state(member.workspace, child), READY);
        Rig.await("online", () -> presence(child).equals("online"));

        rig.publish(
                client,
                Topics.state(member.workspace, bridge),
                "{\"s\":\"lost\",\"boot\":1,\"epoch\":0}");

        Rig.await("lost", () -> presence(child).equals("lost"));
        rig.publish(client, Topics.state(member.workspace, child), READY_AGAIN);
        Rig.await(
                "heard, and lost all the same",
                () ->
                        member.get("/devices/" + child + "/logs").text("/items/0/boot").equals("2")
                                && presence(child).equals("lost"));
        rig.publish(client, Topics.state(member.workspace, bridge), READY_AGAIN);
        Rig.await("back", () -> presence(child).equals("online"));
        client.disconnect();
    }

    @Test
    void boardsAreStoppedAndDeletedWithTheirBridge() throws InterruptedException {
        var bridge = create("bridge", null);
        var child = create("uno", bridge);
        var client = rig.connect(bridge, token(bridge));
        rig.publish(client, Topics.state(member.workspace, bridge), READY);
        rig.publish(client, Topics.state(member.workspace, child), READY);
        Rig.await("online", () -> presence(child).equals("online"));
        member.post("/devices/arm", Map.of("device_ids", List.of(child)));
        var etag =
                member.get("/devices/" + bridge).raw().headers().firstValue("etag").orElseThrow();

        assertThat(member.delete("/devices/" + bridge, "If-Match", etag).status()).isEqualTo(204);

        assertThat(member.get("/devices/" + child + "/status").status()).isEqualTo(404);
        Rig.await("ended", () -> !client.getState().isConnected());
        Rig.await(
                "both were stopped",
                () ->
                        member.get("/devices/safety-log").body().at("/items/0/device_ids").size()
                                == 2);
    }

    @Test
    void aBridgeTellsOfBoardsAndIsToldWhomItSpeaksFor() throws InterruptedException {
        var bridge = create("bridge", null);
        var client = rig.connect(bridge, token(bridge));
        var configs = configs(client, member, bridge);
        describe(client, member, bridge);

        Rig.await(
                "the unknown board",
                () ->
                        member.get("/devices/" + bridge)
                                .text("/capabilities/unknown/0/hardware_uuid")
                                .equals("usb:2341:0043:1"));
        var child = create("uno", bridge, "usb:2341:0043:1");
        Rig.await(
                "the child",
                () ->
                        !configs.isEmpty()
                                && List.of(new DeviceConfig.Child(child, "uno", "usb:2341:0043:1"))
                                        .equals(configs.getLast().children()));
        var etag = member.get("/devices/" + child).raw().headers().firstValue("etag").orElseThrow();
        assertThat(member.delete("/devices/" + child, "If-Match", etag).status()).isEqualTo(204);
        Rig.await("no child", () -> List.of().equals(configs.getLast().children()));
        client.disconnect();
    }

    /** What it is told to be. */
    private static List<DeviceConfig> configs(
            Mqtt5BlockingClient client, Member member, UUID bridge) {
        var configs = new CopyOnWriteArrayList<DeviceConfig>();
        client.toAsync()
                .publishes(
                        MqttGlobalPublishFilter.ALL,
                        message ->
                                configs.add(
                                        Json.read(
                                                message.getPayloadAsBytes(), DeviceConfig.class)));
        var _ =
                client.subscribeWith()
                        .topicFilter(Topics.desiredConfig(member.workspace, bridge))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send();
        return configs;
    }

    private void describe(Mqtt5BlockingClient client, Member member, UUID bridge) {
        rig.publish(client, Topics.state(member.workspace, bridge), READY);
        rig.publish(
                client,
                Topics.describe(member.workspace, bridge),
                """
                {"v": 1, "fw": "1.0.0", "board": "bridge", "limits": "board", "commands": [],
                 "unknown": [{"hardware_uuid": "usb:2341:0043:1", "board": "uno", "port": "/dev/ttyACM0"}]}
                """);
    }

    @Test
    void whoeverTakesABridgeOverTellsItWhomItSpeaksFor() throws InterruptedException {
        var of = Member.owner(rig);
        UUID bridge;
        Mqtt5BlockingClient client;
        List<DeviceConfig> configs;
        try (var bus = rig.connect();
                var _ = rig.another(bus)) {
            rig.awaitShared("another");
            while (!rig.owns("another", of.workspace)) {
                of = Member.owner(rig);
            }
            bridge = create(of, "bridge", null, null);
            client = rig.connect(bridge, of.token(bridge));
            configs = configs(client, of, bridge);
            describe(client, of, bridge);
            Rig.await("told by the other one", () -> !configs.isEmpty());
        }

        var child = create(of, "uno", bridge, "usb:2341:0043:1");

        var mapped = List.of(new DeviceConfig.Child(child, "uno", "usb:2341:0043:1"));
        Rig.await("the child", () -> mapped.equals(configs.getLast().children()));
        client.disconnect();
    }

    @Test
    void aBoardOnABridgeHasNoToken() {
        var child = create("uno", create("bridge", null));

        var refused = member.post("/devices/tokens", Map.of("device_id", child, "name", "t"));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("/code")).isEqualTo("child_has_no_token");
    }

    @Test
    void anotherBrokerGetsTheSameDecisions() {
        var bridge = create("bridge", null);
        var child = create("uno", bridge);
        var device = create("esp32", null);
        var token = token(device);
        var root = Topics.root(member.workspace, device);

        assertThat(admission(device, device, token).text("/result")).isEqualTo("allow");
        assertThat(admission(device, device, token).text("/acl/0/topic")).startsWith("eq " + root);
        assertThat(admission(device, device, token).body().at("/acl").toString())
                .endsWith("{\"permission\":\"deny\",\"action\":\"all\",\"topic\":\"#\"}]");
        assertThat(admission(device, device, "guess").text("/result")).isEqualTo("deny");
        assertThat(admission(device, bridge, token).text("/result")).isEqualTo("deny");
        assertThat(admission(bridge, device, token).text("/result")).isEqualTo("deny");
        assertThat(admission(bridge, bridge, token(bridge)).body().has("acl")).isFalse();
        assertThat(admission("hub-1", "hub", "guess").text("/result")).isEqualTo("deny");
        assertThat(admission("hub-1", "hub", Rig.MQTT_PASSWORD).text("/result")).isEqualTo("allow");
        assertThat(admission(device, "hub", Rig.MQTT_PASSWORD).text("/result")).isEqualTo("deny");

        assertThat(may(device, device, "publish", root + "/up/state", true)).isTrue();
        assertThat(may(device, device, "publish", root + "/up/ack", false)).isTrue();
        assertThat(may(device, device, "publish", root + "/up/ack", true)).isFalse();
        assertThat(may(device, device, "publish", root + "/down/cmd", false)).isFalse();
        assertThat(may(device, device, "subscribe", root + "/down/#", false)).isTrue();
        assertThat(may(device, device, "subscribe", "#", false)).isFalse();
        assertThat(may(device, device, "subscribe", "$SYS/#", false)).isFalse();
        assertThat(may(device, bridge, "publish", root + "/up/ack", false)).isFalse();
        var below = Topics.root(member.workspace, child);
        assertThat(may(bridge, bridge, "subscribe", below + "/down/cmd", false)).isTrue();
        assertThat(may(child, child, "subscribe", below + "/down/cmd", false)).isFalse();
        assertThat(may("hub-1", "hub", "publish", below + "/down/cmd", false)).isTrue();
        assertThat(may("hub-1", "hub", "publish", below + "/down/cmd", true)).isFalse();
        assertThat(may("anybody", "anybody", "subscribe", below + "/down/cmd", false)).isFalse();
    }

    private Member.Answer admission(Object client, Object user, String password) {
        return member.post(
                "/internal/mqtt/emqx/authn",
                Map.of("clientid", client, "username", user, "password", password),
                "X-Service-Secret",
                Rig.SECRET);
    }

    private boolean may(Object client, Object user, String action, String topic, boolean retain) {
        var answer =
                member.post(
                        "/internal/mqtt/emqx/authz",
                        Map.of(
                                "clientid",
                                client,
                                "username",
                                user,
                                "topic",
                                topic,
                                "action",
                                action,
                                "qos",
                                "1",
                                "retain",
                                Boolean.toString(retain)),
                        "X-Service-Secret",
                        Rig.SECRET);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.text("/result").equals("allow");
    }

    private UUID create(String board, @Nullable UUID parent) {
        return create(board, parent, null);
    }

    private UUID create(String board, @Nullable UUID parent, @Nullable String hardware) {
        return create(member, board, parent, hardware);
    }

    private static UUID create(
            Member member, String board, @Nullable UUID parent, @Nullable String hardware) {
        var body = new HashMap<String, Object>(Map.of("name", "Board", "board", board));
        if (hardware != null) {
            body.put("hardware_uuid", hardware);
        }
        if (parent != null) {
            body.put("parent_id", parent);
        }
        var answer = member.post("/devices", body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return UUID.fromString(answer.text("/id"));
    }

    private String token(UUID device) {
        return member.post("/devices/tokens", Map.of("device_id", device, "name", "t"))
                .text("/token");
    }

    private String presence(UUID device) {
        return member.get("/devices/" + device + "/status").text("/presence");
    }

    private void subscribe(Mqtt5BlockingClient client, UUID device) {
        var _ =
                client.subscribeWith()
                        .topicFilter(Topics.command(member.workspace, device))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send();
    }

    private boolean subscribed(Mqtt5BlockingClient client, UUID device) {
        try {
            subscribe(client, device);
            return true;
        } catch (Mqtt5SubAckException e) {
            return false;
        }
    }
}
