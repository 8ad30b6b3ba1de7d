package io.streamwire.devices;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.streamwire.service.Problem;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many commands one device takes, one viewer causes and the rules of one workspace give, on the
 * instance that takes them in: the owner of the partition for rules. Thread-safe.
 */
final class CommandRates {

    private static final int MOST_DEVICES = 100_000;

    /** Viewers are many and hostile: those unseen for longest are forgotten first. */
    private static final int MOST_VIEWERS = 200_000;

    /** How many seconds' worth of a workspace's commands may come at once. */
    private static final long WORKSPACE_BURST = 5;

    private static final int MOST_WORKSPACES = 100_000;

    private final Settings settings;
    private final Cache<UUID, TokenBucket> workspaces;
    private final Cache<UUID, TokenBucket> devices;
    private final Cache<Viewer, TokenBucket> viewers;

    /**
     * @param perSecondPerDevice 1 or more
     * @param burstPerDevice commands at once after a pause, 1 or more
     * @param perMinutePerViewer of one viewer in one workspace, 1 or more, also at once
     * @param perSecondPerWorkspace of one workspace's rules, 1 or more, five times as many at once
     */
    record Settings(
            long perSecondPerDevice,
            long burstPerDevice,
            long perMinutePerViewer,
            long perSecondPerWorkspace) {}

    private record Viewer(UUID workspaceId, String id) {}

    CommandRates(Settings settings) {
        this.settings = settings;
        this.workspaces =
                Caffeine.newBuilder()
                        .maximumSize(MOST_WORKSPACES)
                        .expireAfterAccess(Duration.ofMinutes(10))
                        .build();
        this.devices =
                Caffeine.newBuilder()
                        .maximumSize(MOST_DEVICES)
                        .expireAfterAccess(Duration.ofMinutes(10))
                        .build();
        this.viewers =
                Caffeine.newBuilder()
                        .maximumSize(MOST_VIEWERS)
                        .expireAfterAccess(Duration.ofMinutes(2))
                        .build();
    }

    /** Counts a rule's command; why it is too many, if it is. */
    Optional<Admission.Reason> take(
            UUID workspaceId, UUID deviceId, @Nullable String viewer, long now) {
        if (viewer != null && viewer(new Viewer(workspaceId, viewer), now).take(now) > 0) {
            return Optional.of(Admission.Reason.VIEWER_RATE);
        }
        if (device(deviceId, now).take(now) > 0) {
            return Optional.of(Admission.Reason.DEVICE_RATE);
        }
        return workspace(workspaceId, now).take(now) > 0
                ? Optional.of(Admission.Reason.WORKSPACE_RATE)
                : Optional.empty();
    }

    /**
     * Counts what a rule does to several devices at once, but for the devices themselves: for its
     * viewer once, for the workspace all of them; why none of it may be done, if so.
     */
    Optional<Admission.Reason> takeTogether(
            UUID workspaceId, int devices, @Nullable String viewer, long now) {
        if (viewer != null && viewer(new Viewer(workspaceId, viewer), now).take(now) > 0) {
            return Optional.of(Admission.Reason.VIEWER_RATE);
        }
        return workspace(workspaceId, now).take(devices, now)
                ? Optional.empty()
                : Optional.of(Admission.Reason.WORKSPACE_RATE);
    }

    /** Counts one of these for its device. */
    Optional<Admission.Reason> takeOne(UUID deviceId, long now) {
        return device(deviceId, now).take(now) > 0
                ? Optional.of(Admission.Reason.DEVICE_RATE)
                : Optional.empty();
    }

    /**
     * A rule's command that was counted was no new one, or comes again.
     *
     * @param deviceId null when it was not counted for its device
     * @param viewer null when it was not counted for a viewer
     */
    void giveBack(UUID workspaceId, @Nullable UUID deviceId, @Nullable String viewer) {
        if (viewer != null) {
            var bucket = viewers.getIfPresent(new Viewer(workspaceId, viewer));
            if (bucket != null) {
                bucket.giveBack();
            }
        }
        var bucket = deviceId == null ? null : devices.getIfPresent(deviceId);
        if (bucket != null) {
            bucket.giveBack();
        }
        var all = workspaces.getIfPresent(workspaceId);
        if (all != null) {
            all.giveBack();
        }
    }

    /**
     * Counts a person's command.
     *
     * @throws Problem 429 {@code device_rate}
     */
    void take(UUID deviceId, long now) {
        var wait = device(deviceId, now).take(now);
        if (wait <= 0) {
            return;
        }
        var window = Math.ceilDiv(settings.burstPerDevice(), settings.perSecondPerDevice());
        throw Problem.tooManyRequests(
                        Admission.Reason.DEVICE_RATE.code(),
                        "At most %d commands per second for one device."
                                .formatted(settings.perSecondPerDevice()),
                        Duration.ofMillis(wait))
                .header(
                        "RateLimit-Policy",
                        "\"device\";q=%d;w=%d".formatted(settings.burstPerDevice(), window))
                .header("RateLimit", "\"device\";r=0;t=" + window);
    }

    private TokenBucket device(UUID id, long now) {
        return devices.get(
                id,
                _ ->
                        new TokenBucket(
                                settings.burstPerDevice(),
                                settings.perSecondPerDevice(),
                                TimeUnit.SECONDS.toMillis(1),
                                now));
    }

    private TokenBucket workspace(UUID id, long now) {
        return workspaces.get(
                id,
                _ ->
                        new TokenBucket(
                                WORKSPACE_BURST * settings.perSecondPerWorkspace(),
                                settings.perSecondPerWorkspace(),
                                TimeUnit.SECONDS.toMillis(1),
                                now));
    }

    private TokenBucket viewer(Viewer viewer, long now) {
        return viewers.get(
                viewer,
                _ ->
                        new TokenBucket(
                                settings.perMinutePerViewer(),
                                settings.perMinutePerViewer(),
                                TimeUnit.MINUTES.toMillis(1),
                                now));
    }
}
