package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.bridge.Bridge;
import io.streamwire.bridge.BridgeSettings;
import io.streamwire.contract.Ids;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.ScriptedViewer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From a gift in a TikTok LIVE room to a pin of compiled AVR firmware, over the whole hub. */
@Tag("alone")
@ExtendWith(SharedHub.class)
class CabledBoardTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();
    private static final int RELAY = 7;

    @Test
    void aGiftMovesAPinOfAnArduinoAndItsReceiptShowsTheWay(@TempDir Path directory) {
        CabledBoard.build(REPOSITORY);
        var hub = SharedHub.hub();
        var api = new ApiClient(hub.url());
        api.register("cabled", UUID.randomUUID().toString());
        var bridgeId =
                ApiClient.id(api.post("/api/v1/devices", Map.of("name", "Pi", "board", "bridge")));
        var token =
                api.post("/api/v1/devices/tokens", Map.of("device_id", bridgeId, "name", "agent"));
        try (var board = CabledBoard.uno(REPOSITORY, directory, "uno");
                var bridge =
                        Bridge.start(
                                new BridgeSettings(
                                        BridgeSettings.Hub.of(
                                                token.at("/mqtt/url").asText(),
                                                token.at("/mqtt/root").asText(),
                                                token.path("token").asText(),
                                                null),
                                        0,
                                        BridgeSettings.Serial.only(
                                                List.of(board.port().toString())),
                                        List.of(),
                                        List.of()),
                                () -> {})) {
            Wait.until(
                    PATIENCE,
                    "the bridge tells of the board",
                    () -> unknown(api, bridgeId).path("board").asText().equals("uno"));
            var uno =
                    ApiClient.id(
                            api.post(
                                    "/api/v1/devices",
                                    Map.of(
                                            "name",
                                            "Relay",
                                            "board",
                                            "uno",
                                            "parent_id",
                                            bridgeId,
                                            "hardware_uuid",
                                            unknown(api, bridgeId)
                                                    .path("hardware_uuid")
                                                    .asText())));
            Wait.until(
                    PATIENCE,
                    "the board is online",
                    () -> status(api, uno).path("presence").asText().equals("online"));
            bridge.check();
            var rule = rule(api, uno);
            var room = SharedHub.liveRoom().room("cabled");
            var livestream =
                    ApiClient.id(
                            api.post("/api/v1/livestreams/connect", Map.of("username", "cabled")));
            Wait.until(
                    PATIENCE,
                    "live",
                    () ->
                            api.get("/api/v1/livestreams/" + livestream)
                                    .path("status")
                                    .asText()
                                    .equals("live"));
            api.post("/api/v1/devices/arm");
            Wait.until(
                    PATIENCE,
                    "ready under the arming",
                    () -> status(api, uno).path("state").asText().equals("ready"));

            var sent = room.gift(ScriptedViewer.ofCrowd(1), Gift.GALAXY, 1).getFirst();

            var command =
                    Ids.command(Ids.action(Ids.event(sent.roomId(), sent.msgId()), rule, 0), uno);
            Wait.until(
                    PATIENCE,
                    "the pin went on and off",
                    () -> board.edges().stream().filter(edge -> edge.pin() == RELAY).count() == 2);
            Wait.until(
                    PATIENCE,
                    "done",
                    () -> receipt(api, command).path("state").asText().equals("done"));
            assertThat(board.edges()).allMatch(edge -> edge.pin() == RELAY);
            var receipt = receipt(api, command);
            assertThat(receipt.at("/cause/event_type").asText()).isEqualTo("tiktok.gift");
            assertThat(receipt.path("hops").properties())
                    .extracting(Map.Entry::getKey)
                    .containsExactly("frame", "decided", "published", "received", "on", "off");
            var edges = board.edges();
            assertThat(edges.getLast().boardMicros() - edges.getFirst().boardMicros())
                    .isBetween(95_000L, 105_000L);
            assertThat(receipt.at("/durations_ms/on_to_off").asLong()).isBetween(0L, 350L);
            api.post("/api/v1/livestreams/" + livestream + "/disconnect");
        }
    }

    private static JsonNode unknown(ApiClient api, UUID bridge) {
        return api.get("/api/v1/devices/" + bridge).at("/capabilities/unknown/0");
    }

    private static JsonNode status(ApiClient api, UUID device) {
        return api.get("/api/v1/devices/" + device + "/status");
    }

    private static JsonNode receipt(ApiClient api, UUID command) {
        return api.get("/api/v1/receipts/" + command);
    }

    private static UUID rule(ApiClient api, UUID device) {
        return ApiClient.id(
                api.post(
                        "/api/v1/rules",
                        Map.of(
                                "name",
                                "Galaxy clicks the relay",
                                "enabled",
                                true,
                                "trigger",
                                Map.of("type", "gift", "names", List.of(Gift.GALAXY.name())),
                                "actions",
                                List.of(
                                        Map.of(
                                                "type",
                                                "device",
                                                "device_id",
                                                device.toString(),
                                                "command",
                                                "relay_pulse",
                                                "args",
                                                Map.of("ms", 100))))));
    }
}
