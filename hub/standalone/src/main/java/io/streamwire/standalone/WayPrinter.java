package io.streamwire.standalone;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Feed;
import io.streamwire.contract.DeviceEvent;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.liveroom.Sent;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Prints the way of each event that set something off, once its command has come to an end: who,
 * the rule, the command and when it passed each hop, in ms after its frame was read.
 */
final class WayPrinter implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int MAX_REMEMBERED = 10_000;

    private final Bus bus;
    private final Streamer streamer;
    private final PrintWriter out;
    private final Map<UUID, Sent> messages = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closing;

    private WayPrinter(Bus bus, Streamer streamer, PrintWriter out) {
        this.bus = bus;
        this.streamer = streamer;
        this.out = out;
        this.thread = Thread.ofVirtual().name("way-printer").unstarted(this::run);
    }

    static WayPrinter start(Bus bus, Streamer streamer, PrintWriter out) {
        var printer = new WayPrinter(bus, streamer, out);
        streamer.room().onSent(printer::remember);
        printer.thread.start();
        return printer;
    }

    private void remember(Sent sent) {
        if (sent.matches() && messages.size() < MAX_REMEMBERED) {
            messages.put(Streamer.eventOf(sent), sent);
        }
    }

    private void run() {
        var partition = bus.partition(streamer.workspaceId());
        try (var reader = bus.feed(Stream.DEVICE, partition).from(null)) {
            while (!closing) {
                print(reader.next(PAUSE));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (BusException e) {
            out.println("The ways of further events are not shown: " + e.getMessage());
        }
    }

    private void print(Feed.Batch batch) {
        for (var entry : batch.entries()) {
            if (changed(entry) instanceof CommandChanged change
                    && change.state().isFinal()
                    && change.workspaceId().equals(streamer.workspaceId())) {
                out.println(line(change));
            }
        }
        out.flush();
    }

    private static @Nullable DeviceEvent changed(Entry entry) {
        try {
            return Json.read(entry.body(), DeviceEvent.class);
        } catch (Json.MalformedJson _) {
            return null;
        }
    }

    private String line(CommandChanged change) {
        var eventId = change.eventId();
        var message = eventId == null ? null : messages.remove(eventId);
        var turn = message == null ? null : streamer.turnOf(message);
        var why = change.reason() == null ? "" : " (" + change.reason() + ")";
        return String.format(
                Locale.ROOT,
                "%-8s %-14s -> %-22s -> %-10s %s%s  %s",
                message == null ? source(change) : message.type(),
                message == null ? "" : '"' + message.what() + '"',
                turn == null ? rule(change) : turn.name(),
                change.command(),
                change.state(),
                why,
                hops(change.hops()));
    }

    private static String source(CommandChanged change) {
        var cause = change.cause();
        return cause == null ? change.source() : cause.eventType().replace("tiktok.", "");
    }

    private static String rule(CommandChanged change) {
        var cause = change.cause();
        return cause == null ? "" : cause.ruleName();
    }

    /** Every hop that was passed, in ms after the first one. */
    private static String hops(Hops hops) {
        var text = new StringBuilder();
        var first = hops.frame() == null ? hops.decided() : hops.frame();
        append(text, "decided", hops.frame(), hops.decided());
        append(text, "published", first, hops.published());
        append(text, "board", first, hops.received());
        append(text, "pin on", first, hops.on());
        append(text, "pin off", first, hops.off());
        return text.toString();
    }

    private static void append(
            StringBuilder text, String hop, @Nullable Long from, @Nullable Long to) {
        if (from != null && to != null) {
            text.append(String.format(Locale.ROOT, "%s +%.1f  ", hop, (to - from) / 1_000.0));
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
