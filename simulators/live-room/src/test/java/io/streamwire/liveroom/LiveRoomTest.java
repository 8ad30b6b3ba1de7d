package io.streamwire.liveroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.streamwire.liveroom.ScriptedViewer.Role;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(20)
class LiveRoomTest {

    private static final ScriptedViewer ADA =
            new ScriptedViewer(7_100_000_000_000_000_001L, "ada", "Ada", Set.of(Role.MODERATOR));

    private final LiveRoom liveRoom = LiveRoom.start(0);
    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        http.shutdownNow();
        liveRoom.close();
    }

    @Test
    void everyVisitorGetsACookie() throws Exception {
        assertThat(get("/").headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("ttwid=1%7C");
    }

    @Test
    void aUserWhoIsLiveIsFoundByPageAndByApi() throws Exception {
        var room = liveRoom.room("Maker");

        assertThat(get("/@maker/live").body())
                .contains("\"roomId\":\"" + room.roomId() + "\",\"status\":2");
        assertThat(get("/api-live/user/room/?aid=1988&uniqueId=maker").body())
                .contains(room.roomId());
        assertThat(room.roomId()).hasSize(19);
        assertThat(liveRoom.lookups()).isEqualTo(2);
    }

    @Test
    void aUserWhoIsOfflineSaysSoEverywhere() throws Exception {
        var room = liveRoom.room("maker");
        room.status(Room.Status.OFFLINE);

        assertThat(get("/@maker/live").body()).contains("\"status\":4");
        assertThat(get("/webcast/room/info/?room_id=" + room.roomId()).body())
                .contains("\"status\":4");
        assertThat(get("/webcast/room/check_alive/?room_ids=" + room.roomId() + ",5").body())
                .contains("{\"alive\":false,\"room_id_str\":\"" + room.roomId() + "\"}");
    }

    @Test
    void aUserWhoNeverWasLiveIsUnknown() throws Exception {
        assertThat(get("/@nobody/live").body()).contains("SIGI_STATE").doesNotContain("LiveRoom");
        assertThat(get("/api-live/user/room/?uniqueId=nobody").body()).contains("19881007");
    }

    @Test
    void messagesArriveInOneGzippedFrameWithTheirFieldNumbers() throws Exception {
        var room = liveRoom.room("maker");
        connect(room, "/webcast/im/ws_proxy/ws_reuse_supplement/", "");
        nextMessages();

        var sent =
                room.send(
                        new Frame()
                                .comment(ADA, "spin!")
                                .giftStep(ADA, Gift.ROSE, 77, 3, true)
                                .like(ADA, 15)
                                .follow(ADA));

        var messages = nextMessages();
        assertThat(messages).hasSize(4);
        assertThat(messages.get(0).text(1)).isEqualTo("WebcastChatMessage");
        assertThat(messages.get(0).number(3)).isEqualTo(sent.get(0).msgId());
        var chat = messages.get(0).message(2);
        assertThat(chat.message(1).number(2)).isEqualTo(sent.get(0).msgId());
        assertThat(chat.message(1).number(3)).isEqualTo(Long.parseLong(room.roomId()));
        assertThat(chat.message(2).number(1)).isEqualTo(ADA.id());
        assertThat(chat.message(2).text(38)).isEqualTo("ada");
        assertThat(chat.text(3)).isEqualTo("spin!");
        assertThat(chat.message(18).number(5)).isEqualTo(1);
        var gift = messages.get(1).message(2);
        assertThat(gift.number(5)).isEqualTo(3);
        assertThat(gift.number(9)).isEqualTo(1);
        assertThat(gift.number(11)).isEqualTo(77);
        assertThat(gift.message(15).number(11)).isEqualTo(1);
        assertThat(gift.message(15).number(12)).isEqualTo(1);
        assertThat(gift.message(15).text(16)).isEqualTo("Rose");
        assertThat(messages.get(2).message(2).number(3)).isEqualTo(15);
        assertThat(messages.get(3).message(2).message(1).message(8).text(1)).contains("follow");
        assertThat(room.counts())
                .isEqualTo(Map.of("comment", 1L, "gift", 1L, "like", 1L, "follow", 1L));
        assertThat(sent).allMatch(message -> message.receivers() == 1);
    }

    @Test
    void aNewConnectionGetsTheLastCommentsAgainWithTheirIds() throws Exception {
        var room = liveRoom.room("maker");
        var ids = new ArrayList<Long>();
        for (int i = 0; i < 8; i++) {
            ids.add(room.comment(ADA, "c" + i).msgId());
        }

        connect(room, "/webcast/im/ws_proxy/ws_reuse_supplement/", "");

        var history = nextMessages();
        assertThat(history).extracting(message -> message.number(3)).isEqualTo(ids.subList(2, 8));
        assertThat(history).allMatch(message -> message.number(6) == 1);
        assertThat(room.unseen()).isEqualTo(8);
        assertThat(room.counts()).isEmpty();
    }

    @Test
    void aSignatureIsGoodOnlyOnce() throws Exception {
        var room = liveRoom.room("maker");
        var answer =
                http.send(
                        request("/webcast/rooms/" + room.roomId() + "/connect").build(),
                        BodyHandlers.ofByteArray());
        var result = Decoded.of(answer.body());
        var signature = result.entries(7).get("wrss");

        connect(room, path(result), "&wrss=" + signature);
        var again = refusal(room, path(result), "&wrss=" + signature);

        assertThat(answer.headers().firstValue("X-Set-TT-Cookie")).isPresent();
        assertThat(again).isEqualTo("illegal secret key 417");
        awaitConnects(room, 1);
    }

    @Test
    void aClientWithoutCookieIsBlocked() {
        var room = liveRoom.room("maker");

        var failure =
                http.newWebSocketBuilder()
                        .buildAsync(
                                socket(room, "/webcast/im/ws_proxy/x/", ""),
                                new WebSocket.Listener() {})
                        .handle((_, e) -> reason(e))
                        .join();

        assertThat(failure).isEqualTo("DEVICE_BLOCKED 415");
    }

    @Test
    void refusalsComeAsOftenAsAskedFor() throws Exception {
        var room = liveRoom.room("maker");
        room.refuse(1, "illegal secret key", 417);

        assertThat(refusal(room, "/webcast/im/ws_proxy/x/", ""))
                .isEqualTo("illegal secret key 417");
        connect(room, "/webcast/im/ws_proxy/x/", "");

        awaitConnects(room, 1);
    }

    /** The room counts a client after its handshake, which is all that the client waits for. */
    private static void awaitConnects(Room room, int connects) {
        var deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (room.connects() < connects && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(room.connects()).isEqualTo(connects);
    }

    @ParameterizedTest
    @EnumSource(SignFault.class)
    void theSignServerFailsAsItIsTold(SignFault fault) throws Exception {
        var room = liveRoom.room("maker");
        liveRoom.signFault(fault);

        var answer = get("/webcast/fetch?room_id=" + room.roomId());

        int expected =
                switch (fault) {
                    case QUOTA -> 429;
                    case PAYMENT -> 402;
                    case ERROR -> 500;
                    default -> 200;
                };
        assertThat(answer.statusCode()).isEqualTo(expected);
        assertThat(answer.headers().firstValue("Retry-After").isPresent())
                .isEqualTo(fault == SignFault.QUOTA);
        assertThat(liveRoom.signRequests()).isEqualTo(1);
    }

    @Test
    void acknowledgementsHeartbeatsAndEntriesAreCounted() throws Exception {
        var room = liveRoom.room("maker");
        var socket = connect(room, "/webcast/im/ws_proxy/x/", "");
        nextFrame();
        var sent = room.comment(ADA, "hi");
        var frame = nextFrame();
        var extension = Decoded.of(gunzip(frame.bytes(8))).bytes(5);

        for (var payload :
                List.of(
                        new Fields().number(2, frame.number(2)).text(7, "ack").bytes(8, extension),
                        new Fields().number(2, frame.number(2)).text(7, "ack").text(8, "wrong"),
                        new Fields().text(7, "hb"),
                        new Fields().text(7, "im_enter_room"))) {
            socket.sendBinary(ByteBuffer.wrap(payload.toByteArray()), true).join();
        }

        assertThat(nextFrame().text(7)).isEqualTo("hb");
        assertThat(nextFrame().text(7)).isEqualTo("im_enter_room_resp");
        assertThat(room.acknowledged(sent)).isTrue();
        assertThat(room.acknowledgements()).isEqualTo(1);
        assertThat(room.wrongFrames()).isEqualTo(1);
        assertThat(room.heartbeats()).isEqualTo(1);
        assertThat(room.entries()).isEqualTo(1);
    }

    @Test
    void fragmentsMakeTheSameMessage() throws Exception {
        var room = liveRoom.room("maker");
        connect(room, "/webcast/im/ws_proxy/x/", "");
        nextMessages();
        room.fragments(7);

        room.comment(ADA, "in pieces");

        assertThat(nextMessages().getFirst().message(2).text(3)).isEqualTo("in pieces");
    }

    @Test
    void theSameShowIsAlwaysTheSame() throws Exception {
        var show = Show.seeded(4).pace(2_000, 8).lasting(Duration.ofMillis(200));

        var first = perform(liveRoom.room("one"), show);
        var second = perform(liveRoom.room("two"), show);

        assertThat(first).isEqualTo(second).hasSizeGreaterThanOrEqualTo(400);
        assertThat(first.stream().filter(line -> line.endsWith("true")).count())
                .isBetween(20L, 80L);
    }

    @Test
    void aShowKeepsItsPace() throws Exception {
        var room = liveRoom.room("maker");

        perform(room, Show.seeded(4).pace(1_000, 4).lasting(Duration.ofMillis(500)));

        var sent = room.sent();
        var paced = sent.subList(0, 500);
        assertThat(paced.getLast().dueNanos() - paced.getFirst().dueNanos())
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(496));
        assertThat(paced).allMatch(message -> message.sentNanos() >= message.dueNanos());
    }

    @Test
    void everyStreakOfAShowHasItsEnd() throws Exception {
        var room = liveRoom.room("maker");

        var lines =
                perform(
                        room,
                        Show.seeded(9)
                                .pace(2_000, 8)
                                .lasting(Duration.ofMillis(100))
                                .matching(0, 0, "spin")
                                .mixed(new Show.Mix(0, 1, 0, 0, 0, 0), 10));

        long starts = lines.stream().filter(line -> line.contains(" x1 ")).count();
        assertThat(starts).isPositive();
        assertThat(room.unseen()).isEqualTo(lines.size());
    }

    private static List<String> perform(Room room, Show show) throws InterruptedException {
        try (var performance = room.play(show)) {
            assertThat(performance.await(Duration.ofSeconds(10))).isTrue();
            assertThat(performance.messages()).isEqualTo(room.sent().size());
        }
        return room.sent().stream()
                .map(sent -> sent.type() + " " + sent.what() + " " + sent.matches())
                .toList();
    }

    private WebSocket connect(Room room, String path, String more) throws Exception {
        var cookie = get("/").headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
        return http.newWebSocketBuilder()
                .header("Cookie", cookie)
                .header("User-Agent", "test")
                .buildAsync(socket(room, path, more), new Collector())
                .join();
    }

    private String refusal(Room room, String path, String more) throws Exception {
        try {
            connect(room, path, more);
            return "";
        } catch (CompletionException e) {
            return reason(e);
        }
    }

    private static String reason(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(WebSocketHandshakeException.class);
        var refused = (WebSocketHandshakeException) Objects.requireNonNull(cause);
        var headers = refused.getResponse().headers();
        return headers.firstValue("Handshake-Msg").orElseThrow()
                + " "
                + headers.firstValue("Handshake-Status").orElseThrow();
    }

    private URI socket(Room room, String path, String more) {
        return URI.create(
                liveRoom.socketUrl()
                        + path
                        + "?aid=1988&compress=gzip&room_id="
                        + room.roomId()
                        + more);
    }

    private static String path(Decoded result) throws IOException {
        return URI.create(result.text(10)).getPath();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(liveRoom.url().resolve(path));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(request(path).build(), BodyHandlers.ofString());
    }

    private Decoded nextFrame() throws Exception {
        var frame = frames.poll(5, TimeUnit.SECONDS);
        assertThat(frame).isNotNull();
        return Decoded.of(frame);
    }

    private List<Decoded> nextMessages() throws Exception {
        return Decoded.of(gunzip(nextFrame().bytes(8))).messages(1);
    }

    private static byte[] gunzip(byte[] bytes) throws IOException {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }

    /** Puts fragments together. */
    private final class Collector implements WebSocket.Listener {
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            var bytes = new byte[data.remaining()];
            data.get(bytes);
            message.writeBytes(bytes);
            if (last) {
                frames.add(message.toByteArray());
                message.reset();
            }
            socket.request(1);
            return java.util.concurrent.CompletableFuture.completedFuture(null);
        }
    }

    /** A protobuf message read without any schema. */
    private record Decoded(Map<Integer, List<Object>> fields) {
        static Decoded of(byte[] bytes) throws IOException {
            var fields = new TreeMap<Integer, List<Object>>();
            var in = CodedInputStream.newInstance(bytes);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                Object value =
                        WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT
                                ? (Object) in.readInt64()
                                : in.readByteArray();
                fields.computeIfAbsent(WireFormat.getTagFieldNumber(tag), _ -> new ArrayList<>())
                        .add(value);
            }
            return new Decoded(fields);
        }

        long number(int field) {
            return (Long) fields.getOrDefault(field, List.of(0L)).getFirst();
        }

        byte[] bytes(int field) {
            return (byte[]) fields.getOrDefault(field, List.of(new byte[0])).getFirst();
        }

        String text(int field) {
            return new String(bytes(field), java.nio.charset.StandardCharsets.UTF_8);
        }

        Decoded message(int field) throws IOException {
            return of(bytes(field));
        }

        List<Decoded> messages(int field) throws IOException {
            var messages = new ArrayList<Decoded>();
            for (var value : fields.getOrDefault(field, List.of())) {
                messages.add(of((byte[]) value));
            }
            return messages;
        }

        Map<String, String> entries(int field) throws IOException {
            var entries = new TreeMap<String, String>();
            for (var entry : messages(field)) {
                entries.put(entry.text(1), entry.text(2));
            }
            return entries;
        }
    }
}
