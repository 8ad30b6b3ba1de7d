package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.service.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks whoever owns a device's partition about its lane, which may be this instance or another one.
 * Thread-safe.
 */
final class Queues {

    static final String QUESTIONS = "lane-questions";
    static final String ANSWERS = "lane-answers";

    private static final long LONGEST_MS = 1_500;

    private final Bus bus;
    private final CommandDispatcher dispatcher;
    private final DeviceCache cache;
    private final Lanes lanes;
    private final Map<String, CompletableFuture<String>> asked = new ConcurrentHashMap<>();

    Queues(Bus bus, CommandDispatcher dispatcher, DeviceCache cache, Lanes lanes) {
        this.bus = bus;
        this.dispatcher = dispatcher;
        this.cache = cache;
        this.lanes = lanes;
    }

    /** What may be asked. */
    enum Verb {
        QUEUE,
        LIMITS,
        CANCEL,
        CLEAR
    }

    /** What became of a wish to cancel one command, or all that wait. */
    record Cancelled(int commands) {}

    /** The commands of a lane, in order. */
    record Queue(List<Queued> items) {
        Queue {
            items = List.copyOf(items);
        }
    }

    /**
     * One command of a lane.
     *
     * @param waitsFor the limit that it has to wait for
     */
    record Queued(
            UUID id,
            String command,
            Map<String, Long> args,
            String source,
            boolean underWay,
            @Nullable String waitsFor,
            Instant expiresAt) {
        Queued {
            args = Map.copyOf(args);
        }
    }

    /** What is left to each command. */
    record Limits(Map<String, Left> commands) {
        Limits {
            commands = Map.copyOf(commands);
        }
    }

    /**
     * @param nextAt when the shortest such command may be on; null = now
     * @param reason what it waits for
     */
    record Left(
            long maxOnMs,
            long minGapMs,
            int maxDutyPct,
            @Nullable String group,
            long dutyLeftMs,
            @Nullable Instant nextAt,
            @Nullable String reason) {}

    <T> T ask(Device device, Verb verb, @Nullable UUID command, Class<T> type) {
        return Json.read(ask(device, verb, command), type);
    }

    private String ask(Device device, Verb verb, @Nullable UUID command) {
        if (dispatcher.owns(bus.partition(device.workspaceId()))) {
            return answer(device.id(), verb, command);
        }
        var number = Ids.next().toString();
        var answer = new CompletableFuture<String>();
        asked.put(number, answer);
        try {
            bus.announce(
                    QUESTIONS,
                    String.join(
                            " ",
                            number,
                            device.id().toString(),
                            verb.name(),
                            command == null ? "-" : command.toString()));
            return answer.get(LONGEST_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw Problem.unavailable("queue_unavailable", "Nobody keeps the device's queue now.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.unavailable("queue_unavailable", "The service is ending.");
        } finally {
            asked.remove(number);
        }
    }

    /** Somebody asks; only the owner answers. */
    void question(String text) {
        var words = text.split(" ", 4);
        if (words.length != 4) {
            return;
        }
        var device = UUID.fromString(words[1]);
        var known = cache.known(device);
        if (known.isEmpty()
                || !dispatcher.owns(bus.partition(known.get().device().workspaceId()))) {
            return;
        }
        var command = words[3].equals("-") ? null : UUID.fromString(words[3]);
        bus.announce(ANSWERS, words[0] + " " + answer(device, Verb.valueOf(words[2]), command));
    }

    /** An answer came, perhaps to this instance. */
    void answered(String text) {
        var words = text.split(" ", 2);
        var answer = asked.get(words[0]);
        if (answer != null && words.length == 2) {
            answer.complete(words[1]);
        }
    }

    private String answer(UUID device, Verb verb, @Nullable UUID command) {
        return Json.write(
                switch (verb) {
                    case QUEUE -> new Queue(lanes.queue(device));
                    case LIMITS -> limits(device);
                    case CANCEL -> new Cancelled(lanes.cancel(device, command));
                    case CLEAR -> new Cancelled(lanes.cancel(device, null));
                });
    }

    private Limits limits(UUID device) {
        var known = cache.known(device).orElse(null);
        return new Limits(known == null ? Map.of() : lanes.limits(known));
    }
}
