package io.streamwire.ingest;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.streamwire.ingest.webcast.Inbound.Damage;
import io.streamwire.ingest.webcast.WebcastException;
import io.streamwire.service.EventStreams;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What the livestreams of this instance count, for Prometheus. What is counted is added up over all
 * livestreams that it holds or has held, so that no counter goes backwards when one is let go; only
 * what is measured now is told of each one by itself, and only of so many. Guarded by this object's
 * lock.
 */
final class IngestMetrics {

    private static final String PREFIX = "streamwire.ingest.";
    private static final String LIVESTREAM = "livestream";

    private final MeterRegistry registry;
    private final int most;
    private final Map<UUID, LivestreamHealth> held = new LinkedHashMap<>();
    private final Counters released = new Counters();
    private final MultiGauge silence;
    private final MultiGauge rate;

    /**
     * @param most how many livestreams are told of by themselves
     */
    IngestMetrics(MeterRegistry registry, SignBudget budget, EventStreams streams, int most) {
        this.registry = registry;
        this.most = most;
        this.silence =
                MultiGauge.builder(PREFIX + "last.frame.age")
                        .description("since TikTok was heard of on a livestream")
                        .baseUnit("seconds")
                        .register(registry);
        this.rate =
                MultiGauge.builder(PREFIX + "frames.per.second")
                        .description("frames of a livestream over the last ten seconds")
                        .register(registry);
        counters();
        for (var live : new boolean[] {true, false}) {
            Gauge.builder(PREFIX + "livestreams", this, all -> all.count(live))
                    .tag("state", live ? "live" : "connecting")
                    .description("livestreams that this instance holds")
                    .register(registry);
        }
        Gauge.builder(PREFIX + "event.streams", streams, EventStreams::open)
                .description("event streams that are open")
                .register(registry);
        Gauge.builder(PREFIX + "signatures.left", budget, SignBudget::left)
                .description("of this minute's budget, of all instances together")
                .register(registry);
    }

    private void counters() {
        counter("frames", "websocket messages from TikTok", of -> of.frames.sum());
        counter("messages", "messages in them", of -> of.messages.sum());
        counter("events.published", "events put on the stream", of -> of.published.sum());
        counter("duplicates", "messages that came again", of -> of.duplicates.sum());
        counter("messages.ignored", "messages about no event", of -> of.ignored.sum());
        counter("messages.unknown", "messages of unknown types", Counters::unknowns);
        counter("connects", "sockets that opened", of -> of.connects.sum());
        counter("reconnects", "of these, not the first", of -> of.reconnects.sum());
        counter("gaps", "gap events", of -> of.gaps.sum());
        decodeErrors("message", of -> of.corrupt.sum());
        for (var damage : Damage.values()) {
            decodeErrors(Counters.name(damage), of -> of.damages(damage));
        }
        failures(LivestreamSession.CONNECTION_CLOSED);
        for (var code : WebcastException.Code.values()) {
            failures(code.name().toLowerCase(Locale.ROOT));
        }
    }

    private void counter(String name, String description, ToLongFunction<Counters> count) {
        counter(name, description, Tags.empty(), count);
    }

    private void decodeErrors(String kind, ToLongFunction<Counters> count) {
        counter("decode.errors", "what could not be read", Tags.of("kind", kind), count);
    }

    private void failures(String code) {
        counter(
                "failures",
                "sockets that closed or did not open",
                Tags.of("code", code),
                of -> of.failures(code));
    }

    private void counter(
            String name, String description, Tags tags, ToLongFunction<Counters> count) {
        FunctionCounter.builder(PREFIX + name, this, all -> all.sum(count))
                .tags(tags)
                .description(description)
                .register(registry);
    }

    /** Livestreams that this instance has taken up. */
    synchronized void held(UUID livestream, LivestreamHealth health) {
        held.put(livestream, health);
        list();
    }

    /** What it saw is kept, and nothing is told of it any more. */
    synchronized void released(UUID livestream) {
        var health = held.remove(livestream);
        if (health != null) {
            released.add(health.counters);
            list();
        }
    }

    private synchronized double sum(ToLongFunction<Counters> count) {
        return count.applyAsLong(released)
                + held.values().stream()
                        .mapToLong(health -> count.applyAsLong(health.counters))
                        .sum();
    }

    private synchronized double count(boolean live) {
        return held.values().stream().filter(health -> health.live() == live).count();
    }

    private void list() {
        list(silence, health -> health.silence().toMillis() / 1e3);
        list(rate, LivestreamHealth::framesPerSecond);
    }

    private void list(MultiGauge gauge, ToDoubleFunction<LivestreamHealth> value) {
        gauge.register(
                held.entrySet().stream()
                        .limit(most)
                        .<Row<?>>map(entry ->
                                Row.of(
                                        Tags.of(LIVESTREAM, entry.getKey().toString()),
                                        entry.getValue(),
                                        value))
                        .toList(),
                true);
    }
}
