package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.FirmwareVersion;
import io.streamwire.contract.mqtt.OtaReport;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.Rollout.Progress;
import io.streamwire.devices.Rollout.Step;
import io.streamwire.devices.Rollout.Target;
import io.streamwire.service.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Drives the roll-outs of the partitions that this instance owns. Their state is in PostgreSQL, so
 * that another instance goes on where this one ended. Reports of boards wait in a bounded queue for
 * the round that writes them: PostgreSQL is never waited for on the line's threads.
 */
final class Rollouts {

    private static final Logger LOG = System.getLogger(Rollouts.class.getName());

    private static final int MOST_REPORTS = 4_096;
    private static final long OFFER_EXPIRY_SECONDS = 30;
    private static final Duration OFFER_PATIENCE = Duration.ofSeconds(60);
    private static final int LONGEST_REASON = 64;

    /** Reasons of a board that cannot take the firmware just now. */
    private static final Set<String> LATER = Set.of(OtaReport.ARMED, OtaReport.BUSY);

    /** Reports that are written before roll-outs take their next step. */
    private static final int MOST_AT_A_TIME = 256;

    private final Bus bus;
    private final FirmwareStore store;
    private final DeviceCache cache;
    private final Presence presence;
    private final ArmingState arming;
    private final MqttLine line;
    private final Duration patience;
    private final InstantSource clock;
    private final ArrayBlockingQueue<Report> reports = new ArrayBlockingQueue<>(MOST_REPORTS);
    private volatile Runnable news = () -> {};
    private volatile String url = "";

    private record Report(UUID workspaceId, UUID deviceId, OtaReport report) {}

    /**
     * @param patience how long a board may say nothing while it installs
     */
    Rollouts(
            Bus bus,
            FirmwareStore store,
            DeviceCache cache,
            Presence presence,
            ArmingState arming,
            MqttLine line,
            Duration patience,
            InstantSource clock) {
        this.bus = bus;
        this.store = store;
        this.cache = cache;
        this.presence = presence;
        this.arming = arming;
        this.line = line;
        this.patience = patience;
        this.clock = clock;
    }

    /** Who is woken when there is something to do. */
    void onNews(Runnable news) {
        this.news = news;
    }

    /** Where boards reach this service over HTTP, without a slash at the end; empty = unknown. */
    void reachableAt(String url) {
        this.url = url;
    }

    /**
     * Looks whether boards could fetch anything.
     *
     * @throws Problem 409 {@code no_public_url}
     */
    void requirePlace() {
        if (url.isEmpty()) {
            throw Problem.conflict(
                    "no_public_url",
                    "Boards cannot be told where to fetch firmware: devices.public-url is not set"
                            + " (environment DEVICES_PUBLIC_URL).");
        }
    }

    void changed() {
        news.run();
    }

    /** What a board says of a firmware; never waits. */
    boolean reported(Device device, OtaReport report) {
        var taken = reports.offer(new Report(device.workspaceId(), device.id(), report));
        news.run();
        return taken;
    }

