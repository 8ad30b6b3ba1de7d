package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.config.Config;
import io.lettuce.core.KillArgs;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusSettings;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.Stream;
import io.streamwire.embedded.Embedded;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.Sent;
import io.streamwire.service.Configuration;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import io.streamwire.service.TokenVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** A live room, an ingest that talks to it, and a workspace; all real but for TikTok. */
final class Stage implements AutoCloseable {

    static final Embedded SERVERS = Embedded.startTemporary();
    private static final SigningKey KEY = SigningKey.generate("test");

    final LiveRoom liveRoom = LiveRoom.start(0);
    UUID workspaceId = Ids.next();
    private final Embedded servers;
    private final Path dataDirectory = temporary();
    private final Map<String, String> settings;
    final Bus bus;
    final Config config;
    Ingest ingest;

    private Stage(Embedded servers, Map<String, String> overrides) {
        this.servers = servers;
        var settings = new HashMap<String, String>(liveRoom.settings());
        settings.put("database.url", servers.jdbcUrl("tiktok_db"));
        settings.put("database.user", servers.databaseUser());
        settings.put("database.password", servers.databasePassword());
        settings.put("data-dir", dataDirectory.toString());
        settings.put("ingest.port", "0");
        settings.put("ingest.reconnect-first", "20ms");
        settings.put("ingest.reconnect-most", "200ms");
        settings.put("ingest.scan", "100ms");
        settings.put("ingest.tiktok.request-timeout", "10s");
        settings.put("ingest.tiktok.signatures-per-minute", "1000");
        settings.put("ingest.connects-per-minute", "1000");
        settings.put("ingest.simulations-per-minute", "30");
        settings.putAll(overrides);
        this.settings = settings;
        this.config = Configuration.load(settings, null);
        this.bus = Bus.connect(BusSettings.of(servers.redisUrl()));
        this.ingest = start();
    }

    static Stage open(String... overrides) {
        return open(SERVERS, overrides);
    }

