package io.streamwire.gateway;

import io.streamwire.contract.Instances;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A service behind the gateway: its instances take turns. They are found again and again, since
 * more may have come behind a name; one that stays keeps what is known of it.
 */
final class Upstream {

    private static final Duration FIND_AGAIN = Duration.ofSeconds(2);

    private final String name;
    private final List<URI> urls;
    private final Function<URI, List<URI>> find;
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicLong foundAt;
    private volatile List<Instance> instances;

    Upstream(String name, List<URI> urls) {
        this(name, urls, Instances::of);
    }

    /**
     * @param find the instances behind a URL
     */
    Upstream(String name, List<URI> urls, Function<URI, List<URI>> find) {
        this.name = name;
        this.urls = List.copyOf(urls);
        this.find = find;
        this.foundAt = new AtomicLong(System.nanoTime());
        this.instances = found(List.of());
    }

    String name() {
        return name;
    }

    List<Instance> instances() {
        var last = foundAt.get();
        var now = System.nanoTime();
        // One caller has it looked up, which may take a while; nobody waits for that.
        if (now - last >= FIND_AGAIN.toNanos() && foundAt.compareAndSet(last, now)) {
            Thread.startVirtualThread(() -> instances = found(instances));
        }
        return instances;
    }

    private List<Instance> found(List<Instance> known) {
        var byUrl = new LinkedHashMap<URI, Instance>();
        for (var url : urls) {
            for (var at : find.apply(url)) {
                var instance = known.stream().filter(one -> one.isAt(at)).findFirst();
                byUrl.putIfAbsent(at, instance.orElseGet(() -> new Instance(name, at)));
            }
        }
        return List.copyOf(byUrl.values());
    }

    /** The instances in the order to try them: each time another first, those that failed last. */
    List<Instance> inTurn() {
        var all = new ArrayList<>(instances());
        Collections.rotate(all, -Math.floorMod(turn.getAndIncrement(), all.size()));
        return restingLast(all);
    }

    /**
     * The same, but the first one is the same for the same workspace or caller as long as it lives:
     * what an instance of this service has written the others read a moment later.
     */
    List<Instance> inTurn(String whose) {
        var all = new ArrayList<>(instances());
        all.sort(Comparator.comparingInt(instance -> instance.rank(whose)));
        return restingLast(all);
    }

    private static List<Instance> restingLast(List<Instance> instances) {
        instances.sort(Comparator.comparing(Instance::resting));
        return instances;
    }
}
