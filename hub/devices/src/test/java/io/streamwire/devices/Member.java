package io.streamwire.devices;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Role;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.VirtualBoard;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Somebody with a role in a workspace, and what they can do over HTTP. */
final class Member {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final Rig rig;
    final UUID workspace;
    private final String token;

    private final IntSupplier port;

    private Member(Rig rig, IntSupplier port, UUID workspace, Role role) {
        this.rig = rig;
        this.port = port;
        this.workspace = workspace;
        this.token =
                rig.key.sign(
                        new AccessToken(
                                Ids.next(),
                                Ids.next(),
                                workspace,
                                Map.of(workspace, role),
                                Instant.now(),
                                Instant.now().plus(Duration.ofMinutes(5))));
    }

    private Member(Rig rig, IntSupplier port, UUID workspace, String token) {
        this.rig = rig;
        this.port = port;
        this.workspace = workspace;
        this.token = token;
    }

    /** Whoever shows a token. */
    Member as(String token) {
        return new Member(rig, port, workspace, token);
    }

    /** The owner of a new workspace. */
    static Member owner(Rig rig) {
        return new Member(rig, rig::port, Ids.next(), Role.OWNER);
    }

    Member with(Role role) {
        return new Member(rig, port, workspace, role);
    }

    /** The same workspace's owner at another instance of the service. */
    Member at(Devices instance) {
        return new Member(rig, instance::port, workspace, Role.OWNER);
    }

    /** An answer. */
    record Answer(int status, JsonNode body, HttpResponse<String> raw) {
        String text(String pointer) {
            return body.at(pointer).asText();
        }
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer delete(String path, String... headers) {
        var request = request(path).DELETE();
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    Answer post(String path, @Nullable Object body, String... headers) {
        return send("POST", path, body, headers);
    }

    Answer patch(String path, Object body, String... headers) {
        return send("PATCH", path, body, headers);
    }

    Answer put(String path, Object body, String... headers) {
        return send("PUT", path, body, headers);
    }

    private Answer send(String method, String path, @Nullable Object body, String... headers) {
        var request = request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (body == null) {
            return send(request.method(method, BodyPublishers.noBody()));
        }
        var json = body instanceof String text ? text : Json.write(body);
        return send(
                request.header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(json)));
    }

    /** Posts bytes. */
    Answer upload(String path, byte[] body, String... headers) {
        return send(
                request(path)
                        .headers(headers)
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofByteArray(body)));
    }

    /** The status of an answer whose body does not matter. */
    static int status(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.getAsInt() + path))
                .timeout(Duration.ofSeconds(40))
                .header("Authorization", "Bearer " + token);
    }

    /** An answer that goes on. */
    static <T> T stream(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
        try {
            return HTTP.send(request.build(), handler).body();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static Answer send(HttpRequest.Builder request) {
        try {
            var response = HTTP.send(request.build(), BodyHandlers.ofString());
            var body = response.body().isEmpty() ? "null" : response.body();
            return new Answer(response.statusCode(), Json.mapper().readTree(body), response);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A new device. */
    UUID device(String name) {
        var created = post("/devices", Map.of("name", name, "board", "esp32"));
        if (created.status() != 201) {
            throw new AssertionError(created);
        }
        return UUID.fromString(created.text("/id"));
    }

    /** A new token of a device. */
    String token(UUID device) {
        return post("/devices/tokens", Map.of("device_id", device, "name", "agent")).text("/token");
    }

    /** A new device with a board that is online and has told what it can do. */
    VirtualBoard board() throws InterruptedException {
        var device = device("Board");
        var board = rig.boards.add(new BoardAccess(workspace, device, token(device)));
        ready(device);
        // What it says when it is told its limits is behind it then.
        Rig.await(
                "limits echoed",
                () -> get("/devices/" + device + "/config").body().at("/in_sync").asBoolean());
        return board;
    }

    void ready(UUID device) throws InterruptedException {
        ready(device, "ready");
    }

    void ready(UUID device, String state) throws InterruptedException {
        Rig.await(
                "board " + state,
                () ->
                        get("/devices/" + device + "/status").text("/state").equals(state)
                                && get("/devices/" + device).body().at("/config_version").asLong()
                                        > 0);
    }

    /** Arms the whole workspace and waits until a board knows. */
    long arm(VirtualBoard... boards) throws InterruptedException {
        var armed = post("/devices/arm", null);
        if (armed.status() != 200) {
            throw new AssertionError(armed);
        }
        for (var board : boards) {
            Rig.await("board armed", () -> board.status().armed());
        }
        return armed.body().at("/epoch").asLong();
    }

    /** A board that is online and armed. */
    VirtualBoard armedBoard() throws InterruptedException {
        var board = board();
        arm(board);
        return board;
    }

    static Map<String, Object> spin(long level, long ms) {
        return Map.of("command", "motor_spin", "args", Map.of("level", level, "ms", ms));
    }

    Answer command(UUID device, Object body, String... headers) {
        return post("/devices/" + device + "/command", body, headers);
    }

    Answer read(UUID device, String id) {
        return get("/devices/" + device + "/commands/" + id);
    }

    /** Waits for a state of a command. */
    void awaitState(UUID device, String id, String state) throws InterruptedException {
        Rig.await(
                "command " + id + " " + state, () -> read(device, id).text("/state").equals(state));
    }
}
