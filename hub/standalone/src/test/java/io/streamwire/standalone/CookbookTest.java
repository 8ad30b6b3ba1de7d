package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoards;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The rule cookbook on real parts: each recipe has a board of its own, whose pin must move. */
@ExtendWith(SharedHub.class)
class CookbookTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How long the way of one event may take before its example is played again. */
    private static final Duration WAY = Duration.ofSeconds(10);

    private static final String RECIPES = "/api/v1/rules/recipes";

    @Test
    void everyRecipeMovesAPin() {
        var api = new ApiClient(SharedHub.hub().url());
        var workspaceId = api.register("cook", UUID.randomUUID().toString());
        var recipes = new LinkedHashMap<UUID, JsonNode>();
        var boards = new LinkedHashMap<UUID, BoardAccess>();
        for (var recipe : api.get(RECIPES).path("items")) {
            var board = api.newBoard(workspaceId, recipe.path("title").asText());
            api.post(
                    RECIPES + "/" + recipe.path("name").asText(),
                    Map.of("device_id", board.deviceId().toString()));
            recipes.put(board.deviceId(), recipe);
            boards.put(board.deviceId(), board);
        }
        assertThat(recipes).isNotEmpty();
        var recorder = new PinRecorder();
        Set<UUID> moved = ConcurrentHashMap.newKeySet();
        recorder.onEdge(edge -> {
            if (edge.on()) {
                moved.add(edge.deviceId());
            }
        });

        try (var fleet =
                VirtualBoards.start(SharedHub.hub().mqttUrl(), boards.values(), recorder)) {
            fleet.awaitReady(PATIENCE);
            arm(api, boards.keySet());
            var _ =
                    Wait.happens(
                            PATIENCE,
                            () -> {
                                recipes.forEach((device, recipe) -> {
                                    if (!moved.contains(device)) {
                                        play(api, recipe);
                                    }
                                });
                                return Wait.happens(WAY, () -> moved.containsAll(recipes.keySet()));
                            });
        }

        recipes.keySet().removeAll(moved);
        assertThat(recipes.values()).as("recipes whose pins stay").isEmpty();
        assertThat(recorder.totals().violations()).isZero();
    }

    private static void play(ApiClient api, JsonNode recipe) {
        for (var example : recipe.path("example")) {
            @SuppressWarnings("unchecked") // an object
            Map<String, ?> body = Json.mapper().convertValue(example, Map.class);
            api.post("/api/v1/livestreams/simulate", body);
        }
    }

    private static void arm(ApiClient api, Set<UUID> devices) {
        api.post("/api/v1/devices/arm", Map.of());
        Wait.until(
                PATIENCE,
                "the boards are armed",
                () ->
                        devices.stream()
                                .allMatch(device ->
                                        api.get("/api/v1/devices/" + device + "/status")
                                                .path("armed")
                                                .asBoolean()));
    }
}
