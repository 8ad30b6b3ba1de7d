package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.Membership;
import io.streamwire.contract.Stream;
import io.streamwire.service.Closers;
import io.streamwire.service.DeletedWorkspaces;
import io.streamwire.service.Round;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/** What the service does again and again, and what it listens to. */
final class Rounds {

    private static final Logger LOG = System.getLogger(Rounds.class.getName());

    private static final Duration SAFETY_PERIOD = Duration.ofMillis(100);
    private static final Duration SWEEP_PERIOD = Duration.ofMillis(500);
    private static final Duration RECONCILE_PERIOD = Duration.ofSeconds(1);
    private static final Duration REPAIR_PERIOD = Duration.ofMillis(50);
    private static final Duration REFRESH_PERIOD = Duration.ofSeconds(3);
    private static final Duration RECORDS_PERIOD = Duration.ofSeconds(1);
    private static final Duration PRUNE_PERIOD = Duration.ofHours(1);
    private static final Duration HEARTBEATS_PERIOD = Duration.ofSeconds(5);
    private static final Duration WATCH_PERIOD = Duration.ofMillis(500);
    private static final Duration EXPIRY_PERIOD = Duration.ofMillis(250);
    private static final Duration USES_PERIOD = Duration.ofSeconds(5);
    private static final Duration MIRROR_PERIOD = Duration.ofMillis(500);
    private static final Duration ROLLOUT_PERIOD = Duration.ofSeconds(1);

    /** Tokens that went while this instance was away may have left their sessions behind. */
    private static final Duration LONGEST_AWAY = Duration.ofDays(1);

    /** Lets rows gather: one statement for many costs hardly more than for one. */
    private static final Duration LOG_PAUSE = Duration.ofMillis(250);

    private final Assembly all;
    private final Bus bus;
    private final Closers parts;

    Rounds(Assembly all, Closers parts) {
        this.all = all;
        this.bus = all.bus;
        this.parts = parts;
    }

    /** Reads what was known before, so that nobody is asked who does not know it yet. */
    void recall() {
        all.cache.refresh();
        all.groups.refresh();
        all.homeAccess.refresh();
        all.safety.recall();
        var gone = all.clock.instant().minus(LONGEST_AWAY);
        all.store.endedSince(gone).forEach(all.sessions::end);
        all.homeStore.revokedSince(gone).forEach(all.sessions::end);
        try {
            loadArming();
            for (int partition = 0; partition < bus.partitions(); partition++) {
                SafetySwitch.joined(all.news.load(partition));
            }
            all.pauses.load();
        } catch (BusException.Unavailable e) { // it comes with the rounds
            LOG.log(
                    Level.WARNING,
                    "arming=unknown boards=unknown pauses=unknown reason={0}",
                    e.getMessage());
        }
    }

    /** Speaks to boards from now on. */
    void connect() {
        all.progress.start();
        // Closed after the line, which hands on the last of what it has taken in.
        parts.add(all.progress);
        parts.add(all.records);
        every(USES_PERIOD, "token-uses", this::writeUses);
        every(EXPIRY_PERIOD, "token-expiry", () -> all.cache.expire().forEach(all.sessions::end));
        all.line.start(new HomeAssistant(all.boards, all.mirror, all.wishes));
        parts.add(all.line);
    }

    /**
     * Starts the rounds.
     *
     * @return makes Home Assistants be told what changed
     */
    Runnable start() {
        every(SAFETY_PERIOD, "safety", this::renew);
        every(SWEEP_PERIOD, "sweep", all.dispatcher::sweep);
        every(RECORDS_PERIOD, "records", all.records::write);
        every(PRUNE_PERIOD, "retention", all.retention::prune);
        every(WATCH_PERIOD, "watch", all.news::watch);
        every(REPAIR_PERIOD, "repair", all.boards::tick);

        var reconcile = every(RECONCILE_PERIOD, "reconcile", all.dispatcher::reconcile);
        all.dispatcher.onNews(reconcile::soon);
        parts.add(bus.listen(CommandDispatcher.CHANNEL, _ -> reconcile.soon()));

        every(HEARTBEATS_PERIOD, "heartbeats", all.heartbeats::tell);
        parts.add(bus.listen(Heartbeats.CHANNEL, all.heartbeats::told));

        var refresh = every(REFRESH_PERIOD, "refresh", this::refresh);
        parts.add(bus.listen(Devices.CHANGED, _ -> refresh.soon()));

        var arming = every(REFRESH_PERIOD, "arming", this::refreshArming);
        parts.add(bus.listen(SafetySwitch.CHANNEL, _ -> arming.soon()));
        parts.add(bus.listen(DeletedWorkspaces.CHANNEL, _ -> arming.soon()));

        var pauses = every(REFRESH_PERIOD, "pauses", all.pauses::load);
        parts.add(bus.listen(Pauses.CHANNEL, _ -> pauses.soon()));

        parts.add(bus.listen(Queues.QUESTIONS, text -> aside(() -> all.queues.question(text))));
        parts.add(bus.listen(Queues.ANSWERS, all.queues::answered));
        parts.add(bus.listen(Lanes.ANSWERED, text -> aside(() -> all.lanes.heard(text))));
        parts.add(
                bus.listen(
                        BoardEnvelopes.ACKNOWLEDGED,
                        text -> aside(() -> all.envelopes.acknowledgedElsewhere(text))));
        return every(MIRROR_PERIOD, "home-assistant", all.mirror::round)::soon;
    }

    /**
     * Takes its share of the work.
     *
     * @param url where boards fetch firmware from
     */
    Membership join(String url) {
        all.rollouts.reachableAt(url);
        all.rollouts.onNews(
                every(ROLLOUT_PERIOD, "rollouts", () -> all.rollouts.round(all.dispatcher::owns))
                        ::soon);
        return parts.add(
                bus.join(
                        Devices.SERVICE,
                        all.instance,
                        List.of(
                                new Consumer(Stream.ACTIONS, "devices", all.dispatcher::handle),
                                new Consumer(
                                        Stream.DEVICE,
                                        "devices-log",
                                        (lease, entries) -> {
                                            all.mirror.happened(entries);
                                            all.projection.write(lease, entries);
                                        },
                                        LOG_PAUSE)),
                        all.dispatcher));
    }

    private Round every(Duration period, String name, Runnable work) {
        return parts.add(Round.every(period, Devices.SERVICE + "-" + name, work));
    }

    private static void aside(Runnable work) {
        Thread.startVirtualThread(work);
    }

    private void renew() {
        all.safety.tick(all.dispatcher::owns);
        all.lanes.pumpAll();
    }

    private void refresh() {
        all.cache.refresh();
        all.groups.refresh();
        all.homeAccess.refresh();
        all.boards.refreshed();
    }

    private void refreshArming() {
        loadArming();
        var deleted = DeletedWorkspaces.all(bus);
        all.safety.leave(deleted);
        all.homeAccess.leave(deleted);
    }

    private void loadArming() {
        for (int partition = 0; partition < bus.partitions(); partition++) {
            SafetySwitch.joined(all.safety.load(partition));
        }
    }

    private void writeUses() {
        var uses = all.cache.takeUses();
        try {
            all.store.used(uses);
        } catch (RuntimeException e) {
            all.cache.giveBack(uses);
            throw e;
        }
        all.homeAccess.writeUses();
    }
}
