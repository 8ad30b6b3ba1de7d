package io.streamwire.service;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A service's OpenAPI 3.1 document, answered at {@code GET /openapi}. It is written by hand in
 * {@code openapi.yaml} beside the service's class; what every service has in common comes from
 * {@code common-openapi.yaml}, and what follows from the rest of an operation is filled in.
 */
public final class OpenApi implements Api {

    private static final Pattern PARAMETER = Pattern.compile("\\{([^}]+)}");
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
    private static final String PERMISSION = "x-permission";
    private static final String PROBLEMS = "x-problems";
    private static final String PROBLEM = "#/components/schemas/Problem";

    private final Map<String, Object> document;
    private final byte[] json;

    private OpenApi(Map<String, Object> document) {
        this.document = document;
        this.json = Json.writeBytes(document);
    }

    /** The document beside a service's class. */
    public static OpenApi of(Class<?> service) {
        var document = read(service, "openapi.yaml");
        merge(document, read(OpenApi.class, "common-openapi.yaml"));
        section(document, "paths")
                .forEach((path, item) ->
                        operations(item).forEach((_, operation) -> complete(path, operation)));
        return new OpenApi(document);
    }

    @Override
    public void routes(Routes routes) {
        routes.get("/openapi", Permission.PUBLIC, this::answer);
    }

    private void answer(ServerRequest request, ServerResponse response) {
        response.header(HeaderValues.CONTENT_TYPE_JSON)
                .header(HeaderNames.CACHE_CONTROL, "public, max-age=60")
                .send(json);
    }

    /** The whole document as JSON. */
    public String json() {
        return new String(json, StandardCharsets.UTF_8);
    }

    /** The whole document. */
    Map<String, Object> document() {
        return document;
    }

    /**
     * What the document lacks, has too much or says wrongly, and what to write; empty when it
     * describes exactly these routes. A route below several prefixes is described below the first.
     */
    public List<String> differences(List<Route> routes) {
        var found = new TreeSet<String>();
        var described = new TreeMap<String, Map<String, Object>>();
        section(document, "paths")
                .forEach((path, item) ->
                        operations(item)
                                .forEach((method, operation) ->
                                        described.put(method + " " + path, operation)));
        var registered = new TreeSet<String>();
        for (var route : routes) {
            var method = route.method().text().toLowerCase(Locale.ROOT);
            var key = method + " " + route.canonical();
            registered.add(key);
            var operation = described.get(key);
            var permission = route.permission().name().toLowerCase(Locale.ROOT);
            if (operation == null) {
                found.add(
                        "openapi.yaml lacks %s %s: write below paths, %s: {%s: {summary: ..., %s: %s,"
                                        .formatted(
                                                route.method(),
                                                route.canonical(),
                                                route.canonical(),
                                                method,
                                                PERMISSION,
                                                permission)
                                + " responses: ...}}");
            } else if (!permission.equals(operation.get(PERMISSION))) {
                found.add(
                        "%s must say %s: %s, not %s"
                                .formatted(key, PERMISSION, permission, operation.get(PERMISSION)));
            }
        }
        described.forEach((key, operation) -> {
            if (!registered.contains(key)) {
                found.add("openapi.yaml has " + key + ", which is no route: remove it");
            }
            for (var needed : List.of("summary", "responses")) {
                if (!operation.containsKey(needed)) {
                    found.add(key + " has no " + needed);
                }
            }
        });
        references(document).stream()
                .filter(reference -> !resolves(reference))
                .forEach(reference -> found.add("nothing is at $ref " + reference));
        return List.copyOf(found);
    }

    private boolean resolves(String reference) {
        Object at = document;
        for (var part : reference.substring(reference.indexOf('/') + 1).split("/", -1)) {
            if (!(at instanceof Map<?, ?> map) || !map.containsKey(part)) {
                return false;
            }
            at = map.get(part);
        }
        return reference.startsWith("#/");
    }

    private static Set<String> references(@Nullable Object node) {
        var found = new TreeSet<String>();
        if (node instanceof Map<?, ?> map) {
            if (map.get("$ref") instanceof String reference) {
                found.add(reference);
            }
            map.values().forEach(value -> found.addAll(references(value)));
        }
        if (node instanceof List<?> list) {
            list.forEach(value -> found.addAll(references(value)));
        }
        return found;
    }

