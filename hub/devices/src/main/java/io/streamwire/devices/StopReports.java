package io.streamwire.devices;

import io.streamwire.devices.SafetyLog.Decided;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of a stop: from memory while it is new, from PostgreSQL for good. */
final class StopReports {

    private final SafetySwitch safety;
    private final SafetyLog log;
    private final Presence presence;
    private final InstantSource clock;
    private final DeviceCache cache;

    StopReports(
            SafetySwitch safety,
            SafetyLog log,
            Presence presence,
            DeviceCache cache,
            InstantSource clock) {
        this.clock = clock;
        this.safety = safety;
        this.log = log;
        this.presence = presence;
        this.cache = cache;
    }

    /**
     * A stop.
     *
     * @param complete every board has confirmed it, or was armed again since
     * @param armedAgain boards that were armed again before they confirmed
     */
    record Report(
            long epoch,
            Instant at,
            String by,
            String why,
            boolean complete,
            List<Confirmed> confirmed,
            List<Unconfirmed> unconfirmed,
            List<UUID> armedAgain) {}

    record Confirmed(UUID deviceId, Instant at) {}

    /**
     * A board that has not said that it stopped.
     *
     * @param since when it came or went; null when it was never heard of
     */
    record Unconfirmed(UUID deviceId, String presence, @Nullable Instant since) {}

    Optional<Report> of(UUID workspaceId, long epoch) {
        var followed = safety.followed(workspaceId, epoch);
        if (followed.isPresent()) {
            var stop = followed.get();
            return Optional.of(
                    report(workspaceId, epoch, stop.cause(), stop.devices(), stop.confirmed()));
        }
        return log.find(workspaceId, epoch)
                .filter(decided -> !decided.armed())
                .map(decided -> recorded(workspaceId, decided));
    }

    private Report recorded(UUID workspaceId, Decided stop) {
        var devices =
                stop.deviceIds().isEmpty()
                        ? cache.devices(workspaceId).stream()
                                .filter(id -> existed(workspaceId, id, stop.at()))
                                .toList()
                        : stop.deviceIds();
        var concerned = devices.stream().filter(id -> everSeen(workspaceId, id)).toList();
        var confirmed = new HashMap<>(log.confirmations(workspaceId, stop.epoch(), stop.at()));
        for (var device : concerned) {
            presence.of(workspaceId, device)
                    .filter(seen -> seen.stopped(stop.epoch()))
                    .ifPresent(seen -> confirmed.putIfAbsent(device, seen.at()));
        }
        var cause = new Cause(stop.at().toEpochMilli(), stop.by(), stop.why());
        return report(workspaceId, stop.epoch(), cause, concerned, confirmed);
    }

    private boolean existed(UUID workspaceId, UUID device, Instant at) {
        return cache.find(workspaceId, device)
                .filter(known -> !known.device().createdAt().isAfter(at))
                .isPresent();
    }

    private boolean everSeen(UUID workspaceId, UUID device) {
        return presence.of(workspaceId, device).isPresent()
                || cache.find(workspaceId, device)
                        .filter(known -> known.capabilities() != null)
                        .isPresent();
    }

    private Report report(
            UUID workspaceId,
            long epoch,
            Cause cause,
            Collection<UUID> devices,
            Map<UUID, Long> confirmedAt) {
        var confirmed = new ArrayList<Confirmed>();
        var unconfirmed = new ArrayList<Unconfirmed>();
        var armedAgain = new ArrayList<UUID>();
        for (var device : devices.stream().sorted().toList()) {
            var at = confirmedAt.get(device);
            if (at != null) {
                confirmed.add(new Confirmed(device, Instant.ofEpochMilli(at)));
            } else if (safety.inForce(workspaceId, device).armed()) {
                armedAgain.add(device);
            } else {
                unconfirmed.add(unconfirmed(workspaceId, device));
            }
        }
        return new Report(
                epoch,
                Instant.ofEpochMilli(cause.at()),
                cause.by(),
                cause.why(),
                unconfirmed.isEmpty(),
                confirmed,
                unconfirmed,
                armedAgain);
    }

    private Unconfirmed unconfirmed(UUID workspaceId, UUID device) {
        return presence.of(workspaceId, device)
                .map(seen -> presence.standing(seen, clock.millis()))
                .map(now ->
                        new Unconfirmed(device, now.presence(), Instant.ofEpochMilli(now.since())))
                .orElseGet(() -> new Unconfirmed(device, Presence.LOST, null));
    }
}
