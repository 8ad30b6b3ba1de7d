package io.streamwire.devices;

import io.streamwire.contract.CommandState;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Envelope.Limit;
import io.streamwire.service.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides whether a command may go to a board. Pure. */
final class Admission {

    private Admission() {}

    /** The outcome. */
    sealed interface Verdict {

        /**
         * It may.
         *
         * @param args within the envelope
         * @param boot of the board, or {@link Command#ANY_BOOT} while it is offline
         * @param holdMs how long the command waits for the board; 0 while it is online
         */
        record Admitted(Map<String, Long> args, Limit limit, long boot, long holdMs)
                implements Verdict {
            public Admitted {
                args = Map.copyOf(args);
            }

            /** How long the output will be on at most, ms. */
            long onMs() {
                var ms = args.get(Envelope.DURATION);
                return ms == null ? limit.maxOnMs() : Math.clamp(ms, 0, limit.maxOnMs());
            }
        }

        /** It may not. */
        record Refused(Reason reason, List<Violation> violations) implements Verdict {
            public Refused {
                violations = List.copyOf(violations);
            }

            static Refused of(Reason reason) {
                return new Refused(reason, List.of());
            }
        }
    }

    /** Why not, and the state of a command that was refused for it. */
    enum Reason {
        UNKNOWN_DEVICE("unknown_device", CommandState.REJECTED),
        DEVICE_ARCHIVED("device_archived", CommandState.REJECTED),
        EXPIRED("expired", CommandState.EXPIRED),
        COMMAND_NOT_ALLOWED("command_not_allowed", CommandState.REJECTED),
        OUT_OF_RANGE(Ack.OUT_OF_RANGE, CommandState.REJECTED),
        DEVICE_DISARMED("device_disarmed", CommandState.REJECTED),
        STALE_EPOCH(Ack.STALE_EPOCH, CommandState.REJECTED),
        DEVICE_OFFLINE("device_offline", CommandState.FAILED),
        TOO_LARGE("too_large", CommandState.REJECTED),
        QUEUE_FULL("queue_full", CommandState.REJECTED),
        TOO_MANY_UNFINISHED("too_many_unfinished", CommandState.REJECTED),
        DEVICE_RATE("device_rate", CommandState.REJECTED),
        VIEWER_RATE("viewer_rate", CommandState.REJECTED),
        WORKSPACE_RATE("workspace_rate", CommandState.REJECTED),
        /** No device in use carries the tag. */
        TAG_UNUSED("tag_unused", CommandState.REJECTED),
        /** More devices carry the tag than one action reaches. */
        TAG_TOO_LARGE("tag_too_large", CommandState.REJECTED);

        private final String code;
        private final CommandState state;

        Reason(String code, CommandState state) {
            this.code = code;
            this.state = state;
        }

        String code() {
            return code;
        }

        CommandState state() {
            return state;
        }
    }

    /** What is asked. */
    record Request(
            String command, Map<String, Long> args, long expiresAt, long epoch, boolean clamp) {

        Request {
            args = Map.copyOf(args);
        }
    }

    static Verdict decide(
            Request request,
            DeviceCache.@Nullable Known known,
            Arming arming,
            Presence.@Nullable Seen seen,
            long now) {
        if (known == null) {
            return Verdict.Refused.of(Reason.UNKNOWN_DEVICE);
        }
        if (known.device().archived()) {
            return Verdict.Refused.of(Reason.DEVICE_ARCHIVED);
        }
        if (now >= request.expiresAt()) {
            return Verdict.Refused.of(Reason.EXPIRED);
        }
        var limit =
                known.envelope() == null
                        ? null
                        : known.envelope().limit(request.command()).orElse(null);
        if (limit == null) {
            return new Verdict.Refused(
                    Reason.COMMAND_NOT_ALLOWED,
                    List.of(
                            new Violation(
                                    "/command",
                                    known.envelope() == null
                                            ? "the board has not said yet what it can do"
                                            : "the board has no such command")));
        }
        var args = request.clamp() ? limit.clamp(request.args()) : request.args();
        var violations = violations(limit, args);
        if (!violations.isEmpty()) {
            return new Verdict.Refused(Reason.OUT_OF_RANGE, violations);
        }
        if (!arming.holds(now)) {
            return Verdict.Refused.of(Reason.DEVICE_DISARMED);
        }
        if (request.epoch() < arming.epoch()) {
            return Verdict.Refused.of(Reason.STALE_EPOCH);
        }
        if (seen == null || !seen.online()) {
            var holdMs = known.device().offlineHoldMs();
            return holdMs == 0
                    ? Verdict.Refused.of(Reason.DEVICE_OFFLINE)
                    : new Verdict.Admitted(args, limit, Command.ANY_BOOT, holdMs);
        }
        return new Verdict.Admitted(args, limit, seen.state().boot(), 0);
    }

    private static List<Violation> violations(Limit limit, Map<String, Long> args) {
        var violations = new ArrayList<Violation>();
        for (var name : args.keySet()) {
            if (!limit.args().containsKey(name)) {
                violations.add(new Violation(pointer(name), "unknown argument"));
            }
        }
        limit.args()
                .forEach((name, range) -> {
                    var value = args.get(name);
                    if (value == null) {
                        violations.add(new Violation(pointer(name), "is missing"));
                    } else if (value < range.min() || value > range.max()) {
                        violations.add(
                                new Violation(
                                        pointer(name),
                                        "must be %d to %d: %d"
                                                .formatted(range.min(), range.max(), value)));
                    }
                });
        return violations;
    }

    private static String pointer(String argument) {
        return "/args/" + argument.replace("~", "~0").replace("/", "~1");
    }
}