    /** Adds what can be told from the path, the permission and the codes. */
    private static void complete(String path, Map<String, Object> operation) {
        var permission = String.valueOf(operation.get(PERMISSION));
        var parameters = list(operation, "parameters");
        var ids = PARAMETER.matcher(path);
        while (ids.find()) {
            var name = ids.group(1);
            if (parameters.stream().noneMatch(given -> isNamed(given, name))) {
                parameters.add(
                        Map.of(
                                "name",
                                name,
                                "in",
                                "path",
                                "required",
                                true,
                                "schema",
                                Map.of("type", "string", "format", "uuid")));
            }
        }
        var codes = new TreeMap<String, List<Object>>();
        section(operation, PROBLEMS)
                .forEach((status, given) -> codes.put(status, new ArrayList<>((List<?>) given)));
        switch (permission) {
            case "public" -> operation.put("security", List.of());
            case "service" -> {
                operation.put("security", List.of(Map.of("serviceSecret", List.of())));
                also(codes, "403", "service_only");
            }
            default -> {
                also(codes, "401", "token_missing", "token_invalid");
                if (!Permission.valueOf(permission.toUpperCase(Locale.ROOT)).isForKeys()) {
                    also(codes, "403", "key_forbidden");
                }
                if (!Set.of("signed_in", "account").contains(permission)) {
                    also(codes, "403", "role_too_low", "workspace_forbidden");
                    if (!path.contains("{" + AccessCheck.WORKSPACE_PARAMETER + "}")) {
                        parameters.add(Map.of("$ref", "#/components/parameters/Workspace"));
                    }
                }
            }
        }
        if (parameters.isEmpty()) {
            operation.remove("parameters");
        }
        operation.remove(PROBLEMS);
        var responses = section(operation, "responses");
        codes.forEach((status, names) -> responses.putIfAbsent(status, problem(names)));
    }

    private static void also(Map<String, List<Object>> codes, String status, Object... names) {
        codes.computeIfAbsent(status, _ -> new ArrayList<>()).addAll(List.of(names));
    }

    private static Map<String, Object> problem(List<Object> codes) {
        var code = Map.of("properties", Map.of("code", Map.of("enum", codes)));
        var schema = Map.of("allOf", List.of(Map.of("$ref", PROBLEM), code));
        return Map.of(
                "description",
                String.join(", ", codes.stream().map(String::valueOf).toList()),
                "content",
                Map.of(Problem.MEDIA_TYPE, Map.of("schema", schema)));
    }

    private static boolean isNamed(Object parameter, String name) {
        return parameter instanceof Map<?, ?> map && name.equals(map.get("name"));
    }

    private static Map<String, Map<String, Object>> operations(Object item) {
        var found = new LinkedHashMap<String, Map<String, Object>>();
        if (item instanceof Map<?, ?> methods) {
            methods.forEach((method, operation) -> {
                if (METHODS.contains(String.valueOf(method))) {
                    found.put(String.valueOf(method), map(operation));
                }
            });
        }
        return found;
    }

    /** Adds what the document does not have itself. */
    private static void merge(Map<String, Object> into, Map<String, Object> more) {
        more.forEach((key, value) -> {
            if (!into.containsKey(key)) {
                into.put(key, value);
            } else if (value instanceof Map<?, ?> && into.get(key) instanceof Map<?, ?>) {
                merge(map(into.get(key)), map(value));
            }
        });
    }

    private static Map<String, Object> section(Map<String, Object> of, String name) {
        return map(of.computeIfAbsent(name, _ -> new LinkedHashMap<String, Object>()));
    }

    @SuppressWarnings("unchecked") // YAML's sequences are of whatever is in them
    private static List<Object> list(Map<String, Object> of, String name) {
        return (List<Object>) of.computeIfAbsent(name, _ -> new ArrayList<>());
    }

    @SuppressWarnings("unchecked") // every mapping is read with texts as keys, see texts()
    private static Map<String, Object> map(@Nullable Object mapping) {
        if (mapping instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalStateException("not a mapping: " + mapping);
    }

    private static Map<String, Object> read(Class<?> beside, String name) {
        try (var in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(beside.getName() + " has no " + name);
            }
            var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
            return map(texts(yaml.<Object>load(in)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with every key as text: YAML takes the status 200 for a number. */
    private static @Nullable Object texts(@Nullable Object node) {
        return switch (node) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, @Nullable Object>();
                map.forEach((key, value) -> copy.put(String.valueOf(key), texts(value)));
                yield copy;
            }
            case List<?> list -> {
                var copy = new ArrayList<@Nullable Object>();
                list.forEach(value -> copy.add(texts(value)));
                yield copy;
            }
            case null, default -> node;
        };
    }
}
