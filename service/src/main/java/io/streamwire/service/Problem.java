package io.streamwire.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.streamwire.contract.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An error with a stable code, answered as {@code application/problem+json} (RFC 9457): {@code
 * {type, title, status, code, detail, trace_id, errors: [{pointer, detail}]}}.
 */
public final class Problem extends RuntimeException {

    /** The media type of the answer. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private final Status status;
    private final String code;
    private final String detail;
    private final List<Violation> violations;
    private final Map<String, String> headers;

    private Problem(
            Status status,
            String code,
            String detail,
            List<Violation> violations,
            Map<String, String> headers) {
        super(code + ": " + detail, null, false, false);
        this.status = status;
        this.code = code;
        this.detail = detail;
        this.violations = List.copyOf(violations);
        this.headers = Map.copyOf(headers);
    }

    /** Any status without a method of its own here. */
    public static Problem of(Status status, String code, String detail) {
        return new Problem(status, code, detail, List.of(), Map.of());
    }

    /** 400: the request cannot be understood. */
    public static Problem badRequest(String code, String detail, Violation... violations) {
        return new Problem(Status.BAD_REQUEST_400, code, detail, List.of(violations), Map.of());
    }

    /** 401: no valid access token. */
    public static Problem unauthorized(String code, String detail) {
        var challenge = code.equals("token_invalid") ? "Bearer error=\"invalid_token\"" : "Bearer";
        return of(Status.UNAUTHORIZED_401, code, detail)
                .header(HeaderNames.WWW_AUTHENTICATE.defaultCase(), challenge);
    }

    /** 403: known, but not allowed. */
    public static Problem forbidden(String code, String detail) {
        return of(Status.FORBIDDEN_403, code, detail);
    }

    /** 404: there is no such thing, or it belongs to another workspace. */
    public static Problem notFound(String code, String detail) {
        return of(Status.NOT_FOUND_404, code, detail);
    }

    /** 409: the present state does not allow it. */
    public static Problem conflict(String code, String detail) {
        return of(Status.CONFLICT_409, code, detail);
    }

    /** 412: the resource was changed meanwhile. */
    public static Problem preconditionFailed(String code, String detail) {
        return of(Status.PRECONDITION_FAILED_412, code, detail);
    }

    /** 428: the request must say which version it changes. */
    public static Problem preconditionRequired(String code, String detail) {
        return of(Status.PRECONDITION_REQUIRED_428, code, detail);
    }

    /** 422: understood, but the values are not acceptable. */
    public static Problem unprocessable(String code, String detail, List<Violation> violations) {
        return new Problem(Status.UNPROCESSABLE_CONTENT_422, code, detail, violations, Map.of());
    }

    /**
     * 422 {@code invalid_value}: one value is not acceptable.
     *
     * @param pointer JSON pointer to it
     */
    public static Problem invalid(String pointer, String detail) {
        return unprocessable("invalid_value", detail, List.of(new Violation(pointer, detail)));
    }

    /** 429: too often; when to come back. */
    public static Problem tooManyRequests(String code, String detail, Duration retryAfter) {
        return of(Status.TOO_MANY_REQUESTS_429, code, detail)
                .header(HeaderNames.RETRY_AFTER.defaultCase(), seconds(retryAfter));
    }

    /** 503: something that is needed is away. */
    public static Problem unavailable(String code, String detail) {
        return of(Status.SERVICE_UNAVAILABLE_503, code, detail)
                .header(HeaderNames.RETRY_AFTER.defaultCase(), "1");
    }

    /** The same with one more header in the answer. */
    public Problem header(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(status, code, detail, violations, more);
    }

    public Status status() {
        return status;
    }

    public String code() {
        return code;
    }

    public String detail() {
        return detail;
    }

    public List<Violation> violations() {
        return violations;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** The body of the answer, UTF-8. */
    byte[] body(String traceId) {
        return Json.writeBytes(
                new Body(
                        "urn:streamwire:problem:" + code,
                        status.reasonPhrase(),
                        status.code(),
                        code,
                        detail,
                        traceId,
                        violations));
    }

    /** Whole seconds, rounded up, at least 1. */
    private static String seconds(Duration duration) {
        return Long.toString(Math.max(1, duration.plusMillis(999).toSeconds()));
    }

    private record Body(
            String type,
            String title,
            int status,
            String code,
            String detail,
            String traceId,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Violation> errors) {}
}
