package io.streamwire.gateway;

import io.helidon.http.Method;
import io.helidon.http.Status;
import io.streamwire.service.Problem;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends a request to an instance of a service, and to another one when that is harmless. */
final class Exchange implements AutoCloseable {

    private final HttpClient client;

    Exchange(Duration connectTimeout) {
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(connectTimeout)
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
    }

    /**
     * What goes to the service.
     *
     * @param body can be read again for each instance
     */
    record Outgoing(
            Method method,
            RequestTarget target,
            Map<String, List<String>> headers,
            HttpRequest.BodyPublisher body) {

        private static final Set<Method> SAFE = Set.of(Method.GET, Method.HEAD);

        /** The same with another value of a header that it has. */
        Outgoing with(String name, String value) {
            var changed = new LinkedHashMap<>(headers);
            changed.put(name, List.of(value));
            return new Outgoing(method, target, changed, body);
        }

        /** Whether it may reach a service twice: it changes nothing. */
        boolean safe() {
            return SAFE.contains(method);
        }

        /**
         * @throws Problem 400 {@code bad_header}
         */
        HttpRequest to(Instance instance) {
            var request =
                    HttpRequest.newBuilder(instance.resolve(target.toString()))
                            .method(method.text(), body);
            try {
                headers.forEach(
                        (name, values) -> values.forEach(value -> request.header(name, value)));
            } catch (IllegalArgumentException e) {
                throw Problem.badRequest("bad_header", "A header of the request is not valid.");
            }
            return request.build();
        }
    }

    /**
     * The response, as soon as its headers are there.
     *
     * @param patience how long the headers may take
     * @throws Problem 503 {@code upstream_unavailable} when no instance could be reached, 502 with
     *     the same code when one broke off so that the outcome is unknown, 504 {@code
     *     upstream_timeout}
     */
    HttpResponse<ResponseBody> send(Upstream upstream, Outgoing outgoing, Duration patience)
            throws InterruptedException {
        return send(upstream, upstream.inTurn(), outgoing, patience);
    }

    /** The same with the instances to try, in their order. */
    HttpResponse<ResponseBody> send(
            Upstream upstream, List<Instance> instances, Outgoing outgoing, Duration patience)
            throws InterruptedException {
        for (var instance : instances) {
            try {
                var response = send(instance, outgoing.to(instance), patience);
                instance.succeeded();
                return response;
            } catch (TimeoutException e) {
                instance.failed(e);
                throw Problem.of(
                        Status.GATEWAY_TIMEOUT_504,
                        "upstream_timeout",
                        "The %s service did not answer within %d s."
                                .formatted(upstream.name(), patience.toSeconds()));
            } catch (IOException e) {
                instance.failed(e);
                if (!neverSent(e) && !outgoing.safe()) {
                    throw Problem.of(
                            Status.BAD_GATEWAY_502,
                            "upstream_unavailable",
                            "The %s service broke off; whether it did it is unknown."
                                    .formatted(upstream.name()));
                }
            }
        }
        throw Problem.unavailable(
                "upstream_unavailable",
                "The %s service cannot be reached.".formatted(upstream.name()));
    }

    // The wait is on the future and not HttpRequest.timeout, which newer JDKs apply to the body
    // too.
    private HttpResponse<ResponseBody> send(
            Instance instance, HttpRequest request, Duration patience)
            throws IOException, TimeoutException, InterruptedException {
        var pending = client.sendAsync(request, _ -> new ResponseBody());
        try {
            return pending.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(instance.service() + " client failed", e.getCause());
        } catch (CancellationException e) {
            throw new IOException("closing", e);
        } finally {
            pending.cancel(true);
        }
    }

    private static boolean neverSent(IOException e) {
        return e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
    }

    /** Whether an instance says that it lives; false after a second without an answer. */
    CompletableFuture<Boolean> lives(Instance instance) {
        var request = HttpRequest.newBuilder(instance.resolve("/health/live")).build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                .orTimeout(1, TimeUnit.SECONDS)
                .handle((response, _) -> response != null && response.statusCode() == 200);
    }

    /** The OpenAPI document of an instance; empty after two seconds without one. */
    CompletableFuture<Optional<String>> openApi(Instance instance) {
        var request = HttpRequest.newBuilder(instance.resolve("/openapi")).build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .orTimeout(2, TimeUnit.SECONDS)
                .handle((response, _) ->
                        response != null && response.statusCode() == 200
                                ? Optional.of(response.body())
                                : Optional.empty());
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
