package io.streamwire.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page in a headless Chromium of its own, spoken to over the DevTools protocol: the product has
 * no browser, so this is only as much of it as a measurement needs.
 */
final class ChromePage implements AutoCloseable {

    private static final List<String> PLACES =
            List.of(
                    "/usr/bin/chromium",
                    "/usr/bin/chromium-browser",
                    "/usr/bin/google-chrome",
                    "/usr/bin/google-chrome-stable",
                    "/snap/bin/chromium");

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PORT_FILE = "DevToolsActivePort";

    private final Process process;
    private final Path profile;
    private final HttpClient http;
    private final Calls calls = new Calls();
    private final WebSocket socket;

    private ChromePage(Process process, Path profile) throws Exception {
        this.process = process;
        this.profile = profile;
        this.http = HttpClient.newHttpClient();
        this.socket =
                http.newWebSocketBuilder()
                        .buildAsync(URI.create(pageSocket(port())), calls)
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * Where Chromium is: {@code CHROMIUM} names it, or it lies where systems put it.
     *
     * @throws IllegalStateException with one line that says what to do
     */
    static Path program() {
        return Stream.concat(
                        Optional.ofNullable(System.getenv("CHROMIUM")).stream(), PLACES.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException(
                                "Pages need Chromium: apt-get install chromium, or set CHROMIUM to"
                                        + " the program."));
    }

    /** Starts it, 1280 by 800 px, with a profile that goes with it. */
    static ChromePage open() throws Exception {
        var profile = Files.createTempDirectory("streamwire-chromium");
        var process =
                new ProcessBuilder(
                                program().toString(),
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + profile,
                                "--window-size=1280,800",
                                "about:blank")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            return new ChromePage(process, profile);
        } catch (Exception e) {
            end(process, profile);
            throw e;
        }
    }

    private int port() {
        var file = profile.resolve(PORT_FILE);
        Wait.until(
                PATIENCE, "Chromium listens", () -> Files.exists(file) && !lines(file).isEmpty());
        return Integer.parseInt(lines(file).getFirst());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String pageSocket(int port) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                        .build();
        for (var target :
                Json.read(http.send(request, BodyHandlers.ofString()).body(), JsonNode.class)) {
            if (target.path("type").asText().equals("page")) {
                return target.path("webSocketDebuggerUrl").asText();
            }
        }
        throw new IllegalStateException("Chromium has no page");
    }

    /** What is under way, by its number. */
    private static final class Calls implements WebSocket.Listener {
        private final Map<Integer, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
        private final AtomicInteger last = new AtomicInteger();
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence part, boolean end) {
            message.append(part);
            if (end) {
                var answer = Json.read(message.toString(), JsonNode.class);
                message.setLength(0);
                @Nullable CompletableFuture<JsonNode> call = open.remove(answer.path("id").asInt());
                if (call != null) {
                    call.complete(answer);
                }
            }
            socket.request(1);
            return null;
        }
    }

    /**
     * Calls a method of the protocol.
     *
     * @throws IllegalStateException when it is refused
     */
    JsonNode call(String method, Map<String, ?> parameters) throws Exception {
        int id = calls.last.incrementAndGet();
        var answer = new CompletableFuture<JsonNode>();
        calls.open.put(id, answer);
        socket.sendText(Json.write(Map.of("id", id, "method", method, "params", parameters)), true)
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        var answered = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (answered.has("error")) {
            throw new IllegalStateException(method + ": " + answered.path("error"));
        }
        return answered.path("result");
    }

    /** The value of an expression in the page, awaited if it is a promise. */
    JsonNode evaluate(String expression) throws Exception {
        var result =
                call(
                        "Runtime.evaluate",
                        Map.of(
                                "expression",
                                expression,
                                "awaitPromise",
                                true,
                                "returnByValue",
                                true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(result.path("exceptionDetails").toString());
        }
        return result.at("/result/value");
    }

    /** Goes to an address and waits until the expression is true there. */
    void go(URI address, String until) throws Exception {
        call("Page.navigate", Map.of("url", address.toString()));
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!evaluate("location.href === " + Json.write(address) + " && Boolean(" + until + ")")
                .asBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the page is not there: " + until);
            }
            Thread.sleep(Duration.ofMillis(50));
        }
    }

    /** Bytes of the page's JavaScript heap in use, once what is garbage is gone. */
    long heap() throws Exception {
        call("HeapProfiler.enable", Map.of());
        call("HeapProfiler.collectGarbage", Map.of());
        call("Performance.enable", Map.of());
        for (var metric : call("Performance.getMetrics", Map.of()).path("metrics")) {
            if (metric.path("name").asText().equals("JSHeapUsedSize")) {
                return metric.path("value").asLong();
            }
        }
        throw new IllegalStateException("Chromium does not tell how large the heap is");
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
        end(process, profile);
    }

    private static void end(Process process, Path profile) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        try (var files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // What it still writes while it goes is the system's to clear.
        }
    }
}
