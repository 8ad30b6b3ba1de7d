package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.boards.BoardProcess;
import io.streamwire.contract.Ids;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.ScriptedViewer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From a gift in a TikTok LIVE room to a pin of the ESP32's sketch, compiled for this machine. */
@Tag("alone")
@ExtendWith(SharedHub.class)
class SketchTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MOTOR_ON = "PWM 32 153";
    private static final String MOTOR_OFF = "PWM 32 0";

    private final ApiClient api = new ApiClient(SharedHub.hub().url());

    @Test
    void aGiftMovesAPinOfAnEsp32AndItsReceiptShowsTheWay(@TempDir Path flash) {
        api.register("sketch", UUID.randomUUID().toString());
        var device =
                ApiClient.id(
                        api.post("/api/v1/devices", Map.of("name", "Motor", "board", "esp32")));
        try (var board = BoardProcess.esp32(flash)) {
            setUp(board, device);
            Wait.until(PATIENCE, "online", () -> status(device, "presence").equals("online"));
            var rule = rule(device);
            var room = SharedHub.liveRoom().room("sketch");
            var livestream =
                    api.post("/api/v1/livestreams/connect", Map.of("username", "sketch"))
                            .path("id")
                            .asText();
            Wait.until(PATIENCE, "followed", () -> room.connections() == 1);
            api.post("/api/v1/devices/arm");
            Wait.until(PATIENCE, "ready under the arming", () -> isArmed(device));

            var sent = room.gift(ScriptedViewer.ofCrowd(2), Gift.GALAXY, 1).getFirst();

            var on = board.await(MOTOR_ON, PATIENCE);
            var off =
                    board.await(
                            event ->
                                    event.what().equals(MOTOR_OFF)
                                            && event.boardMicros() > on.boardMicros(),
                            PATIENCE);
            var action = Ids.action(Ids.event(sent.roomId(), sent.msgId()), rule, 0);
            var path = "/api/v1/receipts/" + Ids.command(action, device);
            Wait.until(PATIENCE, "done", () -> api.get(path).path("state").asText().equals("done"));
            var receipt = api.get(path);
            assertThat(board.count(MOTOR_ON)).isOne();
            assertThat(receipt.at("/cause/event_type").asText()).isEqualTo("tiktok.gift");
            assertThat(receipt.path("hops").properties())
                    .extracting(Map.Entry::getKey)
                    .containsExactly("frame", "decided", "published", "received", "on", "off");
            // 300 ms from when the sketch decided; on a busy machine the pin follows late.
            assertThat((off.boardMicros() - on.boardMicros()) / 1_000).isBetween(50L, 550L);
            assertThat(receipt.at("/durations_ms/on_to_off").asLong()).isBetween(50L, 550L);
            api.post("/api/v1/livestreams/" + livestream + "/disconnect");
        }
    }

    /** As a maker does it on the serial console. */
    private void setUp(BoardProcess board, UUID device) {
        JsonNode token =
                api.post("/api/v1/devices/tokens", Map.of("device_id", device, "name", "board"));
        var hub = URI.create(token.at("/mqtt/url").asText());
        board.tell("serial wifi \"network\" \"password\"");
        board.tell("serial hub " + hub.getHost() + " " + hub.getPort());
        board.tell(
                "serial device "
                        + token.at("/mqtt/root").asText()
                        + " "
                        + token.path("token").asText());
        board.tell("serial restart");
    }

    private String status(UUID device, String field) {
        return api.get("/api/v1/devices/" + device + "/status").path(field).asText();
    }

    private boolean isArmed(UUID device) {
        return api.get("/api/v1/devices/" + device + "/status").path("armed").asBoolean()
                && status(device, "state").equals("ready");
    }

    private UUID rule(UUID device) {
        return ApiClient.id(
                api.post(
                        "/api/v1/rules",
                        Map.of(
                                "name",
                                "Galaxy spins the motor",
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
                                                "motor_spin",
                                                "args",
                                                Map.of("level", 60, "ms", 300))))));
    }
}
