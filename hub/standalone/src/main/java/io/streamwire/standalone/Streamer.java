package io.streamwire.standalone;

import io.streamwire.contract.Ids;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.Sent;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoards;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One streamer who is live in the local room: a workspace with a motor board and a lamp board, a
 * rule for each, armed and connected; all of it set up through the public API, as a person would.
 *
 * @param api signed in as the owner
 * @param password of the account
 * @param room what the viewers do
 */
record Streamer(
        ApiClient api,
        String password,
        UUID workspaceId,
        UUID livestreamId,
        Room room,
        Turn spin,
        Turn galaxy,
        VirtualBoards boards)
        implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Streamer.class.getName());

    /** What viewers write to spin the motor. */
    static final String SPIN = "spin";

    private static final Duration READY = Duration.ofSeconds(20);

    /** As the API has it when none is asked for. */
    private static final Duration TTL = Duration.ofSeconds(2);

    /** What one rule does on one device. */
    record Turn(UUID ruleId, UUID deviceId, String name, String command, Map<String, Long> args) {}

    /**
     * Sets everything up.
     *
     * @param pulse how long motor and lamp stay on
     */
    static Streamer enter(
            URI gateway,
            URI broker,
            LiveRoom liveRoom,
            String username,
            Duration pulse,
            PinRecorder recorder) {
        return enter(gateway, broker, liveRoom, username, pulse, TTL, recorder);
    }

    /**
     * Sets everything up.
     *
     * @param ttl how long after the decision a board may still begin
     */
    static Streamer enter(
            URI gateway,
            URI broker,
            LiveRoom liveRoom,
            String username,
            Duration pulse,
            Duration ttl,
            PinRecorder recorder) {
        var api = new ApiClient(gateway);
        var password = UUID.randomUUID().toString();
        var workspaceId = api.register(username, password);

        var motorBoard = api.newBoard(workspaceId, "Motor");
        var lampBoard = api.newBoard(workspaceId, "Lamp");
        var motor = motorBoard.deviceId();
        var lamp = lampBoard.deviceId();
        var boards = VirtualBoards.start(broker, List.of(motorBoard, lampBoard), recorder);
        boards.awaitReady(READY);
        arm(api, motor, lamp);

        var ms = pulse.toMillis();
        var spin =
                rule(
                        api,
                        "Spin on comment",
                        Map.of("type", "comment", "contains", SPIN),
                        motor,
                        "motor_spin",
                        Map.of("level", 60L, "ms", ms),
                        ttl);
        var galaxy =
                rule(
                        api,
                        "Galaxy lights the lamp",
                        Map.of("type", "gift", "names", List.of(Gift.GALAXY.name())),
                        lamp,
                        "light_on",
                        Map.of("ms", ms),
                        ttl);

        var room = liveRoom.room(username);
        var livestream = api.post("/api/v1/livestreams/connect", Map.of("username", username));
        var livestreamId = ApiClient.id(livestream);
        awaitLive(api, livestreamId);
        return new Streamer(api, password, workspaceId, livestreamId, room, spin, galaxy, boards);
    }

    /** The account's, to sign in with {@link #password}. */
    String email() {
        return ApiClient.email(room.username());
    }

    /** Arms the workspace and waits until both boards obey. */
    private static void arm(ApiClient api, UUID... devices) {
        api.post("/api/v1/devices/arm", Map.of());
        Wait.until(
                READY,
                "the boards are armed",
                () ->
                        Arrays.stream(devices)
                                .allMatch(device ->
                                        api.get("/api/v1/devices/" + device + "/status")
                                                .path("armed")
                                                .asBoolean()));
    }

    private static Turn rule(
            ApiClient api,
            String name,
            Map<String, ?> trigger,
            UUID deviceId,
            String command,
            Map<String, Long> args,
            Duration ttl) {
        var action =
                Map.of(
                        "type",
                        "device",
                        "device_id",
                        deviceId.toString(),
                        "command",
                        command,
                        "args",
                        args,
                        "ttl_ms",
                        ttl.toMillis());
        var rule =
                api.post(
                        "/api/v1/rules",
                        Map.of(
                                "name",
                                name,
                                "enabled",
                                true,
                                "trigger",
                                trigger,
                                "actions",
                                List.of(action)));
        return new Turn(ApiClient.id(rule), deviceId, name, command, args);
    }

    private static void awaitLive(ApiClient api, UUID livestreamId) {
        Wait.until(
                READY,
                "the livestream is live",
                () ->
                        api.get("/api/v1/livestreams/" + livestreamId)
                                .path("status")
                                .asText()
                                .equals("live"));
    }

    /** The id of the event that a message becomes. */
    static UUID eventOf(Sent sent) {
        return Ids.event(sent.roomId(), sent.msgId());
    }

    /** The turn that a matching message causes. */
    Turn turnOf(Sent sent) {
        return sent.type().equals("gift") ? galaxy : spin;
    }

    /** The id of the command that a matching message becomes: ids follow from their causes. */
    UUID commandOf(Sent sent) {
        var turn = turnOf(sent);
        return Ids.command(Ids.action(eventOf(sent), turn.ruleId(), 0), turn.deviceId());
    }

    /** An access token is over after some minutes; a demo runs for hours. */
    void signInAgain() {
        var again = api.post("/api/v1/auth/login", Map.of("email", email(), "password", password));
        api.signIn(again.required("access_token").asText());
    }

    /** The live ends, so that no later run looks for it; boards go away, the account stays. */
    @Override
    public void close() {
        try {
            signInAgain();
            api.post("/api/v1/livestreams/" + livestreamId + "/disconnect");
        } catch (IllegalStateException e) {
            LOG.log(
                    Level.WARNING,
                    "livestream={0} left=connected reason={1}",
                    livestreamId,
                    e.getMessage());
        } finally {
            boards.close();
        }
    }
}
