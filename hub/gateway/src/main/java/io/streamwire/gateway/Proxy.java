package io.streamwire.gateway;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Deadline;
import io.streamwire.service.Problem;
import io.streamwire.service.TrustedProxies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/**
 * Passes requests on to a service and its responses back, path, query and bodies as they are. It
 * runs on the virtual thread of the client's connection, and holds the whole body of a request but
 * never that of a response.
 */
final class Proxy {

    private static final Logger LOG = System.getLogger(Proxy.class.getName());

    private static final Set<Integer> WITHOUT_BODY =
            Set.of(Status.NO_CONTENT_204.code(), Status.NOT_MODIFIED_304.code());

    private static final Pattern WAIT = Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*(\\d{1,3})");

    /** What a stop names, bytes; a larger body names nobody, and so everybody. */
    private static final int LARGEST_OF_STOP = 64 * 1_024;

    /** Large bodies at once; each is held as a whole. */
    private static final int UPLOADS = 4;

    private final Exchange exchange;
    private final Callers callers;
    private final Limits limits;
    private final TrustedProxies trusted;
    private final Patience patience;

    Proxy(
            Exchange exchange,
            Callers callers,
            Limits limits,
            TrustedProxies trusted,
            Patience patience) {
        this.exchange = exchange;
        this.callers = callers;
        this.limits = limits;
        this.trusted = trusted;
        this.patience = patience;
    }

    /**
     * How long a service may take.
     *
     * @param headers until its response begins, besides what the client asked it to wait
     * @param preferred most that a client may ask it to wait, by {@code Prefer: wait=}
     * @param silence between two parts of its response
     * @param body until the client's whole request is here
     * @param uploadRate bytes per second that an upload must bring
     */
    record Patience(
            Duration headers,
            Duration preferred,
            Duration silence,
            Duration body,
            long uploadRate) {}

    /** Of the time that a body may take, in each of which an upload must get on. */
    private static final int WINDOWS = 12;

    /**
     * The handler that passes on large bodies: one of each user, and only so many are held at once.
     */
    Handler uploadsTo(Upstream upstream) {
        var places = new Semaphore(UPLOADS);
        var uploading = ConcurrentHashMap.<String>newKeySet();
        return (request, response) -> {
            var key = limits.key(request);
            if (!uploading.add(key)) {
                throw tooManyUploads("You are uploading already.");
            }
            try {
                if (!places.tryAcquire()) {
                    throw tooManyUploads("Others are uploading now.");
                }
                try {
                    pass(upstream, request, response, this::atLeastAtItsRate);
                } finally {
                    places.release();
                }
            } finally {
                uploading.remove(key);
            }
        };
    }

    private static Problem tooManyUploads(String detail) {
        return Problem.tooManyRequests("too_many_uploads", detail, Duration.ofSeconds(5));
    }

    /** The handler that passes stops on: one whose body is too large goes without it. */
    Handler stopsTo(Upstream upstream) {
        return (request, response) -> pass(upstream, request, response, Proxy::ofStop);
    }

    private static byte[] ofStop(InputStream in) throws IOException {
        var body = in.readNBytes(LARGEST_OF_STOP + 1);
        return body.length > LARGEST_OF_STOP ? new byte[0] : body;
    }

    /** The handler that passes everything on to one service. */
    Handler to(Upstream upstream) {
        return (request, response) -> pass(upstream, request, response, InputStream::readAllBytes);
    }

    /**
     * The handler that lets a browser sign in: only from a page of ours, since the cookie that it
     * gets is another site's to use otherwise, and in place of whoever it was until now.
     */
    Handler signInTo(Upstream auth) {
        return (request, response) -> {
            SameOrigin.check(request.prologue(), request.headers());
            callers.noteFormer(request);
            pass(auth, request, response, InputStream::readAllBytes);
        };
    }

    private void pass(
            Upstream upstream, ServerRequest request, ServerResponse response, Reading reading)
            throws IOException, InterruptedException {
        var allowance = limits.take(request);
        var prologue = request.prologue();
        var outgoing =
                new Exchange.Outgoing(
                        prologue.method(),
                        RequestTarget.of(prologue),
                        RequestHeaders.of(
                                request,
                                limits.client(request),
                                trusted.contain(Limits.address(request))),
                        body(request, reading));
        var answer = answer(upstream, outgoing, request);
        try (var body = answer.body()) {
            response.header("RateLimit-Policy", limits.policy())
                    .header("RateLimit", limits.state(allowance));
            copyHead(answer, response);
            if (outgoing.method().equals(Method.HEAD)
                    || WITHOUT_BODY.contains(answer.statusCode())) {
                response.send();
                return;
            }
            answer.headers()
                    .firstValueAsLong("content-length")
                    .ifPresent(response.headers()::contentLength);
            copyBody(upstream, body, response);
        }
    }