    /** Writes what was reported, then takes the next step of every roll-out. */
    void round(IntPredicate owned) {
        write();
        RuntimeException failure = null;
        for (var rollout : store.open()) {
            try {
                if (owned.test(bus.partition(rollout.workspaceId()))) {
                    drive(rollout);
                }
            } catch (RuntimeException e) { // one that cannot go on does not hold up the others
                LOG.log(Level.WARNING, "rollout={0} failed={1}", rollout.id(), e.getMessage());
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void write() {
        for (int n = 0; n < MOST_AT_A_TIME; n++) { // whoever floods keeps no roll-out from going on
            var report = reports.peek();
            if (report == null) {
                return;
            }
            write(report);
            reports.remove(report); // only now: PostgreSQL may be away
        }
        news.run();
    }

    private void write(Report from) {
        var report = from.report();
        var version = FirmwareVersion.parse(report.version());
        if (version.isEmpty()) {
            return;
        }
        var why = printable(report.why());
        if (report.st() == OtaReport.Stage.FAILED && why != null && LATER.contains(why)) {
            store.refused(from.workspaceId(), from.deviceId(), report.version(), why);
            return;
        }
        var pct = report.pct() == null ? null : (Integer) Math.clamp(report.pct(), 0, 100);
        store.reported(
                from.workspaceId(),
                from.deviceId(),
                report.version(),
                Progress.of(report.st()),
                pct,
                why);
    }

    private static @Nullable String printable(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return text.length() <= LONGEST_REASON && text.matches("[\\x20-\\x7e]*")
                ? text
                : "unreadable";
    }

    private void drive(Rollout rollout) {
        var firmware = store.firmware(rollout.workspaceId(), rollout.firmwareId()).orElse(null);
        if (firmware == null) {
            return;
        }
        var targets = store.targets(rollout.workspaceId(), rollout.id());
        targets.forEach(target -> follow(rollout, firmware, target));
        switch (rollout.next(targets, clock.instant())) {
            case Step.Offer offer -> {
                var room = Rollout.room(targets);
                for (var device : offer.devices()) {
                    if (room > 0 && offered(rollout, firmware, device)) {
                        room--;
                    }
                }
            }
            case Step.StageDone _ -> {
                store.finishStage(rollout);
                changed(); // the next step may be due at once
            }
            case Step.NextStage _ -> {
                store.nextStage(rollout);
                log(rollout, "next_stage");
                changed();
            }
            case Step.Finish finish -> {
                if (store.move(rollout, rollout.state(), finish.as(), finish.reason())) {
                    log(rollout, finish.as().toString());
                }
            }
            case Step.Nothing _ -> {}
        }
    }

    private static void log(Rollout rollout, String event) {
        LOG.log(
                Level.INFO,
                "rollout={0} stage={1} event={2}",
                rollout.id(),
                rollout.stage(),
                event);
    }

    /** A board that is under way: does it run the firmware, or say nothing any more? */
    private void follow(Rollout rollout, Firmware firmware, Target target) {
        if (!target.state().under()) {
            return;
        }
        if (running(rollout, target.deviceId()).filter(firmware.version()::equals).isPresent()) {
            store.move(rollout, target.deviceId(), Progress.DONE, null);
            return;
        }
        var silence = Duration.between(target.updatedAt(), clock.instant());
        if (target.state() == Progress.OFFERED && silence.compareTo(OFFER_PATIENCE) > 0) {
            store.waitFor(rollout, target.deviceId(), "no_answer");
        } else if (silence.compareTo(patience) > 0) {
            store.move(rollout, target.deviceId(), Progress.FAILED, "silent");
        }
    }

    /** The version that a board runs, if it is there. */
    private Optional<String> running(Rollout rollout, UUID device) {
        return presence.of(rollout.workspaceId(), device)
                .filter(Presence.Seen::online)
                .map(seen -> seen.state().fw());
    }

    /** Offers it to a board that can take it now; whether it did. */
    private boolean offered(Rollout rollout, Firmware firmware, UUID device) {
        var known = cache.find(rollout.workspaceId(), device);
        if (known.isEmpty() || known.get().device().archived()) {
            store.move(rollout, device, Progress.SKIPPED, known.isEmpty() ? "deleted" : "archived");
            return false;
        }
        var now = clock.millis();
        var seen = presence.of(rollout.workspaceId(), device).orElse(null);
        if (seen == null
                || !seen.online()
                || arming.inForce(rollout.workspaceId(), device).holds(now)) {
            return false;
        }
        var runs = FirmwareVersion.parse(seen.state().fw()).orElse(null);
        if (runs != null && runs.compareTo(firmware.number()) >= 0) {
            var same = runs.equals(firmware.number());
            store.move(
                    rollout,
                    device,
                    same ? Progress.DONE : Progress.SKIPPED,
                    same ? "installed_already" : OtaReport.DOWNGRADE);
            return false;
        }
        if (!store.offer(rollout, device, seen.state().fw())) {
            return false;
        }
        var reached = published(rollout, firmware, device);
        if (!reached) {
            store.waitFor(rollout, device, null);
        }
        return reached;
    }

    private boolean published(Rollout rollout, Firmware firmware, UUID device) {
        var place = "%s/devices/%s/firmware/%s".formatted(url, device, firmware.id());
        var message =
                MqttLine.Outgoing.of(
                        Topics.firmware(rollout.workspaceId(), device),
                        Json.write(firmware.offer(place)),
                        MqttLine.Delivery.SURE,
                        OFFER_EXPIRY_SECONDS);
        try {
            return line.publish(message).get(2, TimeUnit.SECONDS) == MqttLine.Taken.DELIVERABLE;
        } catch (ExecutionException e) {
            return false;
        } catch (TimeoutException e) {
            return true; // it may still arrive; without an answer it is offered again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /**
     * Every device of a workspace with that type of board, in a stable order.
     *
     * @param tag only those that have it; all when it is null
     */
    List<UUID> devices(UUID workspaceId, String board, @Nullable String tag) {
        return cache.devices(workspaceId).stream()
                .flatMap(id -> cache.find(workspaceId, id).stream())
                .map(DeviceCache.Known::device)
                .filter(device -> device.board().equals(board) && !device.archived())
                .filter(device -> tag == null || device.tags().contains(tag))
                .map(Device::id)
                .sorted()
                .toList();
    }
}
