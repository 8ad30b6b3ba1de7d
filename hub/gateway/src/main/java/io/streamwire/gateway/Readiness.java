package io.streamwire.gateway;

import io.streamwire.service.Problem;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Whether every service behind the gateway has an instance that answers. */
final class Readiness {

    /** How long a good answer holds, so that asking often does not load the services. */
    private static final Duration GOOD_FOR = Duration.ofSeconds(1);

    private final Exchange exchange;
    private final List<Upstream> upstreams;
    private volatile boolean good;
    private volatile long goodAt;

    Readiness(Exchange exchange, List<Upstream> upstreams) {
        this.exchange = exchange;
        this.upstreams = upstreams;
    }

    /**
     * Asks all at once.
     *
     * @throws Problem 503 {@code upstream_unavailable}
     */
    void check() {
        if (good && System.nanoTime() - goodAt < GOOD_FOR.toNanos()) {
            return;
        }
        good = false;
        var asked = new LinkedHashMap<Upstream, List<CompletableFuture<Boolean>>>();
        for (var upstream : upstreams) {
            asked.put(upstream, upstream.instances().stream().map(exchange::lives).toList());
        }
        asked.forEach((upstream, answers) -> {
            if (answers.stream().noneMatch(CompletableFuture::join)) {
                throw Problem.unavailable(
                        "upstream_unavailable",
                        "The %s service does not answer.".formatted(upstream.name()));
            }
        });
        goodAt = System.nanoTime();
        good = true;
    }
}
