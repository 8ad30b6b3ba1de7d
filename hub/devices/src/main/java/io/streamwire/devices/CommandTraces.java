package io.streamwire.devices;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells an OpenTelemetry collector the way of each command that came to its end: one span for all
 * of it, with the ids that the board was given, and below it one for each part whose hops are
 * known. Off the way itself, and bounded: what a collector does not take in time is dropped.
 * Thread-safe.
 */
final class CommandTraces implements AutoCloseable {

    /** One after the other; the other ones overlap these. */
    private static final List<Span> PARTS =
            List.of(
                    Span.FRAME_TO_DECIDED,
                    Span.DECIDED_TO_PUBLISHED,
                    Span.PUBLISHED_TO_RECEIVED,
                    Span.RECEIVED_TO_ON,
                    Span.ON_TO_OFF);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TOGETHER = Duration.ofSeconds(1);
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final int MOST_WAITING = 8_192;

    /** Where the ids stand in {@code 00-<32 hex digits>-<16 hex digits>-01}. */
    private static final int TRACE_AT = 3;

    private static final int PARENT_AT = 36;
    private static final int PARENT_END = 52;

    private final GivenIds ids = new GivenIds(); // guarded by this
    private final SdkTracerProvider provider;
    private final Tracer tracer;

    /** Ids of the next span where they are given, else random ones. */
    private static final class GivenIds implements IdGenerator {
        private @Nullable String trace;
        private @Nullable String span;

        void give(String trace, String span) {
            this.trace = trace;
            this.span = span;
        }

        @Override
        public String generateTraceId() {
            var given = trace;
            trace = null;
            return given == null ? IdGenerator.random().generateTraceId() : given;
        }

        @Override
        public String generateSpanId() {
            var given = span;
            span = null;
            return given == null ? IdGenerator.random().generateSpanId() : given;
        }
    }

    /**
     * @param collector takes OTLP over HTTP, {@code http://host:4318/v1/traces}
     * @param instance which of the service
     */
    CommandTraces(URI collector, String instance) {
        var exporter =
                OtlpHttpSpanExporter.builder()
                        .setEndpoint(collector.toString())
                        .setCompression("gzip")
                        .setTimeout(TIMEOUT)
                        .build();
        provider =
                SdkTracerProvider.builder()
                        .setIdGenerator(ids)
                        .setResource(
                                Resource.create(
                                        Attributes.of(
                                                AttributeKey.stringKey("service.name"),
                                                "streamwire-devices",
                                                AttributeKey.stringKey("service.instance.id"),
                                                instance)))
                        .addSpanProcessor(
                                BatchSpanProcessor.builder(exporter)
                                        .setMaxQueueSize(MOST_WAITING)
                                        .setScheduleDelay(TOGETHER)
                                        .setExporterTimeout(TIMEOUT)
                                        .build())
                        .build();
        tracer = provider.get("io.streamwire.devices");
    }

    /** A command came to its end; one from before there were traces is left out. */
    synchronized void ended(CommandChanged change) {
        var parent = change.traceparent();
        if (parent == null || parent.length() < PARENT_END) {
            return;
        }
        ids.give(
                parent.substring(TRACE_AT, PARENT_AT - 1), parent.substring(PARENT_AT, PARENT_END));
        var known = times(change);
        var whole =
                tracer.spanBuilder("command")
                        .setNoParent()
                        .setSpanKind(SpanKind.CONSUMER)
                        .setAllAttributes(attributes(change))
                        .setStartTimestamp(known.getFirst(), TimeUnit.MICROSECONDS)
                        .startSpan();
        if (change.state() == CommandState.DONE) {
            whole.setStatus(StatusCode.OK);
        } else {
            whole.setStatus(StatusCode.ERROR, Objects.requireNonNullElse(change.reason(), ""));
        }
        for (var part : PARTS) {
            var micros = part.micros(change.hops());
            var begin = part.from(change.hops());
            if (micros != null && begin != null) {
                tracer.spanBuilder(part.toString())
                        .setParent(Context.root().with(whole))
                        .setStartTimestamp(begin, TimeUnit.MICROSECONDS)
                        .startSpan()
                        .end(begin + Math.max(0, micros), TimeUnit.MICROSECONDS);
            }
        }
        whole.end(known.getLast(), TimeUnit.MICROSECONDS);
    }

    /** When what is known of it happened, in order; us since the epoch. */
    private static List<Long> times(CommandChanged change) {
        var hops = change.hops();
        var known =
                new ArrayList<>(
                        Stream.of(
                                        hops.frame(),
                                        hops.decided(),
                                        hops.published(),
                                        hops.received(),
                                        hops.on(),
                                        hops.off())
                                .filter(Objects::nonNull)
                                .sorted()
                                .toList());
        if (hops.off() == null) {
            // It ended where it was refused or given up.
            known.addLast(Math.max(known.isEmpty() ? 0 : known.getLast(), change.at() * 1_000));
        }
        return known;
    }

    private static Attributes attributes(CommandChanged change) {
        var attributes =
                Attributes.builder()
                        .put("streamwire.command.id", change.commandId().toString())
                        .put("streamwire.command", change.command())
                        .put("streamwire.workspace.id", change.workspaceId().toString())
                        .put("streamwire.device.id", change.deviceId().toString())
                        .put("streamwire.source", change.source())
                        .put("streamwire.state", change.state().toString())
                        .put("streamwire.simulated", change.simulated());
        if (change.reason() != null) {
            attributes.put("streamwire.reason", change.reason());
        }
        if (change.eventId() != null) {
            attributes.put("streamwire.event.id", change.eventId().toString());
        }
        if (change.ruleId() != null) {
            attributes.put("streamwire.rule.id", change.ruleId().toString());
        }
        return attributes.build();
    }

    /** Sends what waits, for a moment. */
    @Override
    public void close() {
        var _ = provider.shutdown().join(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
    }
}