    static Stage open(Embedded servers, String... overrides) {
        var settings = new HashMap<String, String>();
        for (int i = 0; i < overrides.length; i += 2) {
            settings.put(overrides[i], overrides[i + 1]);
        }
        return new Stage(servers, settings);
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("stage");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the file of a recording lies. */
    Path recording(String id) {
        return dataDirectory.resolve("recordings").resolve(id + ".swrec");
    }

    /** The names of all files of recordings. */
    List<String> files() {
        try (var files = Files.list(dataDirectory.resolve("recordings"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deleteFiles() {
        try (var all = Files.walk(dataDirectory)) {
            for (var file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Ingest start() {
        return Ingest.start(config, bus, TokenVerifier.trusting(KEY));
    }

    /** A new workspace, and nothing wrong at TikTok. */
    void begin() {
        workspaceId = Ids.next();
        liveRoom.captcha(false);
    }

    /** What an instance that is a process of its own is started with. */
    Map<String, String> environment() {
        var environment = new HashMap<String, String>();
        settings.forEach(
                (name, value) -> environment.put(Configuration.environmentName(name), value));
        environment.put(Configuration.environmentName("bus.url"), servers.redisUrl().toString());
        return environment;
    }

    /** A second instance beside the first. */
    Ingest another() {
        return start();
    }

    /** Stops ingest and starts it again. */
    void restart() {
        ingest.close();
        ingest = start();
    }

    Client client(Role role) {
        return Client.of(ingest.port(), workspaceId, role, KEY);
    }

    /** A member who asks another instance. */
    Client client(Ingest other, Role role) {
        return Client.of(other.port(), workspaceId, role, KEY);
    }

    Client owner() {
        return client(Role.OWNER);
    }

    /** Somebody from another workspace. */
    Client stranger() {
        return Client.of(ingest.port(), Ids.next(), Role.OWNER, KEY);
    }

    /** Connects to a room and waits for the socket; answers the livestream's id. */
    String connect(Room room) {
        var answer = owner().connect(room.username());
        assertThat(answer.status()).isEqualTo(201);
        var id = answer.text("id");
        Await.until(() -> room.connections() == 1 && !status(id).text("mode").isEmpty());
        return id;
    }

    Client.Answer status(String livestreamId) {
        return owner().get("/api/v1/livestreams/" + livestreamId + "/status");
    }

    String state(String livestreamId) {
        return owner().get("/api/v1/livestreams/" + livestreamId).text("status");
    }

    long counter(String livestreamId, String name) {
        return status(livestreamId).body().path("counters").path(name).asLong();
    }

    long unknown(String livestreamId, String type) {
        return status(livestreamId).body().path("counters").path("unknown").path(type).asLong();
    }

    long damaged(String livestreamId, String reason) {
        return status(livestreamId).body().path("counters").path("damaged").path(reason).asLong();
    }

    /**
     * Waits until exactly these events are stored, in any order; answers them in order of time.
     * Gaps, which no message says, are left out.
     */
    List<LiveEvent> stored(String livestreamId, List<Sent> sent) {
        Await.until(() -> events(livestreamId).size() >= sent.size());
        var events = events(livestreamId);
        assertThat(events)
                .extracting(LiveEvent::id)
                .containsExactlyInAnyOrderElementsOf(
                        sent.stream()
                                .map(message -> Ids.event(message.roomId(), message.msgId()))
                                .toList());
        return events;
    }

    private List<LiveEvent> events(String livestreamId) {
        return owner().export(livestreamId).stream()
                .filter(event -> !(event.payload() instanceof EventsMissed))
                .toList();
    }

    /** The ids of the stored events, gaps too, and their type. */
    Map<UUID, String> types(String livestreamId) {
        var types = new HashMap<UUID, String>();
        try (var connection = database();
                var query =
                        connection.prepareStatement(
                                "SELECT id, event_type FROM event_logs WHERE livestream_id = ?")) {
            query.setObject(1, UUID.fromString(livestreamId));
            var rows = query.executeQuery();
            while (rows.next()) {
                types.put(rows.getObject(1, UUID.class), rows.getString(2));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return types;
    }

    Connection database() throws SQLException {
        return DriverManager.getConnection(
                servers.jdbcUrl("tiktok_db"), servers.databaseUser(), servers.databasePassword());
    }

    /** What was told to be missed. */
    List<EventsMissed> gaps(String livestreamId) {
        return owner().export(livestreamId).stream()
                .map(LiveEvent::payload)
                .filter(EventsMissed.class::isInstance)
                .map(EventsMissed.class::cast)
                .toList();
    }

    /**
     * Does to Redis what a kill does while its disk is busy: the last writes never were.
     *
     * @param redis open before they are written: only what is young may be forgotten
     */
    void forgetEvents(Room room, RedisCommands<String, String> redis) {
        var partition = bus.partition(workspaceId);
        var seen = "seen:" + workspaceId + ":" + room.roomId() + ":new";
        redis.xtrim(Stream.EVENTS.key(partition), 0);
        assertThat(redis.del(Stream.key(partition, seen))).isEqualTo(1);
        redis.clientKill(KillArgs.Builder.typeNormal());
    }

    /** The ids of the events on this workspace's part of the stream. */
    List<UUID> onStream() {
        return redis(commands ->
                commands
                        .xrange(Stream.EVENTS.key(bus.partition(workspaceId)), Range.unbounded())
                        .stream()
                        .map(entry -> UUID.fromString(entry.getBody().get("id")))
                        .toList());
    }

    private <T> T redis(Function<RedisCommands<String, String>, T> question) {
        try (var client = RedisClient.create(servers.redisUrl().toString());
                var connection = client.connect()) {
            return question.apply(connection.sync());
        }
    }

    /** Ends all livestreams, or the next stage would take them up. */
    @Override
    public void close() {
        ingest.close();
        bus.close();
        liveRoom.close();
        deleteFiles();
        try (var connection = database();
                var statement = connection.createStatement()) {
            statement.execute("UPDATE livestreams SET status = 'ended'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
