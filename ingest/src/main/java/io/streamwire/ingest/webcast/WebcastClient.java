package io.streamwire.ingest.webcast;

import io.streamwire.ingest.webcast.WebcastException.Code;
import io.streamwire.ingest.webcast.WebcastSettings.Mode;
import io.streamwire.ingest.webcast.wire.FetchResult;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Finds rooms and opens sockets into them, with a signature or without. Thread-safe. */
public final class WebcastClient implements AutoCloseable {

    private static final Logger LOG = System.getLogger(WebcastClient.class.getName());
    private static final String SIGNED = "signed";
    private static final String DIRECT = "direct";
    private static final String DIRECT_PATH = "/webcast/im/ws_proxy/ws_reuse_supplement/";

    private final WebcastSettings settings;
    private final InstantSource clock;
    private final Browser browser;
    private final RoomFinder finder;
    private final Signer signer;

    /**
     * @param signatures what all livestreams together may ask the sign server for
     * @param clock when frames are received
     */
    public WebcastClient(WebcastSettings settings, Budget signatures, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.browser = new Browser(settings);
        this.finder = new RoomFinder(browser, settings);
        this.signer = new Signer(browser, settings, signatures, clock);
    }

    /**
     * The room of a user who is live.
     *
     * @param patience for the whole lookup
     * @throws WebcastException USER_NOT_FOUND, USER_OFFLINE, CAPTCHA_OR_BLOCKED, AGE_RESTRICTED,
     *     TIKTOK_UNREACHABLE or TIKTOK_UNEXPECTED
     */
    public Room find(String username, Duration patience) {
        return finder.find(username, patience);
    }

    /** Whether there are two ways to a socket. */
    public boolean hasOtherWay() {
        return settings.mode() == Mode.AUTO;
    }

    /** Whether a room is closed for certain; a doubt is no. */
    public boolean ended(Room room) {
        return finder.ended(room);
    }

    /**
     * The room of an id, when it is open.
     *
     * @throws WebcastException ROOM_NOT_FOUND, USER_OFFLINE, CAPTCHA_OR_BLOCKED, AGE_RESTRICTED,
     *     TIKTOK_UNREACHABLE or TIKTOK_UNEXPECTED
     */
    public Room findRoom(long roomId, Duration patience) {
        return finder.findRoom(roomId, patience);
    }

