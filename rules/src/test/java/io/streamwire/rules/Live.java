package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Decision;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A workspace on air: its rules, its events and what becomes of them. */
final class Live {

    final LiveEvents events = new LiveEvents();
    final UUID workspaceId = events.workspaceId();
    final RuleExamples rules = new RuleExamples(workspaceId);
    final Streams streams;

    private final Map<UUID, RuleEngine> engines;

    /**
     * @param engines where the decider looks
     */
    Live(Bus bus, Map<UUID, RuleEngine> engines) {
        this.streams = new Streams(bus, workspaceId);
        this.engines = engines;
    }

    /** Gives it these rules; answers the first. */
    Rule has(Rule... rules) {
        engines.put(workspaceId, new RuleEngine(List.of(rules)));
        return rules[0];
    }

    /** Waits until so many decisions were made, and no more. */
    List<Decision> decisions(int count) {
        Await.until(() -> streams.decisions().size() >= count);
        assertThat(streams.decisions()).hasSize(count);
        return streams.decisions();
    }

    List<String> outcomes(int count) {
        return decisions(count).stream().map(Decision::outcome).toList();
    }
}
