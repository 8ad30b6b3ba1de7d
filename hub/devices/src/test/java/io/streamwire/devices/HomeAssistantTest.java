package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.HomeAssistantTopics;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.service.DeletedWorkspaces;
import io.streamwire.service.Role;
import io.streamwire.virtualboard.VirtualBoard;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An MQTT client in Home Assistant's place, a real broker, and virtual boards. */
@ExtendWith(Rig.Extension.class)
class HomeAssistantTest {

    private static final String SETTINGS = "/devices/home-assistant";

    private final Rig rig;
    private final Member member;

    HomeAssistantTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    /** What Home Assistant would know: the messages that the broker has for it. */
    private static final class Home implements AutoCloseable {
        private final Mqtt5BlockingClient client;
        private final Map<String, String> retained = new ConcurrentHashMap<>();
        private final List<String> configs = new CopyOnWriteArrayList<>();

        Home(Mqtt5BlockingClient client, String filter) {
            this.client = client;
            var _ =
                    client.toAsync()
                            .subscribeWith()
                            .topicFilter(filter)
                            .callback(this::arrived)
                            .send()
                            .join();
        }

        private void arrived(Mqtt5Publish message) {
            var topic = message.getTopic().toString();
            var text = new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8);
            if (text.isEmpty()) {
                retained.remove(topic);
                return;
            }
            retained.put(topic, text);
            if (topic.endsWith("/config")) {
                configs.add(text);
            }
        }

        JsonNode json(String topic) {
            return Json.read(retained.getOrDefault(topic, "{}"), JsonNode.class);
        }

        void publish(String topic, String payload, boolean retain) {
            var _ =
                    client.publishWith()
                            .topic(topic)
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .retain(retain)
                            .payload(payload.getBytes(StandardCharsets.UTF_8))
                            .send();
        }

