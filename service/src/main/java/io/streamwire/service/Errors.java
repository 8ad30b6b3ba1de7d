package io.streamwire.service;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ErrorHandler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.BusException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** Turns whatever a handler throws into problem+json: the one place where that happens. */
final class Errors implements ErrorHandler<Throwable> {

    private static final Logger LOG = System.getLogger(Errors.class.getName());

    private final String service;

    Errors(String service) {
        this.service = service;
    }

    /** Answers what never reaches a route: requests that HTTP itself does not allow. */
    static DirectHandlers direct() {
        var handlers = DirectHandlers.builder();
        for (var type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, Errors::direct);
        }
        return handlers.build();
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response, Throwable error) {
        if (response.isSent()) {
            throw new CloseConnectionException("an answer broke off", error);
        }
        var trace = Trace.of(request);
        var problem = problem(error);
        if (problem.status().equals(Status.INTERNAL_SERVER_ERROR_500)) {
            LOG.log(
                    Level.ERROR,
                    "service=%s method=%s path=%s trace=%s failed"
                            .formatted(
                                    service,
                                    request.prologue().method().text(),
                                    request.path().path(),
                                    trace.id()),
                    error);
        }
        HttpServer.addHeaders(request, response);
        response.status(problem.status()).header(HeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE);
        problem.headers().forEach((name, value) -> response.header(name, value));
        response.send(problem.body(trace.id()));
    }

    static Problem problem(Throwable error) {
        for (var cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem;
            }
            if (cause instanceof BusException.Unavailable
                    || cause instanceof BusException.StreamFull) {
                return Problem.unavailable("bus_unavailable", "Redis cannot be reached now.");
            }
            if (cause instanceof SQLException sql && isAway(sql)) {
                return Problem.unavailable(
                        "database_unavailable", "The database cannot be reached now.");
            }
        }
        if (error instanceof HttpException http) {
            return ofStatus(http.status());
        }
        return Problem.of(
                Status.INTERNAL_SERVER_ERROR_500,
                "internal_error",
                "Something went wrong; the log has more under this trace id.");
    }

    /** Class 08 = connection, 57P = an administrator's shutdown. */
    private static boolean isAway(SQLException e) {
        var state = e.getSQLState() == null ? "" : e.getSQLState();
        return e instanceof SQLTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("57P");
    }

    private static DirectHandler.TransportResponse direct(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        var trace = Trace.read(request.headers());
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .keepAlive(false)
                .header(HeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .header(Trace.ID, trace.id())
                .entity(ofStatus(status).body(trace.id()))
                .build();
    }

    private static Problem ofStatus(Status status) {
        return switch (status.code()) {
            case 400 -> Problem.badRequest("bad_request", "The request is not valid HTTP.");
            case 404 -> Problem.notFound("not_found", "There is nothing at this path.");
            case 413 -> Problem.of(status, "body_too_large", "The request's body is too large.");
            default -> Problem.of(status, "http_" + status.code(), status.reasonPhrase() + ".");
        };
    }
}
