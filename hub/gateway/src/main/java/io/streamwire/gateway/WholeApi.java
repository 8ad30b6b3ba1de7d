package io.streamwire.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import io.streamwire.service.Api;
import io.streamwire.service.OpenApi;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One OpenAPI document of everything that can be reached through the gateway, made of the services'
 * own. A service's components get its name in front. The lock guards the last answer.
 */
final class WholeApi implements Api {

    private static final Duration GOOD_FOR = Duration.ofMinutes(1);
    private static final Duration INCOMPLETE_FOR = Duration.ofSeconds(1);
    private static final List<String> SHARED =
            List.of("schemas", "parameters", "responses", "headers");

    private final Exchange exchange;
    private final List<Upstream> upstreams;
    private final List<OpenApi> own;
    private final ReentrantLock lock = new ReentrantLock();
    private byte[] document = new byte[0];
    private long goodUntil = System.nanoTime();

    /**
     * @param own of what the gateway answers by itself, besides its own document
     */
    WholeApi(Exchange exchange, List<Upstream> upstreams, List<OpenApi> own) {
        this.exchange = exchange;
        this.upstreams = upstreams;
        this.own = List.copyOf(own);
    }

    @Override
    public void routes(Routes routes) {
        routes.get("/openapi", Permission.PUBLIC, this::answer)
                .get("/api/v1/openapi.json", Permission.PUBLIC, this::answer);
    }

    private void answer(ServerRequest request, ServerResponse response) {
        response.header(HeaderValues.CONTENT_TYPE_JSON).send(document());
    }

    private byte[] document() {
        lock.lock();
        try {
            if (document.length == 0 || System.nanoTime() - goodUntil >= 0) {
                var whole = assembled();
                document = Json.writeBytes(whole);
                var life = whole.has("x-missing") ? INCOMPLETE_FOR : GOOD_FOR;
                goodUntil = System.nanoTime() + life.toNanos();
            }
            return document;
        } finally {
            lock.unlock();
        }
    }

    private ObjectNode assembled() {
        var asked = new LinkedHashMap<Upstream, List<CompletableFuture<Optional<String>>>>();
        for (var upstream : upstreams) {
            asked.put(upstream, upstream.instances().stream().map(exchange::openApi).toList());
        }
        var whole = (ObjectNode) read(OpenApi.of(Gateway.class).json()).orElseThrow();
        asked.forEach((upstream, answers) -> {
            var found =
                    answers.stream()
                            .flatMap(answer -> answer.join().stream())
                            .flatMap(text -> read(renamed(text, upstream.name())).stream())
                            .findFirst();
            if (found.isEmpty()) {
                whole.withArray("x-missing").add(upstream.name());
                return;
            }
            add(whole, upstream.name(), found.get());
        });
        own.forEach(document -> {
            var name = read(document.json()).orElseThrow().at("/info/title").asText();
            add(whole, name, read(renamed(document.json(), name)).orElseThrow());
        });
        return whole;
    }

    private static Optional<JsonNode> read(String text) {
        try {
            return Optional.of(Json.mapper().readTree(text)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static String renamed(String text, String service) {
        var renamed = text;
        for (var kind : SHARED) {
            var place = "\"#/components/" + kind + "/";
            renamed = renamed.replace(place, place + service + ".");
        }
        return renamed;
    }

    private static void add(ObjectNode whole, String service, JsonNode document) {
        var paths = whole.withObjectProperty("paths");
        for (var path : document.path("paths").properties()) {
            if (path.getKey().startsWith("/api/v1/") || path.getKey().startsWith("/.well-known/")) {
                path.getValue()
                        .forEach(operation -> {
                            if (operation instanceof ObjectNode object) {
                                object.putArray("tags").add(service);
                            }
                        });
                paths.set(path.getKey(), path.getValue());
            }
        }
        var components = whole.withObjectProperty("components");
        for (var kind : SHARED) {
            for (var shared : document.path("components").path(kind).properties()) {
                components
                        .withObjectProperty(kind)
                        .set(service + "." + shared.getKey(), shared.getValue());
            }
        }
    }
}
