package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Decision;
import io.streamwire.contract.Ids;
import io.streamwire.service.Role;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Cooldowns that a moderator ends while live. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResetTest {

    private static final String RULES = "/api/v1/rules";

    private final RulesServer server = new RulesServer();
    private final LiveEvents events = new LiveEvents();
    private final Streams streams = new Streams(server.bus, events.workspaceId());
    private final Client admin = server.client(Role.ADMIN, events.workspaceId());
    private final Client moderator = server.client(Role.MODERATOR, events.workspaceId());

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void aModeratorEndsWhatHolds() {
        var rule =
                admin.post(
                                RULES,
                                """
                                {"name": "Blink", "trigger": {"type": "comment", "contains": "blink"},
                                 "cooldown": {"global_ms": 3600000},
                                 "actions": [{"type": "device",
                                              "device_id": "01980000-0000-7000-8000-00000000000d",
                                              "command": "light_on"}]}
                                """)
                        .text("id");
        Await.until(() -> {
            streams.publish(events.comment("blink"));
            return fired() == 1;
        });

        assertThat(moderator.post(RULES + "/" + rule + "/reset", "").status()).isEqualTo(204);
        blinkUntilFired(2);

        assertThat(moderator.post(RULES + "/reset", "").status()).isEqualTo(204);
        blinkUntilFired(3);
    }

    private void blinkUntilFired(int times) {
        Await.until(() -> {
            streams.publish(events.comment("blink"));
            return fired() >= times;
        });
        assertThat(fired()).isEqualTo(times);
    }

    private long fired() {
        return streams.decisions().stream()
                .filter(decision -> decision.outcome().equals(Decision.FIRED))
                .count();
    }

    @Test
    void onlyOwnRulesAreReset() {
        var viewer = server.client(Role.VIEWER, events.workspaceId());

        assertThat(viewer.post(RULES + "/reset", "").status()).isEqualTo(403);
        var unknown = moderator.post(RULES + "/" + Ids.next() + "/reset", "");
        assertThat(List.of(Integer.toString(unknown.status()), unknown.text("code")))
                .containsExactly("404", "rule_not_found");
    }
}
