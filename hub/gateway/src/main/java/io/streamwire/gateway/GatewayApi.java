package io.streamwire.gateway;

import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.util.List;

/** Which path leads to which service, and what it takes to get there. */
final class GatewayApi implements Api {

    private static final List<Method> METHODS =
            List.of(Method.GET, Method.POST, Method.PUT, Method.PATCH, Method.DELETE);

    private final Handler auth;
    private final Handler signIn;
    private final Handler ingest;
    private final Handler rules;
    private final Handler devices;
    private final Handler stops;
    private final Upload firmware;
    private final Upload recordings;
    private final Upload ruleBundles;

    /**
     * What may be larger than other requests.
     *
     * @param largest bytes
     */
    record Upload(Handler handler, long largest) {}

    GatewayApi(
            Handler auth,
            Handler signIn,
            Handler ingest,
            Handler rules,
            Handler devices,
            Handler stops,
            Upload firmware,
            Upload recordings,
            Upload ruleBundles) {
        this.ruleBundles = ruleBundles;
        this.firmware = firmware;
        this.recordings = recordings;
        this.auth = auth;
        this.signIn = signIn;
        this.ingest = ingest;
        this.rules = rules;
        this.devices = devices;
        this.stops = stops;
    }

    @Override
    public void routes(Routes routes) {
        routes.get("/.well-known/jwks.json", Permission.PUBLIC, auth)
                .get(Live.PATH, Permission.PUBLIC, GatewayApi::upgradeRequired)
                .post("/api/v1/auth/register", Permission.PUBLIC, auth)
                .post("/api/v1/auth/login", Permission.PUBLIC, auth)
                .post("/api/v1/auth/sessions", Permission.PUBLIC, signIn)
                .post("/api/v1/auth/invitations/look", Permission.PUBLIC, auth)
                .post("/api/v1/auth/refresh", Permission.PUBLIC, auth)
                // A board that nobody knows yet shows a secret or a code, which the service limits.
                .post("/api/v1/devices/claim", Permission.PUBLIC, devices)
                // Whoever calls shows a signature, which the service checks and limits.
                .post("/api/v1/rules/hooks/{id}", Permission.PUBLIC, rules)
                // A board shows its agent token, which the devices service knows.
                .get("/api/v1/devices/{id}/firmware/{firmware}", Permission.PUBLIC, devices)
                // Whose role is too low must not take one of the few places of uploads.
                .upload(
                        "/api/v1/devices/firmware",
                        Permission.DEVICES_CHANGE,
                        firmware.handler(),
                        firmware.largest())
                .upload(
                        "/api/v1/livestreams/recordings",
                        Permission.EVENTS_EXPORT,
                        recordings.handler(),
                        recordings.largest())
                .upload(
                        "/api/v1/rules/import",
                        Permission.RULES_CHANGE,
                        ruleBundles.handler(),
                        ruleBundles.largest());
        below(routes, "/api/v1/auth", auth);
        below(routes, "/api/v1/workspaces", auth);
        below(routes, "/api/v1/livestreams", ingest);
        below(routes, "/api/v1/rules", rules);
        var stoppable =
                List.of("", "/{id}", "/tags/{tag}", "/groups/{id}", "/{id}/commands/{command}");
        for (var stopped : stoppable) {
            routes.post("/api/v1/devices" + stopped + "/stop", Permission.DEVICES_STOP, stops);
        }
        below(routes, "/api/v1/devices", devices);
        below(routes, "/api/v1/receipts", devices);
    }

    private static void upgradeRequired(ServerRequest request, ServerResponse response) {
        throw Problem.of(
                        Status.UPGRADE_REQUIRED_426,
                        "upgrade_required",
                        "This is a WebSocket: connect with ws:// or wss://.")
                .header("Upgrade", "websocket");
    }

    private static void below(Routes routes, String prefix, Handler handler) {
        for (var method : METHODS) {
            routes.route(method, prefix + "/*", Permission.SIGNED_IN, handler);
        }
    }
}
