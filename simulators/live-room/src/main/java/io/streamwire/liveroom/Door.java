package io.streamwire.liveroom;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One TCP connection: HTTP requests until one becomes a websocket. */
final class Door extends SimpleChannelInboundHandler<Object> {

    private static final Pattern PAGE = Pattern.compile("/@([^/]+)/live");
    private static final Pattern CONNECT = Pattern.compile("/webcast/rooms/(\\d+)/connect");
    private static final String SOCKETS = "/webcast/im/ws_proxy/";
    private static final String SIGNED = SOCKETS + "ws_signed/";
    private static final String OUTAGE = SOCKETS + "ws_fallback/";

    private final LiveRoom liveRoom;
    private @Nullable Room room;
    private @Nullable Listener listener;

    Door(LiveRoom liveRoom) {
        this.liveRoom = liveRoom;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Object message) {
        if (message instanceof FullHttpRequest request) {
            if (!liveRoom.unresponsive()) {
                answer(context, request);
            }
            return;
        }
        if (message instanceof WebSocketFrame frame) {
            heard(context, frame);
        }
    }

    /** Pings get no pong, as at TikTok. */
    private void heard(ChannelHandlerContext context, WebSocketFrame frame) {
        var in = room;
        var by = listener;
        if (frame instanceof CloseWebSocketFrame close) {
            context.writeAndFlush(close.retainedDuplicate())
                    .addListener(ChannelFutureListener.CLOSE);
        }
        if (frame instanceof BinaryWebSocketFrame && in != null && by != null) {
            var bytes = new byte[frame.content().readableBytes()];
            frame.content().readBytes(bytes);
            in.heard(by, bytes);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        var in = room;
        var by = listener;
        if (in != null && by != null) {
            in.leave(by);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }

    private void answer(ChannelHandlerContext context, FullHttpRequest request) {
        var uri = new QueryStringDecoder(request.uri());
        var path = uri.path();
        if (!request.method().equals(HttpMethod.GET)) {
            send(context, request, text(405, "text/plain", "GET only"));
            return;
        }
        if (path.startsWith(SOCKETS)) {
            socket(context, request, path, uri.parameters());
            return;
        }
        send(context, request, page(request, path, uri.parameters()));
    }

    private FullHttpResponse page(
            FullHttpRequest request, String path, Map<String, List<String>> query) {
        if (path.equals("/")) {
            var home = text(200, "text/html", "<!doctype html><title>home</title>");
            home.headers()
                    .add(
                            HttpHeaderNames.SET_COOKIE,
                            "ttwid=%s; Path=/; Max-Age=31536000; HttpOnly"
                                    .formatted(liveRoom.tokens().visitor()));
            return home;
        }
        var page = PAGE.matcher(path);
        if (page.matches()) {
            liveRoom.lookedUp();
            return livePage(page.group(1));
        }
        var connect = CONNECT.matcher(path);
        if (connect.matches()) {
            return sign(request, connect.group(1), query);
        }
        return switch (path) {
            case "/api-live/user/room/" -> {
                liveRoom.lookedUp();
                yield json(userRoom(first(query, "uniqueId")));
            }
            case "/webcast/room/info/" -> json(roomInfo(first(query, "room_id")));
            case "/webcast/room/check_alive/" -> json(alive(first(query, "room_ids")));
            case "/webcast/fetch", "/webcast/fetch/" ->
                    sign(request, first(query, "room_id"), query);
            default -> text(404, "text/plain", "no such page");
        };
    }

    private FullHttpResponse livePage(String username) {
        if (!liveRoom.redirect().isEmpty()) {
            var moved = text(302, "text/plain", "");
            moved.headers().set(HttpHeaderNames.LOCATION, liveRoom.redirect());
            return moved;
        }
        if (liveRoom.captcha()) {
            return text(200, "text/html", "<!doctype html><div id=\"captcha\"></div>");
        }
        var state =
                liveRoom.find(username)
                        .map(found ->
                                """
                                {"AppContext":{"lang":"en"},"LiveRoom":{"liveRoomUserInfo":\
                                {"user":{"id":"68%d","uniqueId":"%s","roomId":"%s","status":%d},\
                                "liveRoom":{"title":"Test","status":%d}}}}\
                                """
                                        .formatted(
                                                found.id(),
                                                found.username(),
                                                found.roomId(),
                                                found.status().number(),
                                                found.status().number()))
                        .orElse("{\"AppContext\":{\"lang\":\"en\"}}");
        return text(
                200,
                "text/html",
                """
                <!doctype html><html><head><title>LIVE</title></head><body>
                <script id="OTHER" type="application/json">{"a":1}</script>
                <script id="SIGI_STATE" type="application/json">%s</script>
                </body></html>
                """
                        .formatted(state));
    }

    private String userRoom(String username) {
        if (liveRoom.captcha()) {
            return "";
        }
        var found = liveRoom.find(username);
        if (found.isEmpty() || liveRoom.apiUnaware()) {
            return "{\"statusCode\":19881007,\"message\":\"user_not_found\",\"data\":{}}";
        }
        int status = found.get().status().number();
        return """
        {"statusCode":0,"message":"","data":{"user":{"roomId":"%s","status":%d},\
        "liveRoom":{"status":%d}}}\
        """
                .formatted(found.get().roomId(), status, status);
    }

    private String roomInfo(String roomId) {
        var found = liveRoom.byId(roomId);
        if (found.isEmpty()) {
            return "{\"status_code\":10011,\"data\":{\"message\":\"Invalid parameters\"}}";
        }
        if (found.get().ageRestricted()) {
            return "{\"status_code\":4003110,\"data\":{\"message\":\"18+\"}}";
        }
        return """
        {"status_code":0,"data":{"id":%s,"id_str":"%s","status":%d,"title":"Test",\
        "owner":{"display_id":"%s"},"user_count":%d,"stats":{"like_count":%d}}}\
        """
                .formatted(
                        roomId,
                        roomId,
                        found.get().status().number(),
                        found.get().username(),
                        found.get().connections(),
                        found.get().likes());
    }

    private String alive(String roomIds) {
        var json = new StringBuilder("{\"status_code\":0,\"data\":[");
        for (var roomId : roomIds.split(",", -1)) {
            boolean alive =
                    liveRoom.byId(roomId)
                            .filter(found -> found.status() != Room.Status.OFFLINE)
                            .isPresent();
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append("{\"alive\":%b,\"room_id_str\":\"%s\"}".formatted(alive, roomId));
        }
        return json.append("]}").toString();
    }

    // The sign server.

    private FullHttpResponse sign(
            FullHttpRequest request, String roomId, Map<String, List<String>> query) {
        liveRoom.signed();
        var key = liveRoom.signKey();
        if (!key.isEmpty() && !key.equals(request.headers().get("x-api-key"))) {
            return text(401, "application/json", "{\"message\":\"unknown api key\"}");
        }
        var found = liveRoom.byId(roomId).or(() -> liveRoom.find(first(query, "unique_id")));
        if (found.isEmpty()) {
            return text(404, "application/json", "{\"message\":\"no such room\"}");
        }
        return switch (liveRoom.signFault()) {
            case NONE -> signature(found.get(), liveRoom.tokens().signature(), true);
            case BAD_SIGNATURE -> signature(found.get(), "wrss-forged", true);
            case NO_COOKIE -> signature(found.get(), liveRoom.tokens().signature(), false);
            case QUOTA -> {
                var quota =
                        text(
                                429,
                                "application/json",
                                "{\"message\":\"Too many\",\"limit_label\":\"minute\"}");
                quota.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
                yield quota;
            }
            case PAYMENT -> text(402, "application/json", "{\"message\":\"premium route\"}");
            case ERROR -> text(500, "application/json", "{\"message\":\"oops\"}");
            case EMPTY_BODY -> protobuf(new byte[0], true);
            case NO_CURSOR ->
                    protobuf(
                            new Fields().text(10, "" + liveRoom.socketUrl() + SIGNED).toByteArray(),
                            true);
            case GARBAGE -> protobuf(new byte[] {(byte) 0xff, 0x01, 0x02}, true);
            case OUTAGE_STUB ->
                    protobuf(
                            new Fields()
                                    .text(2, "stub")
                                    .text(10, liveRoom.socketUrl() + OUTAGE)
                                    .toByteArray(),
                            true);
        };
    }

    private FullHttpResponse signature(Room found, String signature, boolean cookie) {
        var result =
                Push.fetchResult(found.id(), 0, found.history(), true)
                        .entry(7, "imprp", "abc")
                        .entry(7, "wrss", signature)
                        .number(8, 10_000)
                        .flag(9, true)
                        .text(10, liveRoom.socketUrl() + SIGNED)
                        .flag(11, true);
        return protobuf(result.toByteArray(), cookie);
    }

    private FullHttpResponse protobuf(byte[] body, boolean cookie) {
        var response = bytes(200, "application/protobuf", body);
        if (cookie) {
            response.headers().set("X-Set-TT-Cookie", "ttwid=" + liveRoom.tokens().visitor());
        }
        return response;
    }

    // The websocket.

    private void socket(
            ChannelHandlerContext context,
            FullHttpRequest request,
            String path,
            Map<String, List<String>> query) {
        var found = liveRoom.byId(first(query, "room_id"));
        var refusal = refusal(request, path, query, found.orElse(null));
        if (!refusal.message().isEmpty() || found.isEmpty()) {
            var refused = text(200, "text/plain", "");
            refused.headers()
                    .set("Handshake-Msg", refusal.message())
                    .set("Handshake-Status", refusal.status());
            send(context, request, refused);
            return;
        }
        var handshaker =
                new WebSocketServerHandshakerFactory(
                                liveRoom.socketUrl().toString(), null, false, 1 << 16)
                        .newHandshaker(request);
        if (handshaker == null) {
            send(context, request, text(426, "text/plain", "not a websocket handshake"));
            return;
        }
        var entered =
                new SocketListener(context.channel(), first(query, "compress").equals("gzip"));
        handshaker
                .handshake(context.channel(), request)
                .addListener(done -> {
                    if (done.isSuccess()) {
                        room = found.get();
                        listener = entered;
                        found.get().enter(entered);
                    }
                });
    }

    private Room.Refusal refusal(
            FullHttpRequest request,
            String path,
            Map<String, List<String>> query,
            @Nullable Room found) {
        if (path.startsWith(OUTAGE) || !first(query, "aid").equals("1988")) {
            return new Room.Refusal("illegal app_id", 417);
        }
        if (found == null) {
            return new Room.Refusal("illegal room_id", 417);
        }
        var blocked = new Room.Refusal("DEVICE_BLOCKED", 415);
        if (request.headers().get(HttpHeaderNames.USER_AGENT, "").isEmpty()
                || !liveRoom.tokens().isVisitor(cookie(request, "ttwid"))) {
            return blocked;
        }
        boolean signed = path.startsWith(SIGNED);
        if (signed && !liveRoom.tokens().redeem(first(query, "wrss"))) {
            return new Room.Refusal("illegal secret key", 417);
        }
        if (!signed && liveRoom.directBlocked()) {
            return blocked;
        }
        return found.nextRefusal();
    }

    private static String cookie(FullHttpRequest request, String name) {
        return ServerCookieDecoder.LAX
                .decode(request.headers().get(HttpHeaderNames.COOKIE, ""))
                .stream()
                .filter(cookie -> cookie.name().equals(name))
                .map(cookie -> cookie.value())
                .findFirst()
                .orElse("");
    }

    private static String first(Map<String, List<String>> query, String name) {
        return query.getOrDefault(name, List.of("")).getFirst();
    }

    private static FullHttpResponse json(String body) {
        return text(200, "application/json", body);
    }

    private static FullHttpResponse text(int status, String type, String body) {
        return bytes(status, type, body.getBytes(StandardCharsets.UTF_8));
    }

    private static FullHttpResponse bytes(int status, String type, byte[] body) {
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(status),
                        Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        return response;
    }

    private static void send(
            ChannelHandlerContext context, FullHttpRequest request, FullHttpResponse response) {
        var sent = context.writeAndFlush(response);
        if (!HttpUtil.isKeepAlive(request)) {
            sent.addListener(ChannelFutureListener.CLOSE);
        }
    }
}
