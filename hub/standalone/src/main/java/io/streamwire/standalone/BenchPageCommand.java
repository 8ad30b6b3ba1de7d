package io.streamwire.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the live page of a hub in a real browser while events come over its WebSocket. */
@Command(
        name = "page",
        description = {
            "Opens the live page of a whole hub in Chromium and writes events on the bus at a steady"
                    + " rate.",
            "Fails when a task of the page takes longer than 200 ms, its heap grows, an event is"
                    + " missing,",
            "its first paint takes longer than 1 s or its scripts are larger than 250 kB. Hub,"
                    + " load and",
            "browser share the machine."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BenchPageCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String PASSWORD = "a long password";
    private static final String COOKIE = "streamwire_session";

    @Mixin private final HubOptions options = new HubOptions();

    @Option(names = "--rate", paramLabel = "N", description = "events per second (2000)")
    private int rate = 2_000;

    @Option(names = "--warm-up", paramLabel = "N", description = "seconds before that (20)")
    private int warmUp = 20;

    @Option(names = "--seconds", paramLabel = "N", description = "how long to measure (60)")
    private int seconds = 60;

    @Spec private CommandSpec spec = CommandSpec.create(); // replaced by picocli

    @Override
    public Integer call() throws Exception {
        var bench = new Bench(spec, options);
        bench.require("--rate", rate, 1);
        bench.require("--warm-up", warmUp, 1);
        bench.require("--seconds", seconds, 1);
        ChromePage.program();
        return bench.run(() -> {
            var settings = bench.settings(Map.of("bus.max-length", "1000000"));
            try (var hub = Standalone.start(settings);
                    var page = ChromePage.open()) {
                return measure(bench, hub, page);
            }
        });
    }

    /** What was seen before the load: of the first visit, and of a later one. */
    private record Opened(double firstPaintMs, double againMs, long scripts) {}

    private boolean measure(Bench bench, Standalone hub, ChromePage page) throws Exception {
        var owner = new ApiClient(hub.url());
        var workspace = owner.register("page_owner", PASSWORD);
        signIn(hub.url(), page);
        bench.progress("opening the page");
        var opened = open(page, hub.url().resolve("/live"));
        page.evaluate("(" + PageProbe.BEGIN + ")()");
        var load = new EventWriter(hub.bus(), workspace);
        bench.progress("warming up for " + warmUp + " s");
        load.write(rate, Duration.ofSeconds(warmUp));
        await(page, (long) rate * warmUp);
        var heapBefore = page.heap();
        page.evaluate("(" + PageProbe.BEGIN + ")()");
        bench.progress("measuring for " + seconds + " s");
        load.write(rate, Duration.ofSeconds(seconds));
        var seen = await(page, (long) rate * seconds);
        return report(bench, opened, seen, heapBefore, page.heap());
    }

    private static void signIn(URI hub, ChromePage page) throws Exception {
        var body = Map.of("email", ApiClient.email("page_owner"), "password", PASSWORD);
        var request =
                HttpRequest.newBuilder(hub.resolve("/api/v1/auth/sessions"))
                        .header("Content-Type", "application/json")
                        .header("X-Streamwire", "1")
                        .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
                        .build();
        try (var http = HttpClient.newHttpClient()) {
            var cookie =
                    http.send(request, BodyHandlers.ofString())
                            .headers()
                            .firstValue("set-cookie")
                            .orElseThrow();
            var value = cookie.substring(COOKIE.length() + 1, cookie.indexOf(';'));
            page.call("Network.enable", Map.of());
            page.call(
                    "Network.setCookie",
                    Map.of("name", COOKIE, "value", value, "url", hub.toString()));
        }
    }

    private static Opened open(ChromePage page, URI address) throws Exception {
        var there = "document.querySelector('sw-feed') && " + PageProbe.FIRST_PAINT;
        page.go(address, there);
        var first = page.evaluate(PageProbe.FIRST_PAINT).asDouble();
        var scripts = page.evaluate(PageProbe.SCRIPT_BYTES).asLong();
        page.go(address.resolve("/devices"), "document.querySelector('sw-devices')");
        page.go(address, there);
        return new Opened(first, page.evaluate(PageProbe.FIRST_PAINT).asDouble(), scripts);
    }

    /** Waits until the page has so many events, or for as long as that may take. */
    private static PageProbe await(ChromePage page, long events) throws Exception {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var text = page.evaluate("(" + PageProbe.SEEN + ")()").asText();
            var seen = PageProbe.of(Json.read(text, JsonNode.class));
            if (seen.events() >= events || System.nanoTime() - deadline > 0) {
                return seen;
            }
            Thread.sleep(Duration.ofMillis(100));
        }
    }

    private boolean report(
            Bench bench, Opened opened, PageProbe seen, long heapBefore, long heapAfter) {
        var grown = heapAfter - heapBefore;
        var complete = seen.events() == (long) rate * seconds && seen.gaps() == 0;
        var sound =
                complete
                        && seen.longestTaskMs() <= PageProbe.LONGEST_TASK_MS
                        && grown <= PageProbe.HEAP_GROWTH
                        && opened.againMs() <= PageProbe.FIRST_PAINT_MS
                        && opened.scripts() <= PageProbe.SCRIPTS;
        bench.out()
                .printf(
                        "first paint %.0f ms, again %.0f ms (at most %.0f), scripts %,d bytes (at"
                                + " most %,d)%n",
                        opened.firstPaintMs(),
                        opened.againMs(),
                        PageProbe.FIRST_PAINT_MS,
                        opened.scripts(),
                        PageProbe.SCRIPTS);
        bench.out()
                .printf(
                        "events %,d of %,d, gaps %d, %d rows kept%n",
                        seen.events(), (long) rate * seconds, seen.gaps(), seen.rows());
        bench.out()
                .printf(
                        "longest task %.0f ms (at most %.0f; 0 is below 50), frames p99 %.0f ms%n",
                        seen.longestTaskMs(), PageProbe.LONGEST_TASK_MS, seen.frameP99Ms());
        bench.out()
                .printf(
                        "heap after collection %,d bytes, then %,d: %+,d (at most %,d)%n",
                        heapBefore, heapAfter, grown, PageProbe.HEAP_GROWTH);
        var summary = new LinkedHashMap<String, Object>();
        summary.put("rate", rate);
        summary.put("seconds", seconds);
        summary.put("events", seen.events());
        summary.put("gaps", seen.gaps());
        summary.put("longest_task_ms", Bench.rounded(seen.longestTaskMs()));
        summary.put("frame_p99_ms", seen.frameP99Ms());
        summary.put("heap_before", heapBefore);
        summary.put("heap_after", heapAfter);
        summary.put("first_paint_ms", Bench.rounded(opened.firstPaintMs()));
        summary.put("first_paint_again_ms", Bench.rounded(opened.againMs()));
        summary.put("script_bytes", opened.scripts());
        summary.put("sound", sound);
        bench.out().println(Json.write(summary));
        bench.out().flush();
        return sound;
    }
}
