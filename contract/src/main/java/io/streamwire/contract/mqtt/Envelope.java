package io.streamwire.contract.mqtt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.streamwire.contract.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a device's commands that no source of commands exceeds, compiled once from the
 * board's capability document and the owner's tighter limits.
 */
public final class Envelope {

    /** The argument that says how long an output is on, ms. */
    public static final String DURATION = "ms";

    private static final JsonMapper CANONICAL =
            Json.mapper().rebuild().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

    private final Map<String, Limit> limits;
    private final String hash;

    private Envelope(Map<String, Limit> limits) {
        this.limits = Map.copyOf(limits);
        this.hash = hash(limits);
    }

    /** Compiles what the board says it can do, tightened by what the owner allows. */
    public static Envelope compile(
            Capabilities capabilities, Map<String, DeviceConfig.Limits> tighter) {
        var limits = new TreeMap<String, Limit>();
        for (var command : capabilities.commands()) {
            limits.put(command.name(), Limit.of(command, tighter.get(command.name())));
        }
        return new Envelope(limits);
    }

    /** The limit of a command; empty when the device has no such command. */
    public Optional<Limit> limit(String command) {
        return Optional.ofNullable(limits.get(command));
    }

    /**
     * The first 16 hex digits of the SHA-256 of the canonical JSON (RFC 8785): an object from
     * command name to its {@link Limit}. All numbers are integers and all names ASCII, so sorted
     * keys without white space are canonical.
     */
    public String hash() {
        return hash;
    }

    private static String hash(Map<String, Limit> limits) {
        try {
            var json = CANONICAL.writeValueAsString(limits);
            var sha256 =
                    MessageDigest.getInstance("SHA-256")
                            .digest(json.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256, 0, 8);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The limit of one command; its fields are in the order of the canonical JSON.
     *
     * @param args ranges by argument name
     */
    public record Limit(
            Map<String, Range> args,
            @Nullable String group,
            int maxDutyPct,
            long maxOnMs,
            long minGapMs) {

        static Limit of(Capabilities.CommandSpec command, DeviceConfig.@Nullable Limits tighter) {
            var maxOnMs = command.maxOnMs();
            var minGapMs = command.minGapMs();
            var maxDutyPct = command.maxDutyPct();
            if (tighter != null) {
                maxOnMs =
                        tighter.maxOnMs() == null ? maxOnMs : Math.min(maxOnMs, tighter.maxOnMs());
                minGapMs =
                        tighter.minGapMs() == null
                                ? minGapMs
                                : Math.max(minGapMs, tighter.minGapMs());
                maxDutyPct =
                        tighter.maxDutyPct() == null
                                ? maxDutyPct
                                : Math.min(maxDutyPct, tighter.maxDutyPct());
            }
            var args = new TreeMap<String, Range>();
            for (var arg : command.args()) {
                var max = arg.name().equals(DURATION) ? Math.min(arg.max(), maxOnMs) : arg.max();
                var narrower =
                        tighter == null || tighter.args() == null
                                ? null
                                : tighter.args().get(arg.name());
                args.put(arg.name(), range(arg.min(), max, narrower));
            }
            return new Limit(args, command.group(), maxDutyPct, maxOnMs, minGapMs);
        }

        private static Range range(long min, long max, DeviceConfig.@Nullable ArgLimits narrower) {
            if (narrower == null) {
                return new Range(max, min);
            }
            return new Range(
                    narrower.max() == null ? max : Math.min(max, narrower.max()),
                    narrower.min() == null ? min : Math.max(min, narrower.min()));
        }

        /** The first argument that is missing, unknown or out of its range, as a short reason. */
        public Optional<String> violation(Map<String, Long> given) {
            for (var name : given.keySet()) {
                if (!args.containsKey(name)) {
                    return Optional.of("unknown argument " + name);
                }
            }
            for (var arg : args.entrySet()) {
                var value = given.get(arg.getKey());
                if (value == null) {
                    return Optional.of("missing argument " + arg.getKey());
                }
                var range = arg.getValue();
                if (value < range.min() || value > range.max()) {
                    return Optional.of(
                            "%s must be %d to %d: %d"
                                    .formatted(arg.getKey(), range.min(), range.max(), value));
                }
            }
            return Optional.empty();
        }

        /** The given arguments, each moved into its range; unknown ones are left as they are. */
        public Map<String, Long> clamp(Map<String, Long> given) {
            var clamped = new LinkedHashMap<>(given);
            args.forEach((name, range) ->
                    clamped.computeIfPresent(name, (_, value) -> range.clamp(value)));
            return clamped;
        }
    }

    /**
     * A range of integers, both ends included; without any when the minimum is above the maximum.
     */
    public record Range(long max, long min) {

        long clamp(long value) {
            return min > max ? value : Math.clamp(value, min, max);
        }
    }
}
