package io.streamwire.ingest;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Throttle;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Trace;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/**
 * Events that a person makes up to try rules and boards. They are marked as simulated and go the
 * same way as any other; with an Idempotency-Key none happens twice.
 */
final class SimulationsApi implements Api {

    private static final Logger LOG = System.getLogger(SimulationsApi.class.getName());

    /** In the place of a room, which has a number. */
    private static final String NO_ROOM = "simulated";

    private final Livestreams livestreams;
    private final Bus bus;
    private final Throttle calls;
    private final InstantSource clock;

    SimulationsApi(Livestreams livestreams, Bus bus, IngestSettings settings, InstantSource clock) {
        this.livestreams = livestreams;
        this.bus = bus;
        this.calls = bus.throttle("simulations", settings.simulations(), Duration.ofMinutes(1));
        this.clock = clock;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/livestreams", "/api/livestreams", "")
                .post("/simulate", Permission.LIVESTREAMS_RUN, this::simulate);
    }

    /** What stands in the place of a livestream when none is named. */
    static UUID livestream(UUID workspaceId) {
        return Ids.derived("livestream", NO_ROOM, workspaceId.toString());
    }

    /** What was made up; its ways are in the receipts of these events. */
    record Simulated(UUID livestreamId, List<UUID> events) {}

    private void simulate(ServerRequest request, ServerResponse response) {
        var caller = Caller.of(request);
        var workspace = caller.workspaceId();
        var simulation = Body.read(request, Simulation.class);
        var key = IdempotencyKey.of(request).orElseGet(() -> Ids.next().toString());
        var livestream =
                simulation.livestreamId() == null
                        ? livestream(workspace)
                        : livestreams.find(workspace, simulation.livestreamId()).id();
        var wait = calls.take(workspace.toString());
        if (wait.isPositive()) {
            throw Problem.tooManyRequests(
                    "simulation_rate", "The workspace simulates too often.", wait);
        }
        var events = events(simulation, workspace, livestream, key);
        publish(workspace, livestream, events, Trace.of(request).id());
        LOG.log(
                Level.INFO,
                "simulated={0} event={1} events={2,number,#} livestream={3} user={4}",
                simulation.type(),
                events.getFirst().id(),
                events.size(),
                livestream,
                caller.userId());
        Body.send(
                response,
                Status.CREATED_201,
                new Simulated(livestream, events.stream().map(LiveEvent::id).toList()));
    }

    private List<LiveEvent> events(
            Simulation simulation, UUID workspace, UUID livestream, String key) {
        var now = clock.instant();
        var viewer = simulation.viewer();
        var payload = simulation.payload();
        var counters = simulation.counters() == null ? null : simulation.counters().counters();
        var events = new ArrayList<LiveEvent>(simulation.repetitions());
        for (int i = 0; i < simulation.repetitions(); i++) {
            events.add(
                    new LiveEvent(
                            Ids.keyed(workspace, "simulate:" + i, key),
                            livestream,
                            workspace,
                            "0",
                            now,
                            now,
                            false,
                            true,
                            viewer,
                            counters,
                            payload));
        }
        return events;
    }

    private void publish(UUID workspace, UUID livestream, List<LiveEvent> events, String trace) {
        int partition = bus.partition(workspace);
        var outcome =
                Events.Outcome.of(
                        events.stream()
                                .map(event -> new Events.Pending(event.id().toString(), event))
                                .toList(),
                        Map.of());
        var keys =
                Publication.keys(
                        partition,
                        "seen:" + workspace + ":" + NO_ROOM + ":",
                        Stream.key(partition, "livestream:" + NO_ROOM));
        var args =
                Publication.args(
                        workspace, livestream, Hops.micros(received(events)), trace, outcome);
        try {
            bus.call(Publication.SCRIPT, keys, args).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BusException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private static Instant received(List<LiveEvent> events) {
        return events.getFirst().receivedAt();
    }
}
