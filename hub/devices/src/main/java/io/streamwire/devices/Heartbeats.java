package io.streamwire.devices;

import io.streamwire.bus.Bus;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Signs of life of boards, shared among the instances: what the broker spreads over them reaches
 * only one. Thread-safe.
 */
final class Heartbeats {

    /** The channel of boards that were heard. */
    static final String CHANNEL = "heard";

    /** Ids in one message. */
    private static final int MOST = 250;

    private final String self = UUID.randomUUID().toString();
    private final Set<UUID> news = ConcurrentHashMap.newKeySet();
    private final Bus bus;
    private final Presence presence;
    private final InstantSource clock;

    Heartbeats(Bus bus, Presence presence, InstantSource clock) {
        this.bus = bus;
        this.presence = presence;
        this.clock = clock;
    }

    /** A board has said something to this instance. */
    void heard(UUID deviceId) {
        presence.heard(deviceId, clock.millis());
        news.add(deviceId);
    }

    /** Tells the other instances what this one has heard since the last time. */
    void tell() {
        var heard = List.copyOf(news);
        heard.forEach(news::remove);
        for (int from = 0; from < heard.size(); from += MOST) {
            var message = new StringBuilder(self);
            heard.subList(from, Math.min(heard.size(), from + MOST))
                    .forEach(device -> message.append(' ').append(device));
            bus.announce(CHANNEL, message.toString());
        }
    }

    /** What another instance has heard. */
    void told(String message) {
        var words = message.split(" ", -1);
        if (words[0].equals(self)) {
            return;
        }
        var now = clock.millis();
        for (int i = 1; i < words.length; i++) {
            presence.heard(UUID.fromString(words[i]), now);
        }
    }
}
