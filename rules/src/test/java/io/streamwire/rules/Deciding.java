package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.Membership;
import io.streamwire.bus.PartitionListener;
import io.streamwire.contract.Stream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/** An instance that decides and does nothing else. */
final class Deciding {

    private Deciding() {}

    static Membership join(Bus bus, String instance, Function<UUID, RuleEngine> engines) {
        var clock = InstantSource.system();
        var delayed = delayed(clock, engines);
        var timers = new Timers(engines, clock);
        var standings = new Standings(clock, Duration.ofMinutes(1));
        var decider =
                new Decider(engines, delayed, timers, standings, clock, Duration.ofMinutes(1));
        return bus.join(
                "rules",
                instance,
                List.of(new Consumer(Stream.EVENTS, Decider.GROUP, decider)),
                PartitionListener.all(delayed, timers));
    }

    static DelayedActions delayed(InstantSource clock, Function<UUID, RuleEngine> engines) {
        return new DelayedActions(clock, new Turns(engines, clock, Duration.ofMinutes(1)));
    }
}
