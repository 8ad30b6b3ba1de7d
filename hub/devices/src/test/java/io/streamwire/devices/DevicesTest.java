package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.service.Role;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class DevicesTest {

    private final Rig rig;
    private final Member member;

    DevicesTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    @Test
    void aDeviceIsCreatedReadListedRenamedAndDeleted() {
        var created = member.post("/devices", Map.of("name", "Motor", "board", "esp32"));
        var id = created.text("/id");
        var path = "/devices/" + id;
        var tag = created.raw().headers().firstValue("ETag").orElseThrow();

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.raw().headers().firstValue("Location"))
                .hasValue("/api/v1/devices/" + id);
        assertThat(created.text("/workspace_id")).isEqualTo(member.workspace.toString());
        assertThat(member.get("/api/v1/devices/" + id).body()).isEqualTo(created.body());
        assertThat(member.get("/devices").text("/items/0/id")).isEqualTo(id);

        assertThat(member.patch(path, Map.of("name", "Fan")).status()).isEqualTo(428);
        var renamed = member.patch(path, Map.of("name", "Fan"), "If-Match", tag);
        assertThat(renamed.text("/name")).isEqualTo("Fan");
        assertThat(member.patch(path, Map.of("name", "Lamp"), "If-Match", tag).status())
                .isEqualTo(412);

        assertThat(member.delete(path).status()).isEqualTo(428);
        var newTag = renamed.raw().headers().firstValue("ETag").orElseThrow();
        assertThat(member.delete(path, "If-Match", newTag).status()).isEqualTo(204);
        assertThat(member.get(path).status()).isEqualTo(404);
        assertThat(member.get(path + "/status").status()).isEqualTo(404);
    }

    @Test
    void listsGoPageByPage() {
        var first = member.device("First");
        var second = member.device("Second");

        var page = member.get("/devices?limit=1");
        var rest = member.get("/devices?limit=1&cursor=" + page.text("/next_cursor"));

        assertThat(page.text("/items/0/id")).isEqualTo(first.toString());
        assertThat(rest.text("/items/0/id")).isEqualTo(second.toString());
        assertThat(rest.body().has("next_cursor")).isFalse();
    }

    @Test
    void theSameKeyIsTheSameDevice() {
        var body = Map.of("name", "Motor", "board", "esp32");

        var first = member.post("/devices", body, "Idempotency-Key", "one");
        var second = member.post("/devices", body, "Idempotency-Key", "one");

        assertThat(second.text("/id")).isEqualTo(first.text("/id"));
    }

    @Test
    void devicesThatMakeNoSenseAreRefused() {
        assertThat(member.post("/devices", Map.of("name", " ", "board", "ESP 32")))
                .returns(422, Member.Answer::status)
                .returns("/name", answer -> answer.text("/errors/0/pointer"))
                .returns("/board", answer -> answer.text("/errors/1/pointer"));
        assertThat(member.post("/devices", Map.of("name", "Motor")).status()).isEqualTo(400);
        var parent = member.device("No bridge");
        assertThat(
                        member.post(
                                        "/devices",
                                        Map.of(
                                                "name",
                                                "Child",
                                                "board",
                                                "uno",
                                                "parent_id",
                                                parent))
                                .text("/errors/0/pointer"))
                .isEqualTo("/parent_id");
    }

    @Test
    void aHardwareUuidBelongsToOneDevice() {
        var body = Map.of("name", "Uno", "board", "uno", "hardware_uuid", "A1-B2");

        assertThat(member.post("/devices", body).status()).isEqualTo(201);
        assertThat(member.post("/devices", body))
                .returns(409, Member.Answer::status)
                .returns("hardware_taken", answer -> answer.text("/code"));
        assertThat(Member.owner(rig).post("/devices", body).status()).isEqualTo(201);
    }

    @Test
    void aTokenIsShownOnceAndLetsOneDeviceIn() {
        var device = member.device("Motor");

        var created = member.post("/devices/tokens", Map.of("device_id", device, "name", "agent"));

        var token = created.text("/token");
        assertThat(created.status()).isEqualTo(201);
        assertThat(token).matches("swa_[A-Za-z0-9_-]{43}");
        assertThat(created.text("/mqtt/url")).isEqualTo("tcp://broker.example:1883");
        assertThat(created.text("/mqtt/client_id")).isEqualTo(device.toString());
        assertThat(created.text("/mqtt/username")).isEqualTo(device.toString());
        assertThat(created.text("/mqtt/root")).isEqualTo("sw/1/" + member.workspace + "/" + device);
        assertThat(member.get("/devices/" + device + "/tokens").raw().body())
                .contains(created.text("/id"))
                .doesNotContain(token);
        assertThat(rig.devices().authenticate(device.toString(), token))
                .hasValue(new Devices.AgentSession(member.workspace, device));
        assertThat(rig.devices().authenticate(device.toString(), token + "x")).isEmpty();
        assertThat(rig.devices().authenticate(member.device("Other").toString(), token)).isEmpty();
        assertThat(rig.devices().authenticate("nonsense", token)).isEmpty();
        rig.connect(device, token).disconnect();
    }

    @Test
    void aRevokedTokenLetsNobodyIn() {
        var device = member.device("Motor");
        var created = member.post("/tokens", Map.of("device_id", device, "name", "agent"));
        var path = "/devices/tokens/" + created.text("/id");

        assertThat(Member.owner(rig).delete(path).status()).isEqualTo(404);
        assertThat(member.with(Role.MODERATOR).delete(path).status()).isEqualTo(403);
        assertThat(member.delete(path).status()).isEqualTo(204);

        assertThat(rig.devices().authenticate(device.toString(), created.text("/token"))).isEmpty();
        Assertions.assertThatThrownBy(() -> rig.connect(device, created.text("/token")))
                .isInstanceOf(Mqtt5ConnAckException.class);
    }

    @Test
    void anotherWorkspacesDeviceGetsNoToken() {
        var device = member.device("Motor");

        assertThat(
                        Member.owner(rig)
                                .post("/devices/tokens", Map.of("device_id", device, "name", "x"))
                                .status())
                .isEqualTo(404);
    }

    @Test
    void theBrokerAsksWhetherATokenIsGood() {
        var device = member.device("Motor");
        var token = member.token(device);

        var good = ask(device, token, Rig.SECRET);
        assertThat(good.body().at("/allow").asBoolean()).isTrue();
        assertThat(good.text("/device_id")).isEqualTo(device.toString());
        assertThat(good.text("/workspace_id")).isEqualTo(member.workspace.toString());
        assertThat(ask(device, "swa_wrong", Rig.SECRET).body().at("/allow").asBoolean()).isFalse();
        assertThat(ask(device, token, "wrong").status()).isEqualTo(403);
    }

    private Member.Answer ask(UUID device, String token, String secret) {
        var question = Map.of("client_id", device, "username", device, "password", token);
        return Member.send(
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + rig.port()
                                                + "/internal/mqtt/authenticate"))
                        .header("X-Service-Secret", secret)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(Json.write(question))));
    }

    @Test
    void aDescribedBoardShowsItsCapabilitiesAndItsPresence() throws InterruptedException {
        var board = member.board();

        var device = member.get("/devices/" + board.deviceId()).body();
        assertThat(device.at("/capabilities/commands/0/name").asText()).isEqualTo("motor_spin");
        assertThat(device.at("/envelope").asText()).matches("[0-9a-f]{16}");
        var status = member.get("/devices/" + board.deviceId() + "/status");
        assertThat(status.text("/presence")).isEqualTo("online");
        assertThat(status.text("/firmware")).isEqualTo("1.0.0");
        assertThat(status.body().at("/armed").asBoolean()).isFalse();
    }

    @Test
    void aHostileBoardHarmsOnlyItself() throws InterruptedException {
        var victim = member.armedBoard();
        var spinning = member.command(victim.deviceId(), Member.spin(60, 300)).text("/id");
        var device = member.device("Hostile");
        var client = rig.connect(device, member.token(device));
        var ack = Topics.ack(member.workspace, device);

        rig.publish(client, ack, "{");
        rig.publish(client, ack, "{}");
        rig.publish(client, ack, "null");
        rig.publish(client, ack, "x".repeat(4_000));
        rig.publish(
                client,
                ack,
                Json.write(
                        new Ack(
                                UUID.fromString(spinning),
                                Ack.Status.REJECTED,
                                "forged",
                                new Ack.Times(null, null, null),
                                null)));
        rig.publish(
                client,
                ack,
                Json.write(
                        new Ack(
                                Ids.next(),
                                Ack.Status.DONE,
                                null,
                                new Ack.Times(Long.MAX_VALUE, Long.MIN_VALUE, 0L),
                                null)));
        rig.publish(client, Topics.state(member.workspace, device), "{\"s\":\"dancing\"}");
        rig.publish(client, Topics.state(member.workspace, device), "[" + "[".repeat(500));
        rig.publish(
                client,
                Topics.describe(member.workspace, device),
                "{\"v\":1,\"fw\":\"1\",\"board\":\"x\",\"limits\":\"board\",\"commands\":[{\"name\":\"UPPER"
                        + " CASE\",\"args\":[],\"max_on_ms\":1,\"min_gap_ms\":0,\"max_duty_pct\":1}]}");
        rig.publish(
                client,
                Topics.state(member.workspace, device),
                "{\"s\":\"ready\",\"boot\":1,\"epoch\":9223372036854775807,\"fw\":\"\\u0000\"}");

        Rig.await(
                "the good message among the bad",
                () -> member.get("/devices/" + device + "/status").text("/state").equals("ready"));
        member.awaitState(victim.deviceId(), spinning, "done");
        assertThat(member.get("/devices/" + device).body().has("capabilities")).isFalse();
        assertThat(member.arm(victim)).isLessThan(System.currentTimeMillis() + 60_000);
        client.disconnect();
    }

    @Test
    void aBoardWithOtherLimitsIsDisarmed() throws InterruptedException {
        var board = member.armedBoard();
        var id = member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10");
        assertThat(id.text("/state")).isEqualTo("done");
        var device = member.device("Impostor");
        var client = rig.connect(device, member.token(device));
        rig.publish(
                client,
                Topics.describe(member.workspace, device),
                Json.write(io.streamwire.virtualboard.VirtualBoard.CAPABILITIES));
        rig.publish(
                client,
                Topics.state(member.workspace, device),
                "{\"s\":\"ready\",\"boot\":1,\"epoch\":0}");
        Rig.await(
                "described",
                () -> member.get("/devices/" + device).body().at("/config_version").asLong() > 0);
        assertThat(member.get("/devices/" + device + "/status").body().at("/armed").asBoolean())
                .isTrue();

        rig.publish(
                client,
                Topics.ack(member.workspace, device),
                Json.write(
                        new Ack(
                                Ids.next(),
                                Ack.Status.DONE,
                                null,
                                new Ack.Times(null, null, null),
                                "0000000000000000")));

        Rig.await(
                "disarmed",
                () ->
                        !member.get("/devices/" + device + "/status")
                                .body()
                                .at("/armed")
                                .asBoolean());
        assertThat(
                        member.get("/devices/" + board.deviceId() + "/status")
                                .body()
                                .at("/armed")
                                .asBoolean())
                .isTrue();
        client.disconnect();
    }
}