        @Override
        public void close() {
            if (client.getState().isConnected()) {
                client.disconnect();
            }
        }
    }

    private Member.Answer switched(boolean on) {
        var version = member.get(SETTINGS).raw().headers().firstValue("ETag").orElseThrow();
        var answer = member.put(SETTINGS, Map.of("enabled", on), "If-Match", version);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer;
    }

    private Member.Answer token() {
        var created = member.post(SETTINGS + "/tokens", Map.of("name", "Kitchen"));
        assertThat(created.status()).as(created.toString()).isEqualTo(201);
        return created;
    }

    private Home home() {
        return home(token());
    }

    private Home home(Member.Answer token) {
        var client = rig.connect(UUID.fromString(token.text("/id")), token.text("/token"));
        return new Home(client, HomeAssistantTopics.filter(member.workspace));
    }

    private Home started() {
        switched(true);
        return home();
    }

    private String config(UUID id) {
        return HomeAssistantTopics.discovery(member.workspace, id);
    }

    private String state(UUID device) {
        return HomeAssistantTopics.state(member.workspace, device);
    }

    private String last(UUID device) {
        return HomeAssistantTopics.last(member.workspace, device);
    }

    private String press(UUID device) {
        return HomeAssistantTopics.press(member.workspace, device, "motor_spin");
    }

    private void awaitLast(Home home, UUID device, String expected) throws InterruptedException {
        Rig.await(
                "last command " + expected,
                () -> home.json(last(device)).path("state").asText().equals(expected));
    }

    @Test
    void aDeviceIsDescribedAsHomeAssistantDocumentsIt() throws InterruptedException {
        var device = member.board().deviceId();
        try (var home = started()) {
            var availability = HomeAssistantTopics.availability(member.workspace, device);
            Rig.await(
                    "described",
                    () ->
                            home.json(config(device)).at("/cmps").has("command_motor_spin")
                                    && "online".equals(home.retained.get(availability))
                                    && home.retained.containsKey(state(device))
                                    && home.retained.containsKey(config(member.workspace)));

            var document = home.json(config(device));
            assertThat(document.at("/dev/ids/0").asText()).isEqualTo("streamwire_" + device);
            assertThat(document.at("/dev/name").asText()).isEqualTo("Board");
            assertThat(document.at("/o/name").asText()).isEqualTo("Streamwire");
            assertThat(document.at("/cmps").properties())
                    .allSatisfy(component -> {
                        var about = component.getValue();
                        assertThat(about.at("/p").asText())
                                .isIn("button", "sensor", "binary_sensor");
                        assertThat(about.at("/unique_id").asText()).contains(device.toString());
                        assertThat(about.has("command_topic"))
                                .isEqualTo(about.at("/p").asText().equals("button"));
                        assertThat(about.has("retain")).isFalse();
                    })
                    .extracting(Map.Entry::getKey) // nothing that arms
                    .containsExactlyInAnyOrder(
                            "command_motor_spin",
                            "command_light_on",
                            "command_identify",
                            "stop",
                            "armed",
                            "presence",
                            "last");
            var spin = document.at("/cmps/command_motor_spin");
            assertThat(spin.at("/command_topic").asText()).isEqualTo(press(device));
            assertThat(spin.at("/availability_topic").asText()).isEqualTo(availability);
            assertThat(document.at("/cmps/stop").has("availability_topic")).isFalse();
            assertThat(home.json(state(device)).toString())
                    .isEqualTo("{\"armed\":false,\"presence\":\"online\"}");
            assertThat(home.json(config(member.workspace)).at("/cmps/stop/command_topic").asText())
                    .isEqualTo(HomeAssistantTopics.stop(member.workspace));
            assertThat(member.get(SETTINGS).text("/discovery_prefix") + "/device/" + device)
                    .isEqualTo(config(device).replace("/config", ""));
        }
    }

    @Test
    void aPressMovesThePinAndItsReceiptSaysWhoItWas() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        var edges = new CopyOnWriteArrayList<UUID>();
        rig.recorder.onEdge(edge -> {
            if (edge.on() && edge.deviceId().equals(device)) {
                edges.add(edge.commandId());
            }
        });
        try (var home = started()) {
            home.publish(press(device), "{\"level\": 30, \"ms\": 20}", false);

            awaitLast(home, device, "done");
            var id = home.json(last(device)).at("/id").asText();
            assertThat(edges).containsExactly(UUID.fromString(id));
            assertThat(member.get("/receipts/" + id))
                    .returns("home_assistant", receipt -> receipt.text("/source"))
                    .returns(30, receipt -> receipt.body().at("/args/level").asInt());

            home.publish(press(device), "PRESS", false);
            Rig.await("pin on", () -> edges.size() == 2);
            assertThat(member.read(device, edges.getLast().toString()).body().at("/args"))
                    .isEqualTo(Json.read("{\"level\":50,\"ms\":1000}", JsonNode.class));
        }
    }

    @Test
    void aDisarmedDeviceRefusesAndTheReceiptSaysWhy() throws InterruptedException {
        var device = member.board().deviceId();
        try (var home = started()) {
            home.publish(press(device), "PRESS", false);

            awaitLast(home, device, "refused");
            assertThat(home.json(last(device)).at("/reason").asText()).isEqualTo("device_disarmed");
            assertThat(member.get("/receipts/" + home.json(last(device)).at("/id").asText()))
                    .returns("device_disarmed", receipt -> receipt.text("/reason"))
                    .returns("home_assistant", receipt -> receipt.text("/source"))
                    .returns("home_assistant", receipt -> receipt.text("/by"));
        }
    }

    @Test
    void argumentsOutsideOfTheEnvelopeAreRefused() throws InterruptedException {
        var board = member.armedBoard();
        try (var home = started()) {
            home.publish(press(board.deviceId()), "{\"level\": 101}", false);

            awaitLast(home, board.deviceId(), "refused");
            assertThat(home.json(last(board.deviceId())).at("/reason").asText())
                    .isEqualTo("invalid_command");
        }
    }

    @Test
    void aRetainedPressIsRefusedByTheBrokerAndRunsNothing() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        switched(true);
        var token = token();
        try (var home = home(token)) {
            assertThatThrownBy(() -> home.publish(press(device), "PRESS", true))
                    .isInstanceOf(RuntimeException.class);
            Rig.await("disconnected", () -> !home.client.getState().isConnected());
        }

        try (var home = home(token)) {
            home.publish(press(device), "x".repeat(HomeAssistantWishes.LONGEST + 1), false);
            home.publish(press(device), "{\"ms\": \"long\"}", false);
            home.publish(press(device), "{\"ms\": 20}", false);
            awaitLast(home, device, "done");
            Rig.await(
                    "written down",
                    () ->
                            !member.get("/devices/" + device + "/commands")
                                    .body()
                                    .at("/items")
                                    .isEmpty());
            assertThat(member.get("/devices/" + device + "/commands").body().at("/items").size())
                    .isEqualTo(1);
        }
    }

    @Test
    void aStopIsObeyedAlsoWhileItIsSwitchedOff() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        try (var home = started()) {
            home.publish(HomeAssistantTopics.stop(member.workspace, device), "PRESS", false);
            Rig.await("stopped", () -> !board.status().armed());
            assertThat(member.get("/devices/" + device + "/status").text("/stopped_by"))
                    .isEqualTo("home_assistant");

            switched(false);
            member.arm(board);
            home.publish(press(device), "PRESS", false);
            home.publish(HomeAssistantTopics.stop(member.workspace), "PRESS", false);
            Rig.await("all stopped", () -> !board.status().armed());
            assertThat(member.get("/devices/" + device + "/commands").body().at("/items"))
                    .isEmpty();
        }
    }

    @Test
    void aRevokedTokenEndsItsSessionWithinASecond() throws InterruptedException {
        var token = token();
        var other = token();
        var client = rig.connect(UUID.fromString(token.text("/id")), token.text("/token"));
        try (var stays = home(other)) {
            assertThat(member.with(Role.MODERATOR).get(SETTINGS + "/tokens").status())
                    .isEqualTo(403);

            var from = Instant.now();
            assertThat(member.delete(SETTINGS + "/tokens/" + token.text("/id")).status())
                    .isEqualTo(204);

            Rig.await("session ended", () -> !client.getState().isConnected());
            assertThat(Duration.between(from, Instant.now())).isLessThan(Rig.PROMPT);
            assertThatThrownBy(() -> home(token)).isInstanceOf(Mqtt5ConnAckException.class);
            assertThat(stays.client.getState().isConnected()).isTrue();
            assertThat(member.get(SETTINGS + "/tokens").body().at("/items").size()).isEqualTo(1);
        }
    }

    @Test
    void nothingStaysBehindThatIsNoMore() throws InterruptedException {
        var device = member.device("Motor");
        var other = member.device("Lamp");
        try (var home = started()) {
            Rig.await(
                    "both",
                    () ->
                            home.retained.containsKey(config(device))
                                    && home.retained.containsKey(config(other)));

            var path = "/devices/" + device;
            var tag = member.get(path).raw().headers().firstValue("ETag").orElseThrow();
            assertThat(member.patch(path, Map.of("name", "Fan"), "If-Match", tag).status())
                    .isEqualTo(200);
            Rig.await(
                    "renamed",
                    () -> home.json(config(device)).at("/dev/name").asText().equals("Fan"));

            tag = member.get(path).raw().headers().firstValue("ETag").orElseThrow();
            assertThat(member.delete(path, "If-Match", tag).status()).isEqualTo(204);
            Rig.await(
                    "deleted",
                    () ->
                            home.retained.keySet().stream()
                                    .noneMatch(topic -> topic.contains(device.toString())));

            switched(false);
            Rig.await("nothing is left", home.retained::isEmpty);
        }
        try (var later = home()) {
            switched(true);
            Rig.await("back", () -> later.retained.containsKey(config(other)));
            assertThat(later.retained.keySet())
                    .noneMatch(topic -> topic.contains(device.toString()));
        }
    }

    @Test
    void aCommandThatTheBoardHasNoLongerIsTakenAway() throws InterruptedException {
        var device = member.device("Motor");
        var board = rig.connect(device, member.token(device));
        var described = Json.write(VirtualBoard.CAPABILITIES);
        var topic = Topics.describe(member.workspace, device);
        rig.publish(board, topic, described);
        try (var home = started()) {
            Rig.await(
                    "described",
                    () -> home.json(config(device)).at("/cmps").has("command_light_on"));

            rig.publish(board, topic, described.replace("light_on", "lamp_on"));

            Rig.await(
                    "replaced",
                    () -> {
                        var now = home.json(config(device)).at("/cmps");
                        return now.has("command_lamp_on") && !now.has("command_light_on");
                    });
            assertThat(home.configs)
                    .anySatisfy(config ->
                            assertThat(config).contains("\"command_light_on\":{\"p\":\"button\"}"));
        }
        board.disconnect();
    }

    @Test
    void whatTheBrokerForgotWhileTheHubWasAwayComesBack() throws InterruptedException {
        var device = member.device("Motor");
        try (var home = started()) {
            Rig.await("told", () -> home.retained.containsKey(state(device)));
            rig.mqtt.cut();
            try {
                var hub = rig.hub();
                for (var topic : List.of(config(device), state(device))) {
                    var _ = hub.publishWith().topic(topic).retain(true).send();
                }
                hub.disconnect();
                Rig.await("forgotten", () -> !home.retained.containsKey(state(device)));
            } finally {
                rig.mqtt.mend();
            }

            Rig.await(
                    "told again",
                    () ->
                            home.retained.containsKey(state(device))
                                    && home.retained.containsKey(config(device)));
        }
    }

    @Test
    void aDeletedWorkspaceIsLeft() throws InterruptedException {
        var device = member.device("Motor");
        try (var home = started()) {
            Rig.await("told", () -> home.retained.containsKey(state(device)));

            DeletedWorkspaces.add(rig.bus, member.workspace);

            Rig.await("session ended", () -> !home.client.getState().isConnected());
            assertThat(member.get(SETTINGS).body().at("/enabled").booleanValue()).isFalse();
        }
    }

    @Test
    void itIsOffUntilAnAdminSwitchesItOn() {
        assertThat(member.get(SETTINGS).body().at("/enabled").booleanValue()).isFalse();
        var on = Map.of("enabled", true);

        assertThat(member.put(SETTINGS, on).status()).isEqualTo(428);
        assertThat(member.put(SETTINGS, on, "If-Match", "\"7\"").status()).isEqualTo(412);
        assertThat(member.with(Role.MODERATOR).put(SETTINGS, on, "If-Match", "\"0\"").status())
                .isEqualTo(403);
        assertThat(switched(true).body().at("/version").asInt()).isEqualTo(1);
        assertThat(member.put(SETTINGS, on, "If-Match", "\"0\"").status()).isEqualTo(412);
    }

    @Test
    void emqxIsToldWhatHomeAssistantMayDo() {
        var token = token();
        var id = token.text("/id");
        var secret = new String[] {"X-Service-Secret", Rig.SECRET};
        var admitted =
                member.post(
                        "/internal/mqtt/emqx/authn",
                        Map.of("clientid", id, "username", id, "password", token.text("/token")),
                        secret);
        assertThat(admitted.text("/result")).isEqualTo("allow");
        assertThat(admitted.body().at("/acl").toString())
                .contains(HomeAssistantTopics.filter(member.workspace))
                .contains("\"deny\"");

        var device = member.device("Motor");
        assertThat(may(id, "publish", press(device), false)).isEqualTo("allow");
        assertThat(may(id, "publish", press(device), true)).isEqualTo("deny");
        assertThat(may(id, "publish", Topics.command(member.workspace, device), false))
                .isEqualTo("deny");
        assertThat(may(id, "subscribe", HomeAssistantTopics.filter(member.workspace), false))
                .isEqualTo("allow");
        assertThat(may(id, "subscribe", HomeAssistantTopics.filter(UUID.randomUUID()), false))
                .isEqualTo("deny");
    }

    private String may(String id, String action, String topic, boolean retain) {
        return member.post(
                        "/internal/mqtt/emqx/authz",
                        Map.of(
                                "clientid", id,
                                "username", id,
                                "topic", topic,
                                "action", action,
                                "qos", "1",
                                "retain", Boolean.toString(retain)),
                        "X-Service-Secret",
                        Rig.SECRET)
                .text("/result");
    }
}
