package io.streamwire.devices;

import io.streamwire.devices.Admission.Verdict;
import io.streamwire.service.Problem;
import io.streamwire.service.Violation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns what somebody wishes now into a command, or says why it is refused. */
final class ManualCommands {

    private static final long DEFAULT_TTL_MS = 2_000;
    private static final long LONGEST_TTL_MS = 60_000;

    private final CommandDispatcher dispatcher;
    private final ArmingState arming;
    private final CommandRates rates;
    private final InstantSource clock;

    ManualCommands(
            CommandDispatcher dispatcher,
            ArmingState arming,
            CommandRates rates,
            InstantSource clock) {
        this.dispatcher = dispatcher;
        this.arming = arming;
        this.rates = rates;
        this.clock = clock;
    }

    /** What is wished for. */
    record Wish(
            String command,
            @Nullable Map<String, Long> args,
            @Nullable Long ttlMs,
            @Nullable Integer priority) {}

    /**
     * The command that is to be given to a device.
     *
     * @param source who wishes it: {@link Command#MANUAL} or {@link Command#HOME_ASSISTANT}
     * @throws Problem when it is refused
     */
    Command command(Device device, UUID id, Wish asked, String source, String traceparent) {
        var ttl = asked.ttlMs() == null ? DEFAULT_TTL_MS : asked.ttlMs();
        if (ttl < 1 || ttl > LONGEST_TTL_MS) {
            throw invalid(new Violation("/ttl_ms", "must be 1 to " + LONGEST_TTL_MS + ": " + ttl));
        }
        int priority = asked.priority() == null ? Command.USUAL_PRIORITY : asked.priority();
        if (priority < 0 || priority > Command.HIGHEST_PRIORITY) {
            throw invalid(
                    new Violation(
                            "/priority",
                            "must be 0 to " + Command.HIGHEST_PRIORITY + ": " + priority));
        }
        var args = asked.args() == null ? Map.<String, Long>of() : asked.args();
        args.forEach((name, value) -> {
            if (missing(value)) {
                throw invalid(new Violation("/args/" + name, "must be an integer"));
            }
        });
        var now = clock.millis();
        var epoch = arming.inForce(device.workspaceId(), device.id()).epoch();
        switch (dispatcher.verdict(device, asked.command(), args, now + ttl)) {
            case Verdict.Admitted admitted -> {
                var given =
                        Command.manual(
                                        id,
                                        device,
                                        source,
                                        asked.command(),
                                        admitted.args(),
                                        now,
                                        ttl,
                                        admitted.onMs(),
                                        epoch,
                                        admitted.boot(),
                                        traceparent)
                                .withPriority(priority);
                var command = CommandDispatcher.held(given, admitted);
                if (command.tooLong()) {
                    throw invalid(new Violation("/args", "make the message too long"));
                }
                rates.take(device.id(), now);
                var fit = dispatcher.fit(command);
                var held = fit.reason();
                if (held != null && fit.soonest() >= command.expiresAt()) {
                    throw held(held, fit.soonest() - now);
                }
                return command;
            }
            case Verdict.Refused refused -> throw problem(refused);
        }
    }

    private static Problem problem(Verdict.Refused refused) {
        return switch (refused.reason()) {
            case UNKNOWN_DEVICE -> DevicesApi.unknown();
            case DEVICE_ARCHIVED -> CommandsApi.archived();
            case COMMAND_NOT_ALLOWED ->
                    Problem.unprocessable(
                            "command_not_allowed",
                            "The device does not take this command.",
                            refused.violations());
            case OUT_OF_RANGE ->
                    Problem.unprocessable(
                            "invalid_command",
                            "The arguments are outside of the device's safety envelope.",
                            refused.violations());
            case DEVICE_DISARMED, STALE_EPOCH ->
                    Problem.conflict("device_disarmed", "The device is disarmed: arm it first.");
            case DEVICE_OFFLINE -> Problem.conflict("device_offline", "The device is offline.");
            case QUEUE_FULL ->
                    Problem.tooManyRequests(
                            "queue_full",
                            "The device has "
                                    + DeviceLane.MOST_WAITING
                                    + " commands waiting already.",
                            Duration.ofSeconds(1));
            case TOO_MANY_UNFINISHED -> tooManyUnfinished();
            case DEVICE_RATE, VIEWER_RATE, WORKSPACE_RATE ->
                    Problem.tooManyRequests(
                            refused.reason().code(), "Too many commands.", Duration.ofSeconds(1));
            case EXPIRED, TOO_LARGE, TAG_UNUSED, TAG_TOO_LARGE -> // people name no tag
                    Problem.unprocessable(
                            "invalid_command", "The command cannot be sent.", refused.violations());
        };
    }

    static Problem tooManyUnfinished() {
        return Problem.tooManyRequests(
                Admission.Reason.TOO_MANY_UNFINISHED.code(),
                "The board has not finished " + CommandStore.MOST_UNFINISHED + " commands yet.",
                Duration.ofSeconds(1));
    }

    /** It cannot be on within its deadline without leaving the safety envelope. */
    private static Problem held(String reason, long forMs) {
        var detail =
                switch (reason) {
                    case DutyLedger.DUTY_EXHAUSTED ->
                            "The output has been on for as much of this minute as it may.";
                    case DutyLedger.MIN_GAP -> "The output was on just now and has to pause.";
                    default -> "Another output of the same interlock group is on.";
                };
        if (forMs > DutyLedger.LONGEST_HELD_MS) {
            return Problem.conflict(reason, "The output may never be on for so long.");
        }
        return Problem.tooManyRequests(reason, detail, Duration.ofMillis(forMs));
    }

    private static Problem invalid(Violation violation) {
        return Problem.unprocessable(
                "invalid_command", "The command cannot be sent as it is.", List.of(violation));
    }

    private static boolean missing(@Nullable Object value) {
        return value == null;
    }
}
