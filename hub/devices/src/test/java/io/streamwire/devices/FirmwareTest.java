package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ota;
import io.streamwire.contract.mqtt.OtaReport;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.service.Role;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.VirtualBoard;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class FirmwareTest {

    private final Rig rig;
    private final Member member;
    private final byte[] image = new byte[600_000]; // three pieces
    private final Map<UUID, String> tokens = new java.util.HashMap<>();
    private KeyPair key;

    FirmwareTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
        new Random(1).nextBytes(image);
    }

    @BeforeEach
    void trustAKey() throws GeneralSecurityException {
        key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var pem =
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getEncoder().encodeToString(key.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n";
        var trusted = member.post("/firmware/keys", Map.of("name", "Release", "public_key", pem));
        assertThat(trusted.status()).as(trusted.toString()).isEqualTo(201);
        assertThat(trusted.text("/id")).isEqualTo(Ota.keyId(raw()));
    }

    private byte[] raw() {
        var encoded = key.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - Ota.KEY_BYTES, encoded.length);
    }

    private String sign(String board, String version, byte[] signed) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(key.getPrivate());
            var sha256 = HexFormat.of().formatHex(Ota.newSha256().digest(signed));
            signature.update(Ota.signed(board, version, signed.length, sha256));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Member.Answer upload(Member by, String version, String signature, byte[] body) {
        return by.upload(
                "/api/v1/devices/firmware?board=virtual&version=" + version,
                body,
                "X-Signature",
                signature);
    }

    private String firmware(String version) {
        var uploaded = upload(member, version, sign("virtual", version, image), image);
        assertThat(uploaded.status()).as(uploaded.toString()).isEqualTo(201);
        return uploaded.text("/id");
    }

    private VirtualBoard board() throws InterruptedException {
        var created = member.post("/devices", Map.of("name", "Board", "board", "virtual"));
        var device = UUID.fromString(created.text("/id"));
        var token = member.token(device);
        tokens.put(device, token);
        var board = rig.boards.add(new BoardAccess(member.workspace, device, token));
        board.trust(raw());
        member.ready(device);
        return board;
    }

    private String rollOut(String firmware, Map<String, Object> body) {
        var begun = member.post("/firmware/" + firmware + "/rollouts", body);
        assertThat(begun.status()).as(begun.toString()).isEqualTo(201);
        return begun.text("/rollout/id");
    }

    private Member.Answer rollout(String id) {
        return member.get("/firmware/rollouts/" + id);
    }

    private void awaitRollout(String id, String state) throws InterruptedException {
        Rig.await("roll-out " + state, () -> rollout(id).text("/rollout/state").equals(state));
    }

    private List<String> states(String id) {
        var states = new ArrayList<String>();
        rollout(id)
                .body()
                .at("/devices")
                .forEach(device -> states.add(device.at("/state").asText()));
        return states;
    }

    @Test
    void aRolloutReachesEveryBoardStageByStage() throws InterruptedException {
        var boards = List.of(board(), board(), board());
        var firmware = firmware("1.2.0");

        var id = rollOut(firmware, Map.of("stages", List.of(34, 100), "wait_ms", 100));
        awaitRollout(id, "done");

        assertThat(states(id)).containsExactly("done", "done", "done");
        assertThat(rollout(id).text("/devices/0/from_version")).isEqualTo("1.0.0");
        for (var board : boards) {
            assertThat(board.status().version()).isEqualTo("1.2.0");
            assertThat(member.get("/devices/" + board.deviceId() + "/status").text("/firmware"))
                    .isEqualTo("1.2.0");
        }
        var again = rollOut(firmware, Map.of());
        awaitRollout(again, "done");
        assertThat(rollout(again).text("/devices/0/reason")).isEqualTo("installed_already");
        var older = rollOut(firmware("1.1.0"), Map.of());
        awaitRollout(older, "done");
        assertThat(states(older)).containsOnly("skipped");
        assertThat(rollout(older).text("/devices/0/reason")).isEqualTo(OtaReport.DOWNGRADE);
        assertThat(member.delete("/firmware/" + firmware).status()).isEqualTo(204);
    }

    @Test
    void aFailedStageStopsTheRollout() throws InterruptedException {
        board().failNextSelfTest();
        board().failNextSelfTest();

        var id = rollOut(firmware("1.2.0"), Map.of("stages", List.of(50, 100)));
        awaitRollout(id, "failed");

        assertThat(states(id)).containsExactly("rolled_back", "waiting");
        assertThat(rollout(id).text("/rollout/reason")).isEqualTo(Rollout.TOO_MANY_FAILURES);
        assertThat(rollout(id).text("/devices/0/reason")).isEqualTo(OtaReport.SELF_TEST_FAILED);
        assertThat(member.post("/firmware/rollouts/" + id + "/resume", null).text("/code"))
                .isEqualTo("rollout_over");
    }

    @Test
    void aRolloutThatCannotGoOnDoesNotHoldUpTheOthers() throws InterruptedException {
        var stuck = board();
        var board = board();
        member.arm(stuck);
        var broken = firmware("1.2.0");
        var _ = rollOut(broken, Map.of("device_ids", List.of(stuck.deviceId())));
        rig.sql("UPDATE firmware SET version = 'broken' WHERE id = '" + broken + "'");
        try {
            assertThat(member.post("/devices/stop", null).status()).isEqualTo(200);

            var id = rollOut(firmware("1.3.0"), Map.of("device_ids", List.of(board.deviceId())));

            awaitRollout(id, "done");
            assertThat(stuck.status().version()).isEqualTo("1.0.0");
        } finally {
            rig.sql("UPDATE firmware SET version = '1.2.0' WHERE id = '" + broken + "'");
        }
    }

    /** Boards on other machines would look for it on themselves. */
    @Test
    void nothingIsRolledOutWhileNobodyKnowsWhereBoardsWouldFetchIt() throws InterruptedException {
        board();
        var firmware = firmware("1.2.0");
        try (var bus = rig.connect();
                var another = rig.another(bus, Map.of("devices.bind", "0.0.0.0"))) {
            var answer = member.at(another).post("/firmware/" + firmware + "/rollouts", Map.of());

            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.text("/code")).isEqualTo("no_public_url");
        }
    }

    @Test
    void anArmedBoardIsWaitedForAndAPausedRolloutWaits() throws InterruptedException {
        var board = board();
        member.arm(board);
        var firmware = firmware("1.2.0");
        var id = rollOut(firmware, Map.of("device_ids", List.of(board.deviceId())));
        assertThat(member.post("/firmware/" + firmware + "/rollouts", Map.of()).text("/code"))
                .isEqualTo("device_in_rollout");
        assertThat(member.delete("/firmware/" + firmware).text("/code"))
                .isEqualTo("firmware_in_use");
        var paused = member.post("/firmware/rollouts/" + id + "/pause", null);
        assertThat(paused.text("/rollout/state")).isEqualTo("paused");
        assertThat(member.post("/devices/stop", null).status()).isEqualTo(200);
        assertThat(states(id)).containsExactly("waiting");
        assertThat(board.status().version()).isEqualTo("1.0.0");

        assertThat(member.post("/firmware/rollouts/" + id + "/resume", null).status())
                .isEqualTo(200);
        awaitRollout(id, "done");

        assertThat(board.status().version()).isEqualTo("1.2.0");
    }

    private UUID virtualDevice() {
        var device = member.post("/devices", Map.of("name", "Raw", "board", "virtual"));
        return UUID.fromString(device.text("/id"));
    }

    @Test
    void anImageIsOnlyForTheBoardThatItWasOfferedTo() throws InterruptedException {
        var firmware = firmware("1.2.0");
        var device = virtualDevice();
        var token = member.token(device);
        var stranger = member.device("Stranger");
        assertThat(download(device, firmware, token)).isEqualTo(404);
        var client = rig.connect(device, token);
        var id = rollOut(firmware, Map.of("device_ids", List.of(device)));
        var _ =
                client.subscribeWith()
                        .topicFilter(Topics.downFilter(member.workspace, device))
                        .send();
        rig.publish(
                client,
                Topics.state(member.workspace, device),
                "{\"s\":\"ready\",\"boot\":1,\"epoch\":0,\"fw\":\"1.0.0\"}");

        Rig.await("offered", () -> states(id).equals(List.of("offered")));
        assertThat(download(device, firmware, token)).isEqualTo(200);
        assertThat(download(device, firmware, "swa_wrong")).isEqualTo(401);
        assertThat(download(stranger, firmware, member.token(stranger))).isEqualTo(404);
        assertThat(download(stranger, firmware, token)).isEqualTo(401);

        var report = new OtaReport("1.2.0", OtaReport.Stage.DOWNLOADING, 140, null);
        rig.publish(client, Topics.firmwareReport(member.workspace, device), Json.write(report));
        Rig.await("progress", () -> rollout(id).body().at("/devices/0/pct").asInt() == 100);
        rig.publish(
                client,
                Topics.firmwareReport(member.workspace, device),
                Json.write(OtaReport.failed("1.2.0", "\u0007")));
        awaitRollout(id, "failed");
        assertThat(rollout(id).text("/devices/0/reason")).isEqualTo("unreadable");
        assertThat(download(device, firmware, token)).isEqualTo(404);
        client.disconnect();
    }

    private int download(UUID device, String firmware, String token) {
        var uri =
                URI.create(
                        "http://127.0.0.1:%d/devices/%s/firmware/%s"
                                .formatted(rig.port(), device, firmware));
        return Member.status(
                HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token));
    }

    @Test
    void whatACancelledRolloutOrADistrustedKeyOfferedIsWithdrawn() throws InterruptedException {
        var firmware = firmware("1.2.0");
        var device = virtualDevice();
        var token = member.token(device);
        var client = rig.connect(device, token);
        var _ =
                client.subscribeWith()
                        .topicFilter(Topics.downFilter(member.workspace, device))
                        .send();
        rig.publish(
                client,
                Topics.state(member.workspace, device),
                "{\"s\":\"ready\",\"boot\":1,\"epoch\":0,\"fw\":\"1.0.0\"}");
        var cancelled = offered(firmware, device);
        assertThat(download(device, firmware, token)).isEqualTo(200);

        assertThat(member.post("/firmware/rollouts/" + cancelled + "/cancel", null).status())
                .isEqualTo(200);

        assertThat(states(cancelled)).containsExactly("waiting");
        assertThat(rollout(cancelled).text("/devices/0/reason")).isEqualTo("withdrawn");
        assertThat(download(device, firmware, token)).isEqualTo(404);

        var distrusted = offered(firmware, device);
        assertThat(member.delete("/firmware/keys/" + Ota.keyId(raw())).status()).isEqualTo(204);

        assertThat(rollout(distrusted).text("/rollout/state")).isEqualTo("cancelled");
        assertThat(rollout(distrusted).text("/rollout/reason")).isEqualTo("key_distrusted");
        assertThat(states(distrusted)).containsExactly("waiting");
        assertThat(download(device, firmware, token)).isEqualTo(404);
        assertThat(member.post("/firmware/" + firmware + "/rollouts", null).text("/code"))
                .isEqualTo("invalid_rollout");
        client.disconnect();
    }

    private String offered(String firmware, UUID device) throws InterruptedException {
        var id = rollOut(firmware, Map.of("device_ids", List.of(device)));
        Rig.await("offered", () -> states(id).equals(List.of("offered")));
        return id;
    }

    @Test
    void twoInstancesDriveARolloutTogether() throws InterruptedException {
        var boards = List.of(board(), board(), board());
        var firmware = firmware("1.2.0");
        var boots = boards.stream().map(board -> board.status().boot()).toList();
        try (var bus = rig.connect();
                var another = rig.another(bus)) {
            var path = "/devices/" + boards.getLast().deviceId() + "/status";
            Rig.await(
                    "known there",
                    () -> member.at(another).get(path).text("/presence").equals("online"));

            var id = rollOut(firmware, Map.of("stages", List.of(34, 100)));
            awaitRollout(id, "done");

            assertThat(states(id)).containsExactly("done", "done", "done");
        }
        for (int i = 0; i < boards.size(); i++) {
            assertThat(boards.get(i).status().version()).isEqualTo("1.2.0");
            assertThat(boards.get(i).status().boot()).isEqualTo(boots.get(i) + 1);
        }
    }

    @Test
    void anUploadIsRefusedUnlessAllOfItIsRight() {
        var signature = sign("virtual", "1.2.0", image);

        var other = upload(member, "1.3.0", signature, image);
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.text("/code")).isEqualTo("bad_signature");
        assertThat(upload(member, "latest", signature, image).text("/code"))
                .isEqualTo("invalid_firmware");
        assertThat(upload(member, "1.2.0", "no", image).text("/code"))
                .isEqualTo("invalid_firmware");
        assertThat(codeOfTooLarge(signature)).isEqualTo("body_too_large");
        assertThat(upload(member.with(Role.MODERATOR), "1.2.0", signature, image).status())
                .isEqualTo(403);

        var id = firmware("1.2.0");
        var again = upload(member, "1.2.0", signature, image);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("/id")).isEqualTo(id);
        var changed = new byte[10];
        assertThat(
                        upload(member, "1.2.0", sign("virtual", "1.2.0", changed), changed)
                                .text("/code"))
                .isEqualTo("firmware_exists");
        assertThat(Member.owner(rig).get("/firmware/" + id).status()).isEqualTo(404);
        assertThat(member.get("/firmware").body().at("/items").size()).isEqualTo(1);
        assertThat(member.delete("/firmware/keys/" + Ota.keyId(raw())).status()).isEqualTo(204);
        assertThat(upload(member, "1.4.0", sign("virtual", "1.4.0", image), image).text("/code"))
                .isEqualTo("bad_signature");
    }

    /** Whoever still sends when the answer comes and the connection ends may not get to read it. */
    private String codeOfTooLarge(String signature) {
        for (int tries = 0; ; tries++) {
            try {
                return upload(member, "1.2.0", signature, new byte[(4 << 20) + 1]).text("/code");
            } catch (UncheckedIOException e) {
                assertThat(tries).as("%s", e.getMessage()).isLessThan(10);
            }
        }
    }

    @Test
    void aRolloutIsBegunOncePerKeyAndOnlyForFittingDevices() {
        var firmware = firmware("1.2.0");
        var esp32 = member.device("Another type");

        var refused =
                member.post(
                        "/firmware/" + firmware + "/rollouts",
                        Map.of("device_ids", List.of(esp32), "stages", List.of(50, 40)));
        assertThat(refused.text("/code")).isEqualTo("invalid_rollout");
        assertThat(refused.body().at("/errors").size()).isEqualTo(3);
        assertThat(member.post("/firmware/" + firmware + "/rollouts", null).status())
                .isEqualTo(422);
        assertThat(member.post("/devices", Map.of("name", "B", "board", "virtual")).status())
                .isEqualTo(201);
        var begun =
                member.post("/firmware/" + firmware + "/rollouts", null, "Idempotency-Key", "1");
        var again =
                member.post("/firmware/" + firmware + "/rollouts", null, "Idempotency-Key", "1");
        assertThat(again.text("/rollout/id")).isEqualTo(begun.text("/rollout/id"));
        var place = "/firmware/rollouts/" + begun.text("/rollout/id");
        assertThat(member.post(place + "/cancel", null).text("/rollout/state"))
                .isEqualTo("cancelled");
        assertThat(member.get("/firmware/rollouts").body().at("/items").size()).isEqualTo(1);
    }
}
