package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Action;
import io.streamwire.service.Role;
import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class QueueTest {

    private final Rig rig;
    private final Member member;

    QueueTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private static Map<String, Object> spin(long ms, long ttlMs) {
        return Map.of(
                "command", "motor_spin", "args", Map.of("level", 60, "ms", ms), "ttl_ms", ttlMs);
    }

    private String path(UUID device, String rest) {
        return "/devices/" + device + rest;
    }

    @Test
    void aPausedDeviceKeepsItsCommandsUntilSomebodyResumesIt() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();

        assertThat(member.post(path(device, "/pause"), null).text("/paused")).isEqualTo("true");
        var kept = member.command(device, spin(20, 60_000)).text("/id");
        var late = member.command(device, spin(20, 300)).text("/id");

        member.awaitState(device, late, "expired");
        assertThat(member.read(device, late).text("/reason")).isEqualTo("paused");
        var queue = member.get(path(device, "/queue"));
        assertThat(queue.text("/paused")).isEqualTo("true");
        assertThat(queue.text("/items/0/id")).isEqualTo(kept);
        assertThat(queue.text("/items/0/waits_for")).isEqualTo("paused");

        rig.restart(() -> {});
        Rig.await(
                "still paused",
                () -> member.get(path(device, "/queue")).text("/paused").equals("true"));
        assertThat(member.post(path(device, "/resume"), null).text("/paused")).isEqualTo("false");
        member.awaitState(device, kept, "done");
    }

    /** Its board sets its clock by it, and must not take what has waited for what is fresh. */
    @Test
    void whatWaitedSaysWhenItLeftAndNotWhenItWasGiven() throws InterruptedException {
        var device = member.armedBoard().deviceId();
        var left = new ConcurrentLinkedQueue<Long>();
        rig.recorder.onCommand(reception -> {
            if (reception.deviceId().equals(device)) {
                left.add(reception.left());
            }
        });
        var _ = member.post(path(device, "/pause"), null);
        var kept = member.command(device, spin(20, 60_000)).text("/id");
        var given = Instant.parse(member.read(device, kept).text("/issued_at")).toEpochMilli();
        Rig.await("it has waited", () -> System.currentTimeMillis() > given + 100);
        var resumed = System.currentTimeMillis();
        var _ = member.post(path(device, "/resume"), null);

        member.awaitState(device, kept, "done");
        assertThat(left)
                .singleElement()
                .satisfies(at -> assertThat(at).isGreaterThanOrEqualTo(resumed));
    }

    @Test
    void theCommandsOfAnImportantRuleLeaveBeforeThoseOfOthersAndAfterPeoples()
            throws InterruptedException {
        var device = member.armedBoard().deviceId();
        var _ = member.post(path(device, "/pause"), null);
        var low = publish(RuleActions.urgent(action(device), 0));
        var usual = publish(action(device));
        var high = publish(RuleActions.urgent(action(device), 9));
        var persons = member.command(device, spin(20, 20_000)).text("/id");

        var order = List.of(persons, high, usual, low);
        Rig.await("the queue", () -> queued(device).equals(order));
        rig.restart(() -> {});
        Rig.await(
                "still paused",
                () -> member.get(path(device, "/queue")).text("/paused").equals("true"));
        Rig.await("all are there", () -> queued(device).equals(order));
        var _ = member.post(path(device, "/resume"), null);
        for (var id : order) {
            member.awaitState(device, id, "done");
        }
        var ends = new ArrayList<Long>();
        for (var id : order) {
            ends.add(member.read(device, id).body().at("/hops/published").asLong());
        }
        assertThat(ends).isSorted();
    }

    private List<String> queued(UUID device) {
        return member.get(path(device, "/queue")).body().path("items").findValuesAsText("id");
    }

    private Action action(UUID device) {
        return RuleActions.action(
                member.workspace,
                device,
                "motor_spin",
                Map.of("level", 60L, "ms", 20L),
                "7300000000000000001",
                System.currentTimeMillis() + 20_000);
    }

    private String publish(Action action) {
        return RuleActions.publish(rig, action, Long.MAX_VALUE);
    }

    @Test
    void whatWaitsCanBeCancelledAndWhatLeftCannot() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        var done = member.command(device, spin(20, 5_000), "Prefer", "wait=10").text("/id");
        var _ = member.post(path(device, "/pause"), null);
        var one = member.command(device, spin(20, 20_000)).text("/id");
        var two = member.command(device, spin(20, 20_000)).text("/id");
        var urgent = new java.util.HashMap<String, Object>(spin(20, 20_000));
        urgent.put("priority", 9);
        var three = member.command(device, urgent).text("/id");
        assertThat(member.get(path(device, "/queue")).text("/items/0/id")).isEqualTo(three);
        urgent.put("priority", 10);
        assertThat(member.command(device, urgent).text("/errors/0/pointer")).isEqualTo("/priority");

        var cancelled = member.delete(path(device, "/commands/" + one));

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.text("/state") + " " + cancelled.text("/reason"))
                .isEqualTo("aborted cancelled");
        assertThat(member.delete(path(device, "/commands/" + one)).status()).isEqualTo(200);
        assertThat(member.delete(path(device, "/commands/" + done)))
                .returns(409, Member.Answer::status)
                .returns("command_left", answer -> answer.text("/code"));
        assertThat(member.delete(path(device, "/commands/" + UUID.randomUUID())).status())
                .isEqualTo(404);
        assertThat(member.delete(path(device, "/commands")).text("/commands")).isEqualTo("2");
        for (var id : List.of(two, three)) {
            member.awaitState(device, id, "aborted");
        }
        assertThat(member.get(path(device, "/queue")).body().at("/items")).isEmpty();
        assertThat(member.with(Role.VIEWER).delete(path(device, "/commands")).status())
                .isEqualTo(403);
        assertThat(member.with(Role.VIEWER).post(path(device, "/pause"), null).status())
                .isEqualTo(403);
    }

    @Test
    void theOwnersLimitsHoldCommandsBackAndSayWhy() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        var tag = member.get("/devices/" + device).raw().headers().firstValue("ETag").orElseThrow();
        var limited =
                member.put(
                        path(device, "/limits"),
                        Map.of("motor_spin", Map.of("min_gap_ms", 400, "max_duty_pct", 1)),
                        "If-Match",
                        tag);
        assertThat(limited.status()).as(limited.raw().body()).isEqualTo(200);
        Rig.await(
                "in sync",
                () -> member.get(path(device, "/config")).text("/in_sync").equals("true"));

        // Of 600 ms a minute; the board counts how long it was really on.
        var first = member.command(device, spin(200, 5_000), "Prefer", "wait=5");
        var second = member.command(device, spin(200, 5_000), "Prefer", "wait=5");
        var refused = member.command(device, spin(250, 1_000));

        assertThat(first.text("/state")).isEqualTo("done");
        assertThat(second.text("/state")).isEqualTo("done");
        assertThat(refused.text("/code")).isEqualTo("duty_exhausted");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.raw().headers().firstValue("Retry-After")).isPresent();
        var left = member.get(path(device, "/limits-state")).body().at("/commands/motor_spin");
        assertThat(left.at("/max_duty_pct").asInt()).isEqualTo(1);
        assertThat(left.at("/duty_left_ms").asInt()).isBetween(1, 200);
        assertThat(
                        member.get(path(device, "/limits-state"))
                                .text("/commands/light_on/duty_left_ms"))
                .isEqualTo("60000");
    }

    private void holdOffline(UUID device, long ms) {
        var etag = member.get(path(device, "/queue")).raw().headers().firstValue("ETag");
        var held =
                member.put(
                        path(device, "/queue"),
                        Map.of("offline_hold_ms", ms),
                        "If-Match",
                        etag.orElseThrow());
        assertThat(held.text("/offline_hold_ms")).as(held.toString()).isEqualTo("" + ms);
    }

    private void awaitLost(UUID device) throws InterruptedException {
        Rig.await(
                "lost", () -> member.get(path(device, "/status")).text("/presence").equals("lost"));
    }

    /** What a board last said of itself must not overtake its will. */
    private void awaitSaid(UUID device) {
        var done = member.command(device, spin(20, 5_000), "Prefer", "wait=10");
        assertThat(done.text("/state")).isEqualTo("done");
    }

    @Test
    void aCommandWaitsForABoardThatComesBackInTimeOverARestart() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        assertThat(member.get(path(device, "/queue")).text("/offline_hold_ms")).isEqualTo("0");
        assertThat(member.put(path(device, "/queue"), Map.of("offline_hold_ms", 1)).status())
                .isEqualTo(428);
        holdOffline(device, 20_000);
        var before = rig.recorder.totals();
        board.dropConnection(Duration.ofMillis(3_500));
        awaitLost(device);

        var held = member.command(device, spin(20, 500));
        rig.restart(() -> {});

        assertThat(held.status()).isEqualTo(202);
        Rig.await(
                "in the queue of the next run",
                () -> {
                    var item = member.get(path(device, "/queue")).body().at("/items/0");
                    return item.at("/waits_for").asText().equals("device_offline")
                            || member.read(device, held.text("/id")).text("/state").equals("done");
                });
        member.awaitState(device, held.text("/id"), "done");
        assertThat(rig.recorder.totals())
                .returns(before.duplicates(), PinRecorder.Totals::duplicates)
                .returns(before.unarmed(), PinRecorder.Totals::unarmed);
    }

    @Test
    void theBootThatComesBackGetsWhatWasHeld() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        holdOffline(device, 20_000);
        awaitSaid(device);
        board.dropConnection(Duration.ofHours(1));
        awaitLost(device);
        var held = member.command(device, spin(20, 500)).text("/id");

        board.reboot();

        member.awaitState(device, held, "done");
    }

    @Test
    void aCommandDoesNotWaitLongerThanTheOwnerSaid() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        awaitSaid(device);
        board.dropConnection(Duration.ofHours(1));
        awaitLost(device);
        assertThat(member.command(device, spin(20, 500)).text("/code")).isEqualTo("device_offline");
        holdOffline(device, 800);

        var answer = member.command(device, spin(20, 100), "Prefer", "wait=10");

        assertThat(answer.text("/state") + " " + answer.text("/reason"))
                .isEqualTo("expired device_offline");
        assertThat(Instant.parse(answer.text("/expires_at")))
                .isEqualTo(Instant.parse(answer.text("/issued_at")).plusMillis(800));
    }

    @Test
    void aStopKillsWhatWaitsForABoard() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        holdOffline(device, 20_000);
        awaitSaid(device);
        board.dropConnection(Duration.ofSeconds(5));
        awaitLost(device);
        var held = member.command(device, spin(20, 500)).text("/id");

        member.post("/devices/stop", null);
        member.arm();

        member.awaitState(device, held, "aborted");
        Rig.await("armed again", () -> board.status().armed());
        assertThat(member.read(device, held).text("/reason")).isEqualTo("stopped");
        assertThat(
                        member.read(device, held).body().at("/hops/published").isMissingNode()
                                || member.read(device, held).body().at("/hops/published").isNull())
                .isTrue();
    }

    @Test
    void tooManyCommandsOfPeopleAreRefused() throws InterruptedException {
        var board = member.armedBoard();
        var _ = member.post(path(board.deviceId(), "/pause"), null);
        var calls = new AtomicInteger();
        var refused = new ConcurrentLinkedQueue<Member.Answer>();
        var people = new ArrayList<Thread>(); // one alone may be slower than what comes back
        for (int n = 0; n < 8; n++) {
            people.add(
                    Thread.startVirtualThread(() -> {
                        while (refused.isEmpty() && calls.incrementAndGet() <= 400) {
                            var answer = member.command(board.deviceId(), spin(20, 500));
                            if (answer.status() != 202) {
                                refused.add(answer);
                            }
                        }
                    }));
        }
        for (var person : people) {
            person.join();
        }

        var answer = refused.element();
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.text("/code")).isEqualTo("device_rate");
        assertThat(answer.raw().headers().firstValue("RateLimit-Policy"))
                .hasValue("\"device\";q=40;w=2");
    }

    @Test
    void anotherInstanceAsksTheOwnerOfTheQueue() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        try (var bus = rig.connect();
                var another = rig.another(bus)) {
            var there = member.at(another);
            // A new owner cannot tell what its predecessor has sent, so it cancels nothing of it.
            rig.awaitShared("another");
            Rig.await(
                    "a settled owner",
                    () ->
                            rig.devices().settled(rig.bus.partition(member.workspace))
                                    || another.settled(rig.bus.partition(member.workspace)));
            Rig.await(
                    "the board is known there",
                    () -> {
                        var status = there.get(path(device, "/status"));
                        return status.text("/presence").equals("online")
                                && status.text("/armed").equals("true");
                    });
            assertThat(there.post(path(device, "/pause"), null).status()).isEqualTo(200);
            Rig.await(
                    "the pause is known here",
                    () -> member.get(path(device, "/queue")).text("/paused").equals("true"));
            for (var one : List.of(member, there)) {
                var id = one.command(device, spin(20, 20_000)).text("/id");
                Rig.await(
                        "in the queue",
                        () -> there.get(path(device, "/queue")).text("/items/0/id").equals(id));
                Rig.await(
                        "the same here",
                        () -> member.get(path(device, "/queue")).text("/items/0/id").equals(id));
                Rig.await(
                        "cancelled",
                        () -> {
                            there.delete(path(device, "/commands/" + id));
                            return member.read(device, id).text("/reason").equals("cancelled");
                        });
            }
        }
    }
}