    /**
     * What the service says; when it refuses a session's access token, what it says to the next.
     */
    private HttpResponse<ResponseBody> answer(
            Upstream upstream, Exchange.Outgoing outgoing, ServerRequest request)
            throws InterruptedException {
        var instances = instances(upstream, request);
        var answer = exchange.send(upstream, instances, outgoing, patience(request));
        var caller = Callers.exchanged(request);
        if (caller.isEmpty()) {
            return answer;
        }
        boolean refused =
                answer.statusCode() == Status.UNAUTHORIZED_401.code()
                        && request.context().get(AccessToken.class).isPresent();
        if (refused && caller.get().isRenewable()) {
            answer.body().close();
            var bearer = callers.again(caller.get()).bearer();
            var again = outgoing.with("Authorization", "Bearer " + bearer);
            return exchange.send(upstream, instances, again, patience(request));
        }
        if (upstream.name().equals("auth") && !outgoing.safe()) {
            callers.forget(caller.get()); // it may have another workspace or role from now on
        }
        return answer;
    }

    private List<Instance> instances(Upstream upstream, ServerRequest request) {
        return upstream.name().equals("devices")
                ? upstream.inTurn(whose(request))
                : upstream.inTurn();
    }

    /** The workspace of a call as far as it can be seen here, else who calls. */
    private String whose(ServerRequest request) {
        var named = RequestHeaders.all(request, "x-workspace-id");
        var token = request.context().get(AccessToken.class);
        return named.stream()
                .findFirst()
                .or(() -> token.map(AccessToken::workspaceId).map(UUID::toString))
                .or(() -> token.map(AccessToken::userId).map(UUID::toString))
                .orElseGet(() -> limits.client(request).getHostAddress());
    }

    private static void copyHead(HttpResponse<?> answer, ServerResponse response) {
        response.status(Status.create(answer.statusCode()));
        var hopByHop = HopByHop.of(answer.headers().allValues("connection"));
        answer.headers()
                .map()
                .forEach((name, values) -> {
                    if (!hopByHop.contains(name.toLowerCase(Locale.ROOT))) {
                        response.header(HeaderNames.create(name), values.toArray(String[]::new));
                    }
                });
    }

    // The output is not closed when a side breaks off: that would make a cut response look whole.
    private void copyBody(Upstream upstream, ResponseBody body, ServerResponse response)
            throws InterruptedException {
        try {
            var out = response.outputStream();
            body.copyTo(out, patience.silence());
            out.close();
        } catch (ResponseBody.BrokenException e) {
            LOG.log(
                    Level.WARNING,
                    "service={0} response=cut reason=\"{1}\"",
                    upstream.name(),
                    e.getMessage());
            throw new CloseConnectionException("the service broke off", e);
        } catch (IOException | UncheckedIOException e) {
            throw new CloseConnectionException("the client went away", e);
        }
    }

    private Duration patience(ServerRequest request) {
        var match = WAIT.matcher(String.join(",", RequestHeaders.all(request, "prefer")));
        if (!match.find()) {
            return patience.headers();
        }
        var asked = Duration.ofSeconds(Long.parseLong(match.group(1)));
        var most = patience.preferred();
        return patience.headers().plus(asked.compareTo(most) < 0 ? asked : most);
    }

    private HttpRequest.BodyPublisher body(ServerRequest request, Reading reading)
            throws IOException {
        if (!request.content().hasEntity()) {
            return HttpRequest.BodyPublishers.noBody();
        }
        try (var _ = Deadline.after(patience.body());
                var in = request.content().inputStream()) {
            return HttpRequest.BodyPublishers.ofByteArray(reading.all(in));
        }
    }

    /** How a body is read. */
    @FunctionalInterface
    private interface Reading {
        byte[] all(InputStream in) throws IOException;
    }

    /** Ends the connection of a client that does not send its share in each window of time. */
    private byte[] atLeastAtItsRate(InputStream in) throws IOException {
        var window = patience.body().dividedBy(WINDOWS);
        int share = (int) Math.max(1, patience.uploadRate() * window.toMillis() / 1_000);
        var all = new ByteArrayOutputStream();
        int read;
        do {
            try (var _ = Deadline.after(window)) {
                var part = in.readNBytes(share);
                all.writeBytes(part);
                read = part.length;
            }
        } while (read == share);
        return all.toByteArray();
    }
}
