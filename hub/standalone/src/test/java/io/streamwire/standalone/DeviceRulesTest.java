package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoards;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What rules say about devices, on real parts: a comment comes in, and pins move or stay. */
@Timeout(90)
@ExtendWith(SharedHub.class)
class DeviceRulesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** How long a decision may take until it can be read. */
    private static final Duration WAY = Duration.ofSeconds(3);

    private final ApiClient owner = new ApiClient(SharedHub.hub().url());
    private final PinRecorder recorder = new PinRecorder();
    private final Set<UUID> moved = ConcurrentHashMap.newKeySet();
    private List<BoardAccess> accesses = List.of();
    private VirtualBoards boards;

    @BeforeEach
    void connect() {
        var workspaceId = owner.register(UUID.randomUUID().toString(), "a long password");
        accesses =
                List.of(
                        owner.newBoard(workspaceId, "Left"),
                        owner.newBoard(workspaceId, "Right"),
                        owner.newBoard(workspaceId, "Elsewhere"));
        recorder.onEdge(edge -> {
            if (edge.on()) {
                moved.add(edge.deviceId());
            }
        });
        boards = VirtualBoards.start(SharedHub.hub().mqttUrl(), accesses, recorder);
        boards.awaitReady(PATIENCE);
        owner.post("/api/v1/devices/arm");
        Wait.until(
                PATIENCE,
                "the boards are armed",
                () -> boards.statuses().values().stream().allMatch(status -> status.armed()));
    }

    @AfterEach
    void disconnect() {
        boards.close();
    }

    private UUID board(int number) {
        return accesses.get(number).deviceId();
    }

    /** A rule that spins when somebody writes so. */
    private UUID spin(Map<String, String> target, Map<String, ?> conditions) {
        var action = new HashMap<String, Object>(target);
        action.put("type", "device");
        action.put("command", "motor_spin");
        action.put("args", Map.of("level", 60, "ms", 200));
        var rule =
                Map.of(
                        "name",
                        "Spin",
                        "trigger",
                        Map.of("type", "comment", "equals", "spin"),
                        "conditions",
                        conditions,
                        "actions",
                        List.of(action));
        return ApiClient.id(owner.post("/api/v1/rules", rule));
    }

    /** The first comment that the rule, which comes into force in a moment, has decided on. */
    private String heard(UUID rule, String text) {
        var events = new ArrayList<String>();
        Wait.until(
                PATIENCE,
                "the rule decides",
                () -> {
                    events.add(comment(text));
                    return Wait.happens(WAY, () -> decisions(rule, events.getLast()).size() > 0);
                });
        return events.getLast();
    }

    private JsonNode decisions(UUID rule, String event) {
        return owner.get("/api/v1/rules/executions?rule_id=" + rule + "&event_id=" + event)
                .path("items");
    }

    private String comment(String text) {
        return owner.post("/api/v1/livestreams/simulate", Map.of("type", "comment", "text", text))
                .at("/events/0")
                .asText();
    }

    private JsonNode receipts(String event) {
        return owner.get("/api/v1/receipts?event_id=" + event).path("items");
    }

    @Test
    void aTagReachesEveryDeviceThatCarriesIt() {
        for (int i = 0; i < 2; i++) {
            owner.patch("/api/v1/devices/" + board(i), Map.of("tags", List.of("wheels")), 1);
        }
        var all = spin(Map.of("tag", "wheels"), Map.of());

        var event = heard(all, "spin");

        Wait.until(
                PATIENCE,
                "both have moved",
                () -> receipts(event).findValuesAsText("state").equals(List.of("done", "done")));
        assertThat(moved).containsExactlyInAnyOrder(board(0), board(1));
        assertThat(receipts(event).findValuesAsText("tag")).containsExactly("wheels", "wheels");
        assertThat(recorder.totals().violations()).isZero();
    }

    @Test
    void aRuleThatNeedsABoardSaysThatItIsUnplugged() {
        var target = Map.of("device_id", board(0).toString());
        var rule = spin(target, Map.of("device_online", board(0).toString()));
        var there = heard(rule, "spin");
        Wait.until(
                PATIENCE,
                "it moves",
                () -> receipts(there).findValuesAsText("state").equals(List.of("done")));

        boards.board(board(0)).orElseThrow().dropConnection(Duration.ofHours(1));
        Wait.until(
                PATIENCE,
                "it is lost",
                () ->
                        owner.get("/api/v1/devices/" + board(0) + "/status")
                                .path("presence")
                                .asText()
                                .equals("lost"));
        moved.clear();
        var gone = heard(rule, "spin");

        assertThat(decisions(rule, there).at("/0/outcome").asText()).isEqualTo("fired");
        assertThat(decisions(rule, gone).at("/0/outcome").asText()).isEqualTo("device_offline");
        var why = owner.get("/api/v1/rules/" + rule + "/why?event=" + gone);
        assertThat(why.path("reason").asText()).isEqualTo("device_offline");
        assertThat(why.at("/observed/online").asInt(-1)).isZero();
        assertThat(why.at("/needed/conditions/device_online/0").asText())
                .isEqualTo(board(0).toString());
        assertThat(receipts(gone)).isEmpty();
        assertThat(moved).isEmpty();
    }
}
