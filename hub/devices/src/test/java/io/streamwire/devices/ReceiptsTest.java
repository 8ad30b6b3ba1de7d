package io.streamwire.devices;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.streamwire.contract.Action;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.RuleCause;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class ReceiptsTest {

    private final Rig rig;
    private final Member member;

    ReceiptsTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    @Test
    void aReceiptSaysHowLongEachPartOfTheWayTook() throws InterruptedException {
        var board = member.armedBoard();
        var done = member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10");

        var receipt = member.get("/api/v1/receipts/" + done.text("/id")).body();

        assertThat(receipt.at("/state").asText()).isEqualTo("done");
        assertThat(receipt.at("/device_id").asText()).isEqualTo(board.deviceId().toString());
        var hops = receipt.at("/hops");
        var durations = receipt.at("/durations_ms");
        assertThat(durations.at("/published_to_received").asDouble())
                .isEqualTo(
                        (hops.at("/received").asLong() - hops.at("/published").asLong()) / 1_000.0);
        assertThat(durations.at("/on_to_off").asDouble()).isBetween(10.0, 5_000.0);
        assertThat(durations.has("frame_to_decided")).isFalse();
        assertThat(Math.abs(receipt.at("/clock/offset_ms").asDouble())).isLessThan(1_000);
        assertThat(receipt.at("/clock/uncertainty_ms").asDouble()).isBetween(0.5, 1_000.0);
    }

    @Test
    void aCollectorIsToldTheWayWithTheIdsThatTheBoardWasGiven() throws InterruptedException {
        var board = member.armedBoard();
        var trace = UUID.randomUUID().toString().replace("-", "");
        var parent = new AtomicReference<String>();
        rig.recorder.onCommand(reception -> {
            if (String.valueOf(reception.traceparent()).contains(trace)) {
                parent.set(reception.traceparent());
            }
        });

        var done =
                member.command(
                        board.deviceId(),
                        Member.spin(60, 20),
                        "Prefer",
                        "wait=10",
                        "traceparent",
                        "00-" + trace + "-00f067aa0ba902b7-01");

        Rig.await("the collector has it", () -> rig.collector.spans(trace).size() == 5);
        var spans = new HashMap<String, io.opentelemetry.proto.trace.v1.Span>();
        rig.collector.spans(trace).forEach(span -> spans.put(span.getName(), span));
        var hops = member.get("/api/v1/receipts/" + done.text("/id")).body().at("/hops");
        var whole = requireNonNull(spans.remove("command"));
        assertThat(parent.get()).isEqualTo("00-%s-%s-01", trace, Collector.hex(whole.getSpanId()));
        assertThat(whole.getParentSpanId().isEmpty()).isTrue();
        assertThat(whole.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_OK);
        assertThat(whole.getStartTimeUnixNano()).isEqualTo(hops.at("/decided").asLong() * 1_000);
        assertThat(whole.getEndTimeUnixNano()).isEqualTo(hops.at("/off").asLong() * 1_000);
        assertThat(whole.getAttributesList())
                .anyMatch(one -> one.getValue().getStringValue().equals(done.text("/id")));
        assertThat(spans.keySet())
                .containsExactlyInAnyOrder(
                        "decided_to_published",
                        "published_to_received",
                        "received_to_on",
                        "on_to_off");
        assertThat(spans.values())
                .allMatch(part -> part.getParentSpanId().equals(whole.getSpanId()));
        assertThat(requireNonNull(spans.get("on_to_off")).getStartTimeUnixNano())
                .isEqualTo(hops.at("/on").asLong() * 1_000);
    }

    @Test
    void aReceiptSaysWhyTheRuleActed() throws InterruptedException {
        var board = member.armedBoard();
        var expiresAt = System.currentTimeMillis() + 20_000;
        var action =
                RuleActions.action(
                        member.workspace,
                        board.deviceId(),
                        "motor_spin",
                        Map.of("level", 60L, "ms", 20L),
                        "7300000000000000001",
                        expiresAt);
        var id = RuleActions.publish(rig, action, Long.MAX_VALUE);
        member.awaitState(board.deviceId(), id, "done");
        var path = "/api/v1/receipts?event_id=" + action.eventId();
        Rig.await("written down", () -> member.get(path).text("/items/0/state").equals("done"));

        var present = member.get("/api/v1/receipts/" + id);
        var past = member.get(path);

        assertThat(present.text("/event_id")).isEqualTo(action.eventId().toString());
        assertThat(present.text("/rule_id")).isEqualTo(action.ruleId().toString());
        assertThat(present.text("/viewer_id")).isEqualTo("7300000000000000001");
        assertThat(Json.read(present.body().at("/cause").toString(), RuleCause.class))
                .isEqualTo(action.cause());
        assertThat(past.body().at("/items/0/cause")).isEqualTo(present.body().at("/cause"));
        assertThat(past.text("/items/0/viewer_id")).isEqualTo("7300000000000000001");
    }

    @Test
    void anActionFromBeforeThereWereCausesStillRuns() throws InterruptedException {
        var board = member.armedBoard();
        var now =
                Json.write(
                        RuleActions.action(
                                member.workspace,
                                board.deviceId(),
                                "motor_spin",
                                Map.of("level", 60L, "ms", 20L),
                                "7300000000000000001",
                                System.currentTimeMillis() + 20_000));
        var before = now.replaceFirst("\"cause\":\\{[^}]*},", "");
        assertThat(before).isNotEqualTo(now).doesNotContain("rule_name");

        var id = RuleActions.publish(rig, Json.read(before, Action.class), Long.MAX_VALUE);

        member.awaitState(board.deviceId(), id, "done");
        var receipt = member.get("/api/v1/receipts/" + id).body();
        assertThat(receipt.at("/source").asText()).isEqualTo("rule");
        assertThat(receipt.has("cause")).isFalse();
    }

    @Test
    void aRefusedCommandHasAReceiptThatSaysWhy() throws InterruptedException {
        var board = member.board();
        var disarmed = member.command(board.deviceId(), Member.spin(60, 20));
        assertThat(disarmed.status()).isEqualTo(409);
        var place = disarmed.raw().headers().firstValue("Link").orElseThrow();

        var receipt = member.get(place.substring(1, place.indexOf('>')));

        assertThat(receipt.text("/state") + " " + receipt.text("/reason"))
                .isEqualTo("refused device_disarmed");
        assertThat(receipt.text("/by")).startsWith("user:");
        assertThat(receipt.body().at("/args/level").asLong()).isEqualTo(60);
        assertThat(receipt.text("/id")).isEqualTo(place.replaceAll(".*/([-0-9a-f]{36})>.*", "$1"));
        for (int i = 0; i < Refusals.MOST + 5; i++) {
            member.command(board.deviceId(), Map.of("command", "dance"));
        }
        var path = "/receipts/refused?device_id=";
        var all = member.get(path + board.deviceId()).body().at("/items");
        assertThat(all).hasSize(Refusals.MOST);
        assertThat(all.at("/0/reason").asText()).isEqualTo("command_not_allowed");
        assertThat(all.at("/0/http_status").asInt()).isEqualTo(422);
        assertThat(member.get(path + Ids.next()).body().at("/items")).isEmpty();
        assertThat(member.get(path + "x").text("/code")).isEqualTo("bad_device_id");
    }

    @Test
    void thePercentilesOfAWorkspaceAreSummedUp() throws InterruptedException {
        var board = member.armedBoard();
        for (var n = 0; n < 3; n++) {
            member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10");
        }
        var path = "/receipts/latencies?device_id=" + board.deviceId();
        Rig.await("written down", () -> member.get(path).body().at("/states/done").asLong() == 3);

        var summary = member.get(path).body();

        assertThat(summary.at("/commands").asLong()).isEqualTo(3);
        assertThat(summary.at("/truncated").asBoolean()).isFalse();
        assertThat(summary.at("/spans/on_to_off/count").asLong()).isEqualTo(3);
        assertThat(summary.at("/spans/on_to_off/p50_ms").asDouble()).isBetween(10.0, 5_000.0);
        assertThat(summary.at("/spans/on_to_off/max_ms").asDouble())
                .isGreaterThanOrEqualTo(summary.at("/spans/on_to_off/p50_ms").asDouble());
        assertThat(Instant.parse(summary.at("/to").asText()))
                .isEqualTo(Instant.parse(summary.at("/from").asText()).plus(Duration.ofHours(1)));
        assertThat(
                        member.get("/receipts/latencies?device_id=" + Ids.next())
                                .body()
                                .at("/commands")
                                .asLong())
                .isZero();
    }

    @Test
    void aRangeIsBounded() {
        var path = "/receipts/latencies?from=2026-01-01T00%3A00%3A00Z&to=2026-03-01T00%3A00%3A00Z";

        assertThat(member.get(path).text("/code")).isEqualTo("bad_range");
        assertThat(member.get("/receipts/latencies?from=yesterday").text("/code"))
                .isEqualTo("bad_range");
        assertThat(member.get("/receipts/latencies?device_id=x").text("/code"))
                .isEqualTo("bad_device_id");
    }

    @Test
    void aPartWithoutBothOfItsHopsIsNotKnown() {
        var hops = new Hops(null, 1_000L, 3_500L, null, null, null);

        assertThat(Span.millis(hops))
                .containsOnly(java.util.Map.entry("decided_to_published", 2.5));
    }
}
