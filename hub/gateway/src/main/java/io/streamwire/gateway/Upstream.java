package io.streamwire.gateway;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A service behind the gateway: its instances take turns. */
final class Upstream {

    private final String name;
    private final List<Instance> instances;
    private final AtomicInteger turn = new AtomicInteger();

    Upstream(String name, List<URI> urls) {
        this.name = name;
        this.instances = urls.stream().map(url -> new Instance(name, url)).toList();
    }

    String name() {
        return name;
    }

    List<Instance> instances() {
        return instances;
    }

    /** The instances in the order to try them: each time another first, those that failed last. */
    List<Instance> inTurn() {
        int first = Math.floorMod(turn.getAndIncrement(), instances.size());
        var ordered = new ArrayList<Instance>(instances.size());
        var resting = new ArrayList<Instance>();
        for (int i = 0; i < instances.size(); i++) {
            var instance = instances.get((first + i) % instances.size());
            (instance.resting() ? resting : ordered).add(instance);
        }
        ordered.addAll(resting);
        return ordered;
    }
}
