package io.streamwire.rules;

import io.streamwire.service.Versions;
import java.util.Optional;
import java.util.UUID;

/** Makes a rule what it was in an earlier version, also when it is deleted. */
final class Rollback {

    private final RuleStore store;

    Rollback(RuleStore store) {
        this.store = store;
    }

    /**
     * Makes a new version that is like an earlier one; empty when that is not kept.
     *
     * @param newest the version that is to be replaced; of a deleted rule that of its deletion
     * @param by the user who does it
     * @throws InvalidRule when the version is of a kind that is not understood any more
     * @throws io.streamwire.service.Problem 404 {@code rule_not_found}, 412 {@code
     *     version_mismatch}, 409 {@code too_many_rules} or {@code rules_too_large}
     */
    Optional<Rule> to(long version, UUID workspaceId, UUID id, long newest, UUID by) {
        return store.change(
                workspaceId,
                rules -> {
                    var present = rules.version(id);
                    var deleted = present == 0;
                    if (deleted) {
                        present =
                                RuleHistory.newest(rules.execute(), workspaceId, id)
                                        .orElseThrow(RulesApi::unknown);
                    }
                    if (present != newest) {
                        throw Versions.mismatch();
                    }
                    return RuleHistory.find(rules.execute(), workspaceId, id, version)
                            .map(kept -> RuleJson.read(kept.definition()))
                            .map(earlier ->
                                    deleted
                                            ? restored(rules, id, earlier, by)
                                            : rules.update(id, earlier, Change.ROLLED_BACK, by));
                });
    }

    private static Rule restored(RuleTable rules, UUID id, RuleDefinition earlier, UUID by) {
        RuleTable.requireRoom(rules.count() + 1);
        return rules.insert(id, earlier, Change.RESTORED, by);
    }
}
