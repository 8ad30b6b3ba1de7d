package io.streamwire.service;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads and answers JSON. A request's body is read strictly: an unknown field, a field twice, a
 * value of another type, a NUL in a text, or the absence of a record component that is neither
 * {@code @Nullable} nor an Optional is 400 {@code malformed_json} with the JSON pointer to it. What
 * a record's constructor refuses with an IllegalArgumentException is 422 {@code invalid_value}; a
 * {@link Problem} that it throws is answered as it is.
 */
public final class Body {

    private Body() {}

    /**
     * Reads the body of a request.
     *
     * @throws Problem 400 {@code malformed_json}, 415 {@code not_json}, 422 {@code invalid_value}
     */
    public static <T> T read(ServerRequest request, Class<T> type) {
        request.headers().contentType().ifPresent(found -> requireJson(found.text()));
        if (!request.content().hasEntity()) {
            throw malformed("The body is missing.", "");
        }
        return parse(request.content().as(byte[].class), type);
    }

    static <T> T parse(byte[] json, Class<T> type) {
        try {
            T value = StrictJson.MAPPER.readValue(json, type);
            if (value == null) {
                throw malformed("The body must not be null.", "");
            }
            return value;
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            if (e.getCause() instanceof StreamReadException syntax) {
                throw notJson(syntax);
            }
            var pointer = StrictJson.pointer(e);
            var detail = StrictJson.explain(e);
            if (e.getCause() instanceof IllegalArgumentException) {
                throw Problem.unprocessable(
                        "invalid_value", detail, List.of(new Violation(pointer, detail)));
            }
            throw malformed(detail, pointer);
        } catch (JsonProcessingException e) {
            throw notJson(e);
        } catch (IOException e) {
            throw malformed("The body cannot be read.", "");
        }
    }

    /** Answers 200 with JSON. */
    public static void send(ServerResponse response, Object value) {
        send(response, Status.OK_200, value);
    }

    /** Answers a status with JSON. */
    public static void send(ServerResponse response, Status status, Object value) {
        response.status(status).header(HeaderValues.CONTENT_TYPE_JSON).send(Json.writeBytes(value));
    }

    /** Answers 201 with JSON and the place of what was created. */
    public static void created(ServerResponse response, String location, Object value) {
        response.header(HeaderNames.LOCATION, location);
        send(response, Status.CREATED_201, value);
    }

    private static void requireJson(String mediaType) {
        var type = mediaType.toLowerCase(Locale.ROOT);
        if (!type.startsWith("application/json") && !type.contains("+json")) {
            throw Problem.of(
                    Status.UNSUPPORTED_MEDIA_TYPE_415,
                    "not_json",
                    "The body must be JSON: send Content-Type: application/json.");
        }
    }

    private static Problem notJson(JsonProcessingException e) {
        @Nullable JsonLocation where = e.getLocation();
        return malformed(
                where == null
                        ? "The JSON is nested too deep, or a part of it is too long."
                        : "Not JSON, at line %d, column %d."
                                .formatted(where.getLineNr(), where.getColumnNr()),
                "");
    }

    private static Problem malformed(String detail, String pointer) {
        return Problem.badRequest("malformed_json", detail, new Violation(pointer, detail));
    }
}
