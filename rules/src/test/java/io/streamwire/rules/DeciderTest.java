package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.Membership;
import io.streamwire.contract.Action;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.RuleCause;
import io.streamwire.contract.Stream;
import io.streamwire.contract.Viewer;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.rules.Trigger.GiftMode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One instance decides for all tests; each has a workspace of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeciderTest {

    private static final Trigger SPIN = new Trigger.Comment(CommentMode.CONTAINS, "spin");

    private final Map<UUID, RuleEngine> engines = new ConcurrentHashMap<>();
    private final Bus bus = Servers.bus();
    private final DelayedActions delayed =
            Deciding.delayed(InstantSource.system(), _ -> RuleEngine.EMPTY);
    private final Decider decider =
            new Decider(
                    id -> engines.getOrDefault(id, RuleEngine.EMPTY),
                    delayed,
                    new Timers(_ -> RuleEngine.EMPTY, InstantSource.system()),
                    new Standings(InstantSource.system(), Duration.ofMinutes(1)),
                    InstantSource.system(),
                    Duration.ofMinutes(1));
    private @Nullable Membership membership;

    @BeforeAll
    void join() {
        membership =
                bus.join(
                        "rules",
                        "one",
                        List.of(new Consumer(Stream.EVENTS, Decider.GROUP, decider)),
                        delayed);
    }

    @AfterAll
    void leave() {
        if (membership != null) {
            membership.close();
        }
        bus.close();
    }

    @Test
    void anEventOfBeforeViewersHadATeamIsDecidedOn() {
        var live = live();
        live.has(live.rules.rule(SPIN));
        var body = Json.write(live.events.comment("please spin"));
        var old = body.replace(",\"team_level\":0", "");
        assertThat(old).isNotEqualTo(body);

        live.streams.publishBody("tiktok.comment", old);

        assertThat(live.decisions(1).getFirst().outcome()).isEqualTo(Decision.FIRED);
    }

    @Test
    void aCommentBecomesAnAction() {
        var live = live();
        var rule = live.has(live.rules.rule(SPIN));
        var event = live.events.comment("please spin");
        var frame = Hops.now() - 1_500;

        live.streams.publish(frame, event);

        var decision = live.decisions(1).getFirst();
        var action = live.streams.actions().getFirst();
        assertThat(decision.outcome()).isEqualTo(Decision.FIRED);
        assertThat(decision.eventId()).isEqualTo(event.id());
        assertThat(decision.ruleId()).isEqualTo(rule.id());
        assertThat(decision.actionIds()).containsExactly(action.id());
        assertThat(action.id()).isEqualTo(Ids.action(event.id(), rule.id(), 0));
        assertThat(action.deviceId()).isEqualTo(live.rules.deviceId());
        assertThat(action.command()).isEqualTo("motor_spin");
        assertThat(action.args()).isEqualTo(Map.of("level", 60L, "ms", 800L));
        assertThat(action.viewerId()).isEqualTo(LiveEvents.ANNA.id());
        assertThat(action.cause())
                .isEqualTo(
                        new RuleCause("tiktok.comment", rule.definition().name(), rule.version()));
        assertThat(action.expiresAt()).isEqualTo(decision.at() + 2_000);
        assertThat(action.hops().frame()).isEqualTo(frame);
        assertThat(action.hops().decided()).isBetween(frame, Hops.now());
        assertThat(action.traceparent())
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
                .contains(event.id().toString().replace("-", ""));
    }

    @Test
    void theWordsOfACommandMoveTheDevice() {
        var live = live();
        var spin =
                new DeviceAction(
                        new DeviceAction.Target.Device(Ids.next()),
                        "motor_spin",
                        Map.of(
                                "level",
                                new Argument.Measured(
                                        new NumberSource.CommandWord(1),
                                        new Curve.Limited(0, 100),
                                        60L),
                                "ms",
                                new Argument.Calculated(
                                        Expression.of(
                                                Expression.Kind.INTEGER,
                                                "int(event.arguments[1]) * 1000"),
                                        null)),
                        2_000,
                        0);
        live.has(live.rules.rule(SPIN, Cooldown.NONE, List.of(spin)));

        live.streams.publish(live.events.comment("!spin 80 3"), live.events.comment("!spin 80"));

        assertThat(live.outcomes(2)).containsExactly(Decision.FIRED, "argument_missing");
        assertThat(live.streams.actions())
                .extracting(Action::args)
                .containsExactly(Map.of("level", 80L, "ms", 3_000L));
    }

    @Test
    void whatChanceLeavesOutIsNotDone() {
        var live = live();
        var spin = live.rules.spin();
        var coin =
                new RuleAction.Choice(
                        List.of(new RuleAction.Option(1, spin), new RuleAction.Option(1, null)));
        var rule = live.has(live.rules.rule(SPIN, Cooldown.NONE, List.of(coin)));
        var events =
                IntStream.range(0, 20).mapToObj(n -> live.events.comment("spin " + n)).toList();

        events.forEach(live.streams::publish);

        var planned =
                events.stream()
                        .map(event -> ActionPlan.of(rule, event, 1).actions().size())
                        .toList();
        assertThat(live.decisions(20))
                .allSatisfy(decision -> assertThat(decision.outcome()).isEqualTo(Decision.FIRED))
                .extracting(decision -> decision.actionIds().size())
                .isEqualTo(planned);
    }

    @Test
    void oneEventSetsOffOnlySoManyActions() {
        var live = live();
        var sixteen = Collections.nCopies(16, live.rules.spin());
        var rules =
                java.util.stream.Stream.generate(
                                () -> live.rules.rule(SPIN, Cooldown.NONE, sixteen))
                        .limit(40)
                        .toArray(Rule[]::new);
        live.has(rules);

        live.streams.publish(live.events.comment("spin"));

        live.decisions(Decider.MAX_ACTIONS_PER_EVENT / 16);
        assertThat(live.streams.actions()).hasSize(Decider.MAX_ACTIONS_PER_EVENT / 16 * 16);
    }

    @Test
    void itsFieldsAreReadableInRedis() {
        var live = live();
        live.has(live.rules.rule(SPIN));
        var event = live.events.comment("spin");

        live.streams.publish(event);

        live.decisions(1);
        var action = live.streams.entries(Stream.ACTIONS).getFirst();
        assertThat(action.type()).isEqualTo(Action.TYPE);
        assertThat(action.fields())
                .containsEntry("event_id", event.id().toString())
                .containsEntry("device_id", live.rules.deviceId().toString())
                .containsEntry("epoch", "0")
                .containsKey("decided_us");
        assertThat(live.streams.entries(Stream.DECISIONS).getFirst().fields())
                .containsEntry("type", Decision.TYPE)
                .containsEntry("event_id", event.id().toString())
                .containsEntry("outcome", "fired");
    }

    @Test
    void anActionCarriesTheHighestEpochInForce() {
        var live = live();
        var spin = live.rules.spin();
        var named = DeviceAction.of(Ids.next(), "tricky", Map.of("epoch", 0L, "id", 0L), 2_000, 0);
        live.has(live.rules.rule(SPIN, Cooldown.NONE, List.of(spin, named)));
        live.streams.redis("HSET", "epochs", live.workspaceId.toString(), "1790000000000");
        live.streams.redis("HSET", "epochs", live.rules.deviceId().toString(), "1790000000001");

        live.streams.publish(live.events.comment("spin"));

        live.decisions(1);
        assertThat(live.streams.actions())
                .extracting(Action::epoch)
                .containsExactly(1_790_000_000_001L, 1_790_000_000_000L);
        assertThat(live.streams.actions().getLast().args()).containsEntry("epoch", 0L);
    }

    @Test
    void theMostImportantRuleOfAGroupFiresAndTellsItsDevice() {
        var live = live();
        var shared = new Cooldown(0, 0, Map.of(), "wheel", 60_000);
        var first = live.rules.rule(SPIN, shared, List.of(live.rules.spin()));
        var usual = live.rules.rule(SPIN);
        var important =
                RuleExamples.withPriority(
                        live.rules.rule(SPIN, shared, List.of(live.rules.spin())), 8);
        live.has(first, usual, important);

        live.streams.publish(live.events.comment("spin"));

        assertThat(live.decisions(3))
                .extracting(Decision::ruleId)
                .containsExactly(important.id(), first.id(), usual.id());
        assertThat(live.outcomes(3))
                .containsExactly(Decision.FIRED, "cooldown_group", Decision.FIRED);
        assertThat(live.streams.actions()).extracting(Action::priority).containsExactly(8, null);
    }

    @Test
    void anImportantRuleIsNotLeftOutWhenTooManyMatch() {
        var live = live();
        var rules =
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.generate(() -> live.rules.rule(SPIN))
                                        .limit(Decider.MAX_RULES_PER_EVENT),
                                java.util.stream.Stream.of(
                                        RuleExamples.withPriority(live.rules.rule(SPIN), 6)))
                        .toArray(Rule[]::new);
        live.has(rules);

        live.streams.publish(live.events.comment("spin"));

        var deciding = live.decisions(Decider.MAX_RULES_PER_EVENT);
        assertThat(deciding.getFirst().ruleId()).isEqualTo(rules[rules.length - 1].id());
    }

    @Test
    void aRuleThatNeedsADeviceFiresOnlyWhileItIsOnline() {
        var live = live();
        var online = "online:" + live.workspaceId;
        var lamp = Ids.next();
        var wheel = Ids.next();
        var rule = live.rules.rule(SPIN, new Cooldown(60_000, 0), List.of(live.rules.spin()));
        live.has(RuleExamples.whileOnline(rule, lamp, wheel));
        live.streams.redis("SADD", online, lamp.toString());

        live.streams.publish(live.events.comment("spin"));
        live.decisions(1);
        live.streams.redis("SADD", online, wheel.toString());
        live.streams.publish(live.events.comment("spin"));

        assertThat(live.outcomes(2)).containsExactly("device_offline", Decision.FIRED);
        assertThat(live.decisions(2).getFirst())
                .returns(1L, Decision::observed)
                .returns(2L, Decision::needed)
                .returns(List.of(), Decision::actionIds);
        assertThat(live.streams.actions()).hasSize(1);
    }

    @Test
    void anActionForATagCarriesTheLastEpochOfTheWorkspace() {
        var live = live();
        var lights = new DeviceAction.Target.Tag("lights");
        var at = new DeviceAction(lights, "light_on", Map.of(), 2_000, 0);
        var later = new DeviceAction(lights, "light_on", Map.of(), 2_000, 10);
        live.has(live.rules.rule(SPIN, Cooldown.NONE, List.of(at, later)));
        live.streams.redis("HSET", "epochs", live.workspaceId.toString(), "1790000000000");
        live.streams.redis("HSET", "arming", "last:" + live.workspaceId, "1790000000005");

        live.streams.publish(live.events.comment("spin"));

        live.decisions(1);
        Await.until(() -> live.streams.actions().size() == 2);
        assertThat(live.streams.actions())
                .allSatisfy(action -> {
                    assertThat(action.tag()).isEqualTo("lights");
                    assertThat(action.deviceId()).isNull();
                    assertThat(action.epoch()).isEqualTo(1_790_000_000_005L);
                });
        assertThat(live.streams.entries(Stream.ACTIONS))
                .allSatisfy(entry -> assertThat(entry.field("device_id")).isEmpty());
    }

    @Test
    void ofAThousandEventsOneWinsTheCooldown() {
        var live = live();
        live.has(live.rules.rule(SPIN, new Cooldown(60_000, 0), List.of(live.rules.spin())));
        var events =
                IntStream.range(0, 1_000).mapToObj(n -> live.events.comment("spin " + n)).toList();

        events.parallelStream().forEach(live.streams::publish);

        var decisions = live.decisions(1_000);
        assertThat(live.streams.actions()).hasSize(1);
        assertThat(decisions).filteredOn(Decision::outcome, Decision.FIRED).hasSize(1);
        assertThat(decisions)
                .filteredOn(Decision::outcome, Decision.COOLDOWN_GLOBAL)
                .hasSize(999)
                .allSatisfy(decision -> {
                    assertThat(decision.remainingMs()).isBetween(1L, 60_000L);
                    assertThat(decision.actionIds()).isEmpty();
                });
    }

    @Test
    void everyViewerHasACooldown() {
        var live = live();
        live.has(live.rules.rule(SPIN, new Cooldown(0, 60_000), List.of(live.rules.spin())));

        live.streams.publish(
                live.events.comment(LiveEvents.ANNA, "spin"),
                live.events.comment(LiveEvents.ANNA, "spin"),
                live.events.comment(LiveEvents.BEN, "spin"));

        assertThat(live.outcomes(3))
                .containsExactly(Decision.FIRED, Decision.COOLDOWN_VIEWER, Decision.FIRED);
    }

    @Test
    void rulesOfAGroupRestTogether() {
        var live = live();
        var motors = new Cooldown(0, 0, Map.of(), "motors", 60_000);
        live.has(
                live.rules.rule(SPIN, motors, List.of(live.rules.spin())),
                live.rules.rule(SPIN, motors, List.of(live.rules.spin())),
                live.rules.rule(
                        SPIN,
                        new Cooldown(0, 0, Map.of(), "lights", 60_000),
                        List.of(live.rules.spin())));

        live.streams.publish(live.events.comment("spin"));

        assertThat(live.outcomes(3))
                .containsExactly(Decision.FIRED, "cooldown_group", Decision.FIRED);
    }

    @Test
    void aRoleMayWaitLess() {
        var live = live();
        live.has(
                live.rules.rule(
                        SPIN,
                        new Cooldown(0, 60_000, Map.of("moderator", 0L), null, 0),
                        List.of(live.rules.spin())));
        var mod = new Viewer("7000000000000000003", "mo", "Mo", List.of("moderator"), 0, null);

        live.streams.publish(
                live.events.comment(mod, "spin"),
                live.events.comment(mod, "spin"),
                live.events.comment("spin"),
                live.events.comment("spin"));

        assertThat(live.outcomes(4))
                .containsExactly(
                        Decision.FIRED, Decision.FIRED, Decision.FIRED, Decision.COOLDOWN_VIEWER);
    }

    @Test
    void ofAThousandEventsSoManyPassALimit() {
        var live = live();
        live.has(
                RuleExamples.limited(
                        live.rules.rule(SPIN), new UseLimit(17, 60_000, UseLimit.Per.ALL)));
        var events =
                IntStream.range(0, 1_000).mapToObj(n -> live.events.comment("spin " + n)).toList();

        events.parallelStream().forEach(live.streams::publish);

        var decisions = live.decisions(1_000);
        assertThat(live.streams.actions()).hasSize(17);
        assertThat(decisions).filteredOn(Decision::outcome, Decision.FIRED).hasSize(17);
        assertThat(decisions)
                .filteredOn(Decision::outcome, "limit_all")
                .hasSize(983)
                .allSatisfy(decision -> assertThat(decision.remainingMs()).isBetween(1L, 60_000L));
    }

    @Test
    void everyViewerHasUsesOfTheirOwn() {
        var live = live();
        live.has(
                RuleExamples.limited(
                        live.rules.rule(SPIN), new UseLimit(1, 60_000, UseLimit.Per.VIEWER)));

        live.streams.publish(
                live.events.comment(LiveEvents.ANNA, "spin"),
                live.events.comment(LiveEvents.ANNA, "spin"),
                live.events.comment(LiveEvents.BEN, "spin"));

        assertThat(live.outcomes(3))
                .containsExactly(Decision.FIRED, "limit_viewer", Decision.FIRED);
    }

    @Test
    void aLimitCountsAgainWhenItsTimeIsOver() {
        var live = live();
        var rule =
                live.has(
                        RuleExamples.limited(
                                live.rules.rule(SPIN), new UseLimit(2, 60_000, UseLimit.Per.ALL)));
        live.streams.publish(
                live.events.comment("spin"),
                live.events.comment("spin"),
                live.events.comment("spin"));
        assertThat(live.outcomes(3)).containsExactly(Decision.FIRED, Decision.FIRED, "limit_all");

        live.streams.redis("DEL", "uses:" + rule.id() + ":60000");
        live.streams.publish(live.events.comment("spin"));

        assertThat(live.outcomes(4)).last().isEqualTo(Decision.FIRED);
    }

    @Test
    void whoIsStoppedByOneCooldownDoesNotTakeTheOther() {
        var live = live();
        var rule =
                live.has(
                        live.rules.rule(
                                SPIN, new Cooldown(60_000, 60_000), List.of(live.rules.spin())));
        var annas = "cooldown:" + rule.id() + ":" + LiveEvents.ANNA.id();
        live.streams.redis("SET", annas, Long.toString(System.currentTimeMillis()));

        live.streams.publish(
                live.events.comment(LiveEvents.ANNA, "spin"),
                live.events.comment(LiveEvents.BEN, "spin"),
                live.events.comment(LiveEvents.ANNA, "spin"));

        assertThat(live.outcomes(3))
                .containsExactly(
                        Decision.COOLDOWN_VIEWER, Decision.FIRED, Decision.COOLDOWN_GLOBAL);
    }

    @Test
    void aShortenedCooldownCountsAtOnce() {
        var live = live();
        var rule =
                live.has(live.rules.rule(SPIN, new Cooldown(5_000, 0), List.of(live.rules.spin())));
        // Taken 10 s ago, when it was an hour long.
        live.streams.redis(
                "SET", "cooldown:" + rule.id(), Long.toString(System.currentTimeMillis() - 10_000));

        live.streams.publish(live.events.comment("spin"));

        assertThat(live.outcomes(1)).containsExactly(Decision.FIRED);
    }

    @Test
    void aResetEndsWhatHolds() {
        var live = live();
        var rule =
                live.has(
                        RuleExamples.limited(
                                live.rules.rule(
                                        SPIN,
                                        new Cooldown(60_000, 60_000),
                                        List.of(live.rules.spin())),
                                new UseLimit(1, 60_000, UseLimit.Per.ALL)));
        live.streams.publish(live.events.comment("spin"), live.events.comment("spin"));
        assertThat(live.outcomes(2)).containsExactly(Decision.FIRED, Decision.COOLDOWN_GLOBAL);

        var at = System.currentTimeMillis();
        live.streams.redis("HSET", "resets", rule.id().toString(), Long.toString(at));
        live.streams.publish(live.events.comment("spin"), live.events.comment("spin"));

        assertThat(live.outcomes(4))
                .containsExactly(
                        Decision.FIRED,
                        Decision.COOLDOWN_GLOBAL,
                        Decision.FIRED,
                        Decision.COOLDOWN_GLOBAL);
    }

    @Test
    void allRulesOfAnEventAreDecidedInOneStep() {
        var live = live();
        var first = live.rules.rule(SPIN, new Cooldown(60_000, 0), List.of(live.rules.spin()));
        var second = live.rules.rule(SPIN);
        live.has(first, second);

        live.streams.publish(live.events.comment("spin"), live.events.comment("spin"));

        assertThat(live.decisions(4))
                .extracting(Decision::ruleId)
                .containsExactly(first.id(), second.id(), first.id(), second.id());
        assertThat(live.outcomes(4))
                .containsExactly(
                        Decision.FIRED, Decision.FIRED, Decision.COOLDOWN_GLOBAL, Decision.FIRED);
    }

    @Test
    void anUnmetConditionIsRecordedAndCostsNothing() {
        var live = live();
        var rule = live.rules.rule(SPIN, new Cooldown(60_000, 0), List.of(live.rules.spin()));
        var moderators = new Conditions(Set.of("moderator"), Set.of(), Set.of(), Set.of(), 0, null);
        live.has(RuleExamples.only(rule, moderators));
        var mod = new Viewer("7000000000000000003", "mo", "Mo", List.of("moderator"), 0, null);

        live.streams.publish(live.events.comment("spin"), live.events.comment(mod, "spin"));

        assertThat(live.outcomes(2)).containsExactly("role_missing", Decision.FIRED);
        assertThat(live.streams.actions()).hasSize(1);
    }

    @Test
    void threeRosesFireThreeTimes() {
        var live = live();
        live.has(
                live.rules.rule(
                        RuleExamples.gift(List.of("Rose"), GiftMode.PER_INCREMENT),
                        Cooldown.NONE,
                        List.of(live.rules.spin(), live.rules.spin())));

        live.streams.publish(live.events.gift("Rose", 1, 3, 3, Streak.RUNNING));

        assertThat(live.decisions(1).getFirst().actionIds()).hasSize(6).doesNotHaveDuplicates();
        assertThat(live.streams.actions()).hasSize(6);
    }

    @Test
    void whatSetsNothingOffLeavesNoTrace() {
        var live = live();
        live.has(live.rules.rule(SPIN));

        live.streams.publish(
                live.events.comment("hello"),
                live.events.historicalComment("spin"),
                live.events.joined(),
                live.events.comment("spin"));

        assertThat(live.outcomes(1)).containsExactly(Decision.FIRED);
    }

    @Test
    void anEventThatWaitedTooLongFiresNothing() {
        var live = live();
        live.has(live.rules.rule(SPIN, new Cooldown(60_000, 0), List.of(live.rules.spin())));

        live.streams.publish(Hops.now() - 61_000_000, live.events.comment("spin"));
        live.streams.publish(live.events.comment("spin"));

        assertThat(live.outcomes(2)).containsExactly(Decision.STALE, Decision.FIRED);
        assertThat(live.streams.actions()).hasSize(1);
    }

    @Test
    void brokenEntriesAreSkipped() {
        var live = live();
        live.has(live.rules.rule(SPIN));

        live.streams.publishBody("tiktok.comment", "{\"id\":");
        live.streams.publishBody("tiktok.comment", "null");
        live.streams.publishBody("tiktok.comment", "{\"type\": \"tiktok.comment\"}");
        live.streams.publish(live.events.comment("spin"));

        assertThat(live.outcomes(1)).containsExactly(Decision.FIRED);
    }

    @Test
    void aDelayedActionComesWhenItIsDue() {
        var live = live();
        live.has(
                live.rules.rule(
                        SPIN,
                        Cooldown.NONE,
                        List.of(live.rules.spinAfter(400), live.rules.spinAfter(100))));

        live.streams.publish(live.events.comment("spin"));

        var decision = live.decisions(1).getFirst();
        Await.until(() -> live.streams.actions().size() == 2);
        assertThat(live.streams.actions())
                .extracting(Action::id)
                .containsExactly(decision.actionIds().getLast(), decision.actionIds().getFirst());
        assertThat(live.streams.actions())
                .extracting(Action::expiresAt)
                .containsExactly(decision.at() + 2_100, decision.at() + 2_400);
        var movedAt =
                live.streams.entries(Stream.ACTIONS).stream()
                        .map(entry -> Long.parseLong(entry.id().split("-", -1)[0]))
                        .toList();
        assertThat(movedAt.getFirst()).isBetween(decision.at() + 100, decision.at() + 1_000);
        assertThat(movedAt.getLast()).isGreaterThanOrEqualTo(decision.at() + 400);
    }

    @Test
    void delayedActionsOfAWorkspaceHaveAnEnd() {
        var live = live();
        var other = neighbour(live);
        for (var one : List.of(live, other)) {
            one.has(
                    one.rules.rule(SPIN, Cooldown.NONE, List.of(one.rules.spinAfter(1_000))),
                    one.rules.rule(SPIN));
        }
        var almostAll = Integer.toString(DecisionCall.MAX_DELAYED - 1);
        live.streams.redis("HSET", "delayed:of", live.workspaceId.toString(), almostAll);
        // While something waits, the counts are not begun anew.
        live.streams.redis("ZADD", "delayed", "9e15", "never due");

        live.streams.publish(live.events.comment("spin"), live.events.comment("spin"));
        other.streams.publish(other.events.comment("spin"));

        assertThat(live.outcomes(4))
                .containsExactly(
                        Decision.FIRED, Decision.FIRED, Decision.DELAYS_FULL, Decision.FIRED);
        assertThat(other.outcomes(2)).containsExactly(Decision.FIRED, Decision.FIRED);
        Await.until(() -> live.streams.actions().size() == 3);
        assertThat(live.streams.redis("HGET", "delayed:of", live.workspaceId.toString()))
                .isEqualTo(almostAll);
        Await.until(() ->
                live.streams
                        .redis("HEXISTS", "delayed:of", other.workspaceId.toString())
                        .equals("0"));
        live.streams.redis("ZREM", "delayed", "never due");
        live.streams.redis("HDEL", "delayed:of", live.workspaceId.toString());
    }

    @Test
    void aLargeDelayedActionCountsAsSeveral() {
        var live = live();
        var text = TextTemplate.of("x".repeat(300));
        var large = new OverlayAction(text, 1_000, 600_000);
        var spin = live.rules.spinAfter(600_000);
        live.has(live.rules.rule(SPIN, Cooldown.NONE, Collections.nCopies(3, large)));
        live.streams.publish(live.events.comment("spin"));
        assertThat(live.outcomes(1)).containsExactly(Decision.FIRED);
        assertThat(counted(live)).isEqualTo(3);

        var args =
                IntStream.range(0, 16)
                        .boxed()
                        .collect(
                                Collectors.toMap(
                                        n -> "a".repeat(60) + n, _ -> Long.MAX_VALUE >> 12));
        live.has(
                live.rules.rule(
                        SPIN,
                        Cooldown.NONE,
                        List.of(DeviceAction.of(Ids.next(), spin.command(), args, 1, 600_000))));
        live.streams.publish(live.events.comment("spin"));
        assertThat(live.outcomes(2)).last().isEqualTo(Decision.FIRED);

        assertThat(counted(live)).isGreaterThan(3 + 1);
        live.streams.redis("DEL", "delayed");
        live.streams.redis("DEL", "delayed:of");
    }

    private static long counted(Live live) {
        return Long.parseLong(
                live.streams.redis("HGET", "delayed:of", live.workspaceId.toString()));
    }

    /** Another workspace of the same partition. */
    private Live neighbour(Live live) {
        var other = live();
        while (other.streams.partition() != live.streams.partition()) {
            other = live();
        }
        return other;
    }

    private Live live() {
        return new Live(bus, engines);
    }
}
