package io.streamwire.devices;

import io.streamwire.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** A broker in another process, asked over its HTTP side. */
final class RemoteBroker implements Devices.Broker {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int DONE = 204;
    private static final int NOT_CONNECTED = 404;

    private final HttpClient http;
    private final URI url;
    private final String serviceSecret;

    private RemoteBroker(HttpClient http, URI url, String serviceSecret) {
        this.http = http;
        this.url = url;
        this.serviceSecret = serviceSecret;
    }

    /** Every broker of an installation. */
    static List<RemoteBroker> all(List<URI> urls, String serviceSecret) {
        var http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(TIMEOUT)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
        return urls.stream().map(url -> new RemoteBroker(http, url, serviceSecret)).toList();
    }

    @Override
    public boolean endSession(UUID deviceId) {
        return ask(deviceId, request -> request.DELETE(), Set.of(DONE, NOT_CONNECTED)) == DONE;
    }

    @Override
    public void setChildren(UUID workspaceId, UUID bridge, Set<UUID> children) {
        var body = Json.writeBytes(new Access(workspaceId, children));
        var _ =
                ask(
                        bridge,
                        request ->
                                request.header("Content-Type", "application/json")
                                        .PUT(BodyPublishers.ofByteArray(body)),
                        Set.of(DONE));
    }

    private record Access(UUID workspaceId, Set<UUID> children) {}

    private int ask(
            UUID client, UnaryOperator<HttpRequest.Builder> question, Set<Integer> expected) {
        var request =
                question.apply(
                                HttpRequest.newBuilder(url.resolve("/clients/" + client))
                                        .timeout(TIMEOUT)
                                        .header("X-Service-Secret", serviceSecret))
                        .build();
        try {
            var status = http.send(request, BodyHandlers.discarding()).statusCode();
            if (!expected.contains(status)) {
                throw new IOException("answered " + status);
            }
            return status;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ask " + url, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + url, e);
        }
    }
}
