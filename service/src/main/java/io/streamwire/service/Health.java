package io.streamwire.service;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/** Whether the process runs, and whether it can work now. The reasons are in the log only. */
final class Health implements Api {

    private static final Logger LOG = System.getLogger(Health.class.getName());

    private final String service;
    private final List<Runnable> checks;

    Health(String service, List<Runnable> checks) {
        this.service = service;
        this.checks = checks;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/health")
                .get("/live", Permission.PUBLIC, this::live)
                .get("/ready", Permission.PUBLIC, this::ready);
    }

    private void live(ServerRequest request, ServerResponse response) {
        Body.send(response, new State(service, "up"));
    }

    private void ready(ServerRequest request, ServerResponse response) {
        for (var check : checks) {
            try {
                check.run();
            } catch (RuntimeException e) {
                LOG.log(
                        Level.WARNING,
                        "service={0} ready=false why=\"{1}\"",
                        service,
                        e.getMessage());
                Body.send(response, Status.SERVICE_UNAVAILABLE_503, new State(service, "down"));
                return;
            }
        }
        Body.send(response, new State(service, "up"));
    }

    private record State(String service, String status) {}
}