    /**
     * Opens a socket; in mode auto the other way is tried when the first fails.
     *
     * @param barren the way that brought nothing the last time, empty for none: it is tried last
     * @throws WebcastException of the first way, which asks for as much patience as the more
     *     patient of both allows
     */
    public WebcastConnection connect(Room room, String barren) {
        var ways = ways(barren);
        try {
            return connect(room, ways.getFirst());
        } catch (WebcastException e) {
            if (ways.size() == 1 || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            LOG.log(
                    Level.INFO,
                    "room={0} way={1} failed={2} detail=\"{3}\" next={4}",
                    Long.toString(room.id()),
                    ways.getFirst(),
                    e.code(),
                    e.detail(),
                    ways.getLast());
            return connect(room, ways.getLast(), e);
        }
    }

    private WebcastConnection connect(Room room, Mode way, WebcastException first) {
        try {
            return connect(room, way);
        } catch (WebcastException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            throw first.and(way.name().toLowerCase(Locale.ROOT), e);
        }
    }

    private List<Mode> ways(String barren) {
        return switch (settings.mode()) {
            case SIGNED -> List.of(Mode.SIGNED);
            case DIRECT -> List.of(Mode.DIRECT);
            case AUTO -> {
                boolean signedFirst =
                        switch (barren) {
                            case SIGNED -> false;
                            case DIRECT -> true;
                            default -> !settings.signKey().isEmpty();
                        };
                yield signedFirst
                        ? List.of(Mode.SIGNED, Mode.DIRECT)
                        : List.of(Mode.DIRECT, Mode.SIGNED);
            }
        };
    }

    private WebcastConnection connect(Room room, Mode way) {
        return way == Mode.SIGNED ? signed(room) : direct(room);
    }

    /** A signed URL is never dialled twice. */
    private WebcastConnection signed(Room room) {
        var ticket = signer.sign(room, "");
        var parameters = parameters(room, "0", "0");
        parameters.put("cursor", ticket.first().getCursor());
        parameters.put("internal_ext", ticket.first().getInternalExt().toStringUtf8());
        parameters.putAll(ticket.first().getRouteParamsMap());
        var uri = Browser.uri(ticket.server(), "", parameters);
        try {
            return dial(room, SIGNED, uri, ticket.cookie(), ticket.first(), ticket.patience());
        } catch (WebcastException e) {
            if (e.code() == Code.HANDSHAKE_REFUSED) {
                throw Signer.refused(e);
            }
            throw e;
        }
    }

    /** A blocked visitor gets a new cookie and one more try. */
    private WebcastConnection direct(Room room) {
        var uri =
                Browser.uri(
                        settings.socketUrl(),
                        DIRECT_PATH,
                        parameters(room, "1", Long.toString(settings.heartbeat().toMillis())));
        try {
            return dial(room, uri);
        } catch (WebcastException e) {
            if (e.code() != Code.DEVICE_BLOCKED) {
                throw e;
            }
            browser.forgetVisitor();
            return dial(room, uri);
        }
    }

    private WebcastConnection dial(Room room, URI uri) {
        return dial(
                room,
                DIRECT,
                uri,
                browser.visitor(),
                FetchResult.getDefaultInstance(),
                settings.requestTimeout());
    }

    private static Map<String, String> parameters(Room room, String direct, String heartbeat) {
        var parameters = new TreeMap<>(Browser.parameters());
        parameters.put("live_id", "12");
        parameters.put("identity", "audience");
        parameters.put("room_id", Long.toString(room.id()));
        parameters.put("compress", "gzip");
        parameters.put("resp_content_type", "protobuf");
        parameters.put("history_comment_count", "6");
        parameters.put("client_enter", "1");
        parameters.put("did_rule", "3");
        parameters.put("sup_ws_ds_opt", "1");
        parameters.put("update_version_code", "2.0.0");
        parameters.put("ws_direct", direct);
        parameters.put("heartbeat_duration", heartbeat);
        parameters.put("last_rtt", "0");
        return parameters;
    }

    private WebcastConnection dial(
            Room room, String mode, URI uri, String cookie, FetchResult first, Duration patience) {
        var connection = new WebcastConnection(room, mode, settings, clock);
        var handshake =
                browser.http()
                        .newWebSocketBuilder()
                        .connectTimeout(patience)
                        .header("Cookie", cookie)
                        .header("User-Agent", Browser.USER_AGENT)
                        .header("Origin", "https://www.tiktok.com")
                        .buildAsync(uri, connection.listener());
        try {
            var socket = handshake.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            connection.begin(socket, first);
            return connection;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused
                    && refused.getResponse() != null) {
                throw refusal(refused.getResponse().statusCode(), refused.getResponse().headers());
            }
            throw new WebcastException(
                    Code.TIKTOK_UNREACHABLE,
                    "The socket cannot be reached: "
                            + String.valueOf(e.getCause()).split("[:\\s]", 2)[0]
                            + ".");
        } catch (TimeoutException e) {
            var _ = handshake.whenComplete((late, _) -> abort(late));
            throw new WebcastException(Code.TIKTOK_UNREACHABLE, "The socket did not open in time.");
        } catch (InterruptedException e) {
            var _ = handshake.whenComplete((late, _) -> abort(late));
            Thread.currentThread().interrupt();
            throw new WebcastException(Code.TIKTOK_UNREACHABLE, "interrupted");
        }
    }

    private static void abort(@Nullable WebSocket late) {
        if (late != null) {
            late.abort();
        }
    }

    /** TikTok refuses with HTTP 200; the reason is in two headers. */
    private static WebcastException refusal(int status, HttpHeaders headers) {
        var reason = headers.firstValue("Handshake-Msg").orElse("");
        var number = headers.firstValue("Handshake-Status").orElse("");
        var detail =
                "TikTok refused the socket: \"%s\", status %s, HTTP %d."
                        .formatted(printable(reason), printable(number), status);
        return new WebcastException(
                reason.equals("DEVICE_BLOCKED") ? Code.DEVICE_BLOCKED : Code.HANDSHAKE_REFUSED,
                detail);
    }

    private static String printable(String text) {
        var clean = text.replaceAll("[^\\x20-\\x7e]", "?").replace('"', '\'');
        return clean.length() > 100 ? clean.substring(0, 100) : clean;
    }

    @Override
    public void close() {
        browser.close();
    }
}
