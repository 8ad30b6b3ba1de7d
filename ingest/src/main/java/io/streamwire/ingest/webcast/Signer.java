package io.streamwire.ingest.webcast;

import com.google.protobuf.InvalidProtocolBufferException;
import io.streamwire.ingest.webcast.WebcastException.Code;
import io.streamwire.ingest.webcast.wire.FetchResult;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Asks the sign server for socket URLs. A Retry-After holds for every livestream. */
final class Signer {

    /** How long what it signs opens a socket. */
    private static final Duration LIFE = Duration.ofSeconds(30);

    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final Duration USUAL_WAIT = Duration.ofMinutes(1);
    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");
    private static final Pattern COOKIE = Pattern.compile("ttwid=[^;\\s]{1,1024}");

    private final Browser browser;
    private final WebcastSettings settings;
    private final Budget budget;
    private final InstantSource clock;

    Signer(Browser browser, WebcastSettings settings, Budget budget, InstantSource clock) {
        this.browser = browser;
        this.settings = settings;
        this.budget = budget;
        this.clock = clock;
    }

    /**
     * One way into a room, good once and for about 30 s.
     *
     * @param cookie the visitor that it was signed for
     * @param first what happened in the room before
     * @param patience how long to wait for its socket
     */
    record Ticket(URI server, String cookie, FetchResult first, Duration patience) {}

    /**
     * A signature.
     *
     * @throws WebcastException SIGN_RATE_LIMITED, SIGN_BUDGET, SIGN_REFUSED, SIGN_UNREACHABLE,
     *     SIGN_OUTAGE, SIGN_USELESS
     */
    Ticket sign(Room room, String cursor) {
        var quiet = budget.quiet();
        if (quiet.isPositive()) {
            throw limited(quiet);
        }
        var query = new LinkedHashMap<String, String>();
        query.put("client", "streamwire");
        query.put("cursor", cursor);
        query.put("user_agent", Browser.USER_AGENT);
        query.put("client_enter", "true");
        query.put("platform", "web");
        var response = ask("/webcast/rooms/" + room.id() + "/connect", query);
        if (response.statusCode() == 404) {
            query.put("room_id", Long.toString(room.id()));
            response = ask("/webcast/fetch", query);
        }
        return ticket(response);
    }

    /** Every request takes of the budget, also one that is not known there. */
    private HttpResponse<byte[]> ask(String path, Map<String, String> query) {
        var wait = budget.take();
        if (wait.isPositive()) {
            throw new WebcastException(
                    Code.SIGN_BUDGET, "Our own budget of signatures is used up.", wait);
        }
        var request = HttpRequest.newBuilder(Browser.uri(settings.signUrl(), path, query));
        if (!settings.signKey().isEmpty()) {
            request.header("x-api-key", settings.signKey());
        }
        return browser.get(
                request, settings.requestTimeout(), Code.SIGN_UNREACHABLE, "The sign server");
    }

    private Ticket ticket(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status == 429) {
            var wait = retryAfter(response);
            budget.keepQuiet(wait);
            throw limited(wait);
        }
        if (status == 401 || status == 402 || status == 403) {
            throw new WebcastException(
                    Code.SIGN_REFUSED,
                    "The sign server answered HTTP " + status + ": check its key and plan.");
        }
        if (status != 200) {
            throw new WebcastException(
                    Code.SIGN_OUTAGE, "The sign server answered HTTP " + status + ".");
        }
        if (response.body().length == 0) {
            throw useless("an empty body: TikTok has detected it");
        }
        var cookie = COOKIE.matcher(response.headers().firstValue("X-Set-TT-Cookie").orElse(""));
        if (!cookie.find()) {
            throw useless("no visitor cookie");
        }
        try {
            var result = FetchResult.parseFrom(response.body());
            if (result.getCursor().isEmpty()) {
                throw useless("no cursor");
            }
            var patience = settings.requestTimeout();
            return new Ticket(
                    server(result.getPushServer()),
                    cookie.group(),
                    result,
                    patience.compareTo(LIFE) < 0 ? patience : LIFE);
        } catch (InvalidProtocolBufferException e) {
            throw useless("a body that is not protobuf");
        }
    }

    /** As safe as what was configured: never ws where wss is expected. */
    private URI server(String pushServer) {
        try {
            var uri = new URI(pushServer);
            boolean encrypted = "wss".equals(uri.getScheme());
            boolean plain = "ws".equals(uri.getScheme());
            if (uri.getHost() != null
                    && uri.getUserInfo() == null
                    && (encrypted || (plain && "ws".equals(settings.socketUrl().getScheme())))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw useless("no usable socket URL");
        }
        throw useless("no usable socket URL");
    }

    private Duration retryAfter(HttpResponse<byte[]> response) {
        return seconds(response, "Retry-After")
                .or(() ->
                        seconds(response, "X-RateLimit-Reset")
                                .map(at -> at - clock.instant().getEpochSecond()))
                .map(wait -> Duration.ofSeconds(Math.clamp(wait, 1, LONGEST_WAIT.toSeconds())))
                .orElse(USUAL_WAIT);
    }

    private static Optional<Long> seconds(HttpResponse<byte[]> response, String header) {
        return response.headers()
                .firstValue(header)
                .filter(value -> SECONDS.matcher(value).matches())
                .map(Long::valueOf);
    }

    private static WebcastException limited(Duration wait) {
        return new WebcastException(
                Code.SIGN_RATE_LIMITED, "The sign server's quota is used up.", wait);
    }

    /** TikTok refused what was signed. */
    static WebcastException refused(WebcastException refusal) {
        boolean nowhere = refusal.detail().contains("illegal app_id");
        return new WebcastException(
                nowhere ? Code.SIGN_OUTAGE : Code.SIGN_USELESS,
                "What the sign server signed opens no socket. " + refusal.detail());
    }

    private static WebcastException useless(String what) {
        return new WebcastException(
                Code.SIGN_USELESS, "The sign server answered with " + what + ".");
    }
}
