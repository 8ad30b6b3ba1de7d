package io.streamwire.gateway;

import io.streamwire.bus.Entry;
import io.streamwire.contract.Decision;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.service.Permission;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client may follow of a workspace. Each shows the same to the same roles as the event
 * stream of the service that it comes from.
 */
enum LiveTopic {
    /** As {@code GET /livestreams/events}. */
    EVENTS(Permission.EVENTS_READ, Stream.EVENTS),
    /** What rules decided: {@link Decision}. */
    DECISIONS(Permission.RULES_READ, Stream.DECISIONS),
    /** As {@code GET /devices/events}, of commands. */
    COMMANDS(Permission.DEVICES_READ, Stream.DEVICE),
    /** As {@code GET /devices/events}, of all else. */
    DEVICES(Permission.DEVICES_READ, Stream.DEVICE),
    /** As {@code GET /rules/overlay}. */
    OVERLAY(Permission.RULES_READ, Stream.ACTIONS),
    /** As {@code GET /livestreams/status/stream}: states, of which only the newest counts. */
    LIVESTREAMS(Permission.LIVESTREAMS_READ, null);

    private static final String COMMAND = "command_";

    private final Permission permission;
    private final @Nullable Stream stream;

    LiveTopic(Permission permission, @Nullable Stream stream) {
        this.permission = permission;
        this.stream = stream;
    }

    /** What it takes to follow it. */
    Permission permission() {
        return permission;
    }

    /** Where on the bus it comes from; empty when it does not. */
    Optional<Stream> stream() {
        return Optional.ofNullable(stream);
    }

    /** Whether it tells of an entry of its stream. */
    boolean shows(Entry entry) {
        var type = entry.type();
        return switch (this) {
            case EVENTS -> LiveEvent.SHOWN_TYPES.contains(type);
            case DECISIONS -> type.equals(Decision.TYPE);
            case COMMANDS -> type.startsWith(COMMAND);
            case DEVICES -> !type.startsWith(COMMAND);
            case OVERLAY -> type.equals("overlay_triggered") || type.equals("crowd_changed");
            case LIVESTREAMS -> false;
        };
    }

    /** As clients write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<LiveTopic> of(String text) {
        return Arrays.stream(values()).filter(topic -> topic.toString().equals(text)).findFirst();
    }
}
