package io.streamwire.broker;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import io.streamwire.telemetry.Meters;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The broker's HTTP side: its health and figures, and changing or ending what a device may do. */
final class BrokerApi implements HttpService {

    static final String SECRET_HEADER = "X-Service-Secret";

    private static final System.Logger LOG = System.getLogger(BrokerApi.class.getName());
    private static final HeaderName SECRET = HeaderNames.create(SECRET_HEADER);
    private static final long ANSWER_SECONDS = 5;

    private static final Set<String> ROUTES =
            Set.of("/health", "/health/live", "/health/ready", "/status", "/metrics", "/ca.pem");

    private final String serviceSecret;
    private final @Nullable String metricsToken;
    private final Runnable check;
    private final CertificateAuthority ca;
    private final BrokerMetrics metrics;
    private final AccessControl accessControl;

    /** The certificate that clients have to trust, PEM; null when there is none. */
    interface CertificateAuthority {
        byte @Nullable [] pem() throws IOException;
    }

    BrokerApi(
            String serviceSecret,
            @Nullable String metricsToken,
            Runnable check,
            CertificateAuthority ca,
            BrokerMetrics metrics,
            AccessControl accessControl) {
        this.metrics = metrics;
        this.serviceSecret = serviceSecret;
        this.metricsToken = metricsToken;
        this.check = check;
        this.ca = ca;
        this.accessControl = accessControl;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/health", this::health)
                .get("/health/ready", this::health)
                .get("/health/live", this::live)
                .get("/status", this::status)
                .get("/metrics", this::metrics)
                .get("/ca.pem", this::ca)
                .put("/clients/{id}", this::change)
                .delete("/clients/{id}", this::disconnect);
    }

    /** The template of a path, of which there are only so many. */
    static String route(String path) {
        if (path.startsWith("/clients/")) {
            return "/clients/{id}";
        }
        return ROUTES.contains(path) ? path : "unmatched";
    }

    private void health(ServerRequest request, ServerResponse response) {
        try {
            check.run();
            json(response, Status.OK_200, Map.of("status", "up"));
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "health status=down reason={0}", e.getMessage());
            json(response, Status.SERVICE_UNAVAILABLE_503, Map.of("status", "down"));
        }
    }

    private void live(ServerRequest request, ServerResponse response) {
        json(response, Status.OK_200, Map.of("status", "up"));
    }

    private void status(ServerRequest request, ServerResponse response) {
        json(response, Status.OK_200, metrics.status());
    }

    private void metrics(ServerRequest request, ServerResponse response) {
        if (metricsToken != null
                && !Meters.shows(
                        request.headers().first(HeaderNames.AUTHORIZATION), metricsToken)) {
            problem(response, Status.UNAUTHORIZED_401, "metrics_token");
            return;
        }
        response.header(HeaderNames.CONTENT_TYPE, Meters.CONTENT_TYPE);
        response.send(metrics.scrape());
    }

    private void ca(ServerRequest request, ServerResponse response) {
        byte[] pem;
        try {
            pem = ca.pem();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "ca=unreadable", e);
            problem(response, Status.SERVICE_UNAVAILABLE_503, "ca_unreadable");
            return;
        }
        if (pem == null) {
            problem(response, Status.NOT_FOUND_404, "no_ca");
            return;
        }
        response.header(HeaderNames.CONTENT_TYPE, "application/x-pem-file");
        response.send(pem);
    }

    /** What a device may do besides its own topics. */
    private record ClientAccess(UUID workspaceId, Set<UUID> children) {}

    /** 204; the device need not be connected. */
    private void change(ServerRequest request, ServerResponse response) {
        if (!isService(request)) {
            problem(response, Status.UNAUTHORIZED_401, "service_secret_required");
            return;
        }
        UUID deviceId;
        ClientAccess access;
        try {
            deviceId = UUID.fromString(request.path().pathParameters().get("id"));
            access = Json.read(request.content().as(byte[].class), ClientAccess.class);
        } catch (IllegalArgumentException | Json.MalformedJson e) {
            problem(response, Status.BAD_REQUEST_400, "malformed_access");
            return;
        }
        if (access.workspaceId() == null
                || access.children() == null
                || access.children().size() > Children.MOST
                || access.children().stream().anyMatch(Objects::isNull)) {
            problem(response, Status.BAD_REQUEST_400, "malformed_access");
            return;
        }
        var done =
                wait(
                        accessControl
                                .setChildren(access.workspaceId(), deviceId, access.children())
                                .thenApply(_ -> true),
                        deviceId);
        if (done.isEmpty()) {
            problem(response, Status.SERVICE_UNAVAILABLE_503, "broker_busy");
            return;
        }
        LOG.log(Level.INFO, "access client={0} children={1}", deviceId, access.children().size());
        response.status(Status.NO_CONTENT_204).send();
    }

    /** 204 when the device was connected, 404 when it was not. */
    private void disconnect(ServerRequest request, ServerResponse response) {
        if (!isService(request)) {
            problem(response, Status.UNAUTHORIZED_401, "service_secret_required");
            return;
        }
        UUID deviceId;
        try {
            deviceId = UUID.fromString(request.path().pathParameters().get("id"));
        } catch (IllegalArgumentException e) {
            problem(response, Status.NOT_FOUND_404, "client_not_connected");
            return;
        }
        var connected = wait(accessControl.disconnect(deviceId), deviceId).orElse(null);
        if (connected == null) {
            problem(response, Status.SERVICE_UNAVAILABLE_503, "broker_busy");
            return;
        }
        if (!connected) {
            problem(response, Status.NOT_FOUND_404, "client_not_connected");
            return;
        }
        LOG.log(Level.INFO, "disconnect client={0} status=done", deviceId);
        response.status(Status.NO_CONTENT_204).send();
    }

    private boolean isService(ServerRequest request) {
        return AccessControl.isEqual(request.headers().first(SECRET).orElse(""), serviceSecret);
    }

    /** The broker's answer; empty when it has none in time. */
    private static Optional<Boolean> wait(CompletableFuture<Boolean> answer, UUID deviceId) {
        try {
            return Optional.of(answer.get(ANSWER_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, "client=" + deviceId + " change=failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private static void problem(ServerResponse response, Status status, String code) {
        response.header(HeaderNames.CONTENT_TYPE, "application/problem+json");
        response.status(status)
                .send(
                        Json.writeBytes(
                                Map.of(
                                        "type",
                                        "about:blank",
                                        "title",
                                        status.reasonPhrase(),
                                        "status",
                                        status.code(),
                                        "code",
                                        code)));
    }

    private static void json(ServerResponse response, Status status, Object body) {
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.status(status).send(Json.writeBytes(body));
    }
}
