package io.streamwire.broker;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The broker's HTTP side: its health, and ending a device's session. */
final class BrokerApi implements HttpService {

    static final String SECRET_HEADER = "X-Service-Secret";

    private static final System.Logger LOG = System.getLogger(BrokerApi.class.getName());
    private static final HeaderName SECRET = HeaderNames.create(SECRET_HEADER);
    private static final long DISCONNECT_SECONDS = 5;

    private final String serviceSecret;
    private final Runnable check;
    private final AccessControl accessControl;

    BrokerApi(String serviceSecret, Runnable check, AccessControl accessControl) {
        this.serviceSecret = serviceSecret;
        this.check = check;
        this.accessControl = accessControl;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/health", this::health).delete("/clients/{id}", this::disconnect);
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

    /** 204 when the device was connected, 404 when it was not. */
    private void disconnect(ServerRequest request, ServerResponse response) {
        var secret = request.headers().first(SECRET).orElse("");
        if (!AccessControl.isEqual(secret, serviceSecret)) {
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
        try {
            if (!accessControl.disconnect(deviceId).get(DISCONNECT_SECONDS, TimeUnit.SECONDS)) {
                problem(response, Status.NOT_FOUND_404, "client_not_connected");
                return;
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, "disconnect client=" + deviceId + " status=failed", e);
            problem(response, Status.SERVICE_UNAVAILABLE_503, "broker_busy");
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem(response, Status.SERVICE_UNAVAILABLE_503, "broker_busy");
            return;
        }
        LOG.log(Level.INFO, "disconnect client={0} status=done", deviceId);
        response.status(Status.NO_CONTENT_204).send();
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
