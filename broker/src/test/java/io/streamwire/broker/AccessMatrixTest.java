package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.broker.BrokerSettings.Limits.PerClient;
import io.streamwire.broker.WireClient.Version;
import io.streamwire.broker.WireClient.Will;
import io.streamwire.contract.Ids;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may do what with which topic: every role, every topic, every way to reach it, in MQTT 3.1.1
 * and 5. What is expected stands in two tables: whose topics are what to whom, and what may be done
 * with them.
 */
class AccessMatrixTest {

    /** Whose topics (across) are what to a client (down). */
    private static final String RELATIONS =
            """
                     device sibling bridge child late released foreign all other_all
            device   own    .       .      .     .    .        .       all .
            sibling  .      own     .      .     .    .        .       all .
            bridge   .      .       own    child child .       .       all .
            foreign  .      .       .      .     .    .        own     .   all
            hub      hub    hub     hub    hub   hub  hub      hub     hub hub
            """;

    /**
     * What may be done with a topic of each kind: p publish, r publish retained, w last will, x
     * retained last will, s subscribe, h subscribe as a shared one.
     */
    private static final String RIGHTS =
            """
                           own  child all hub
            up/state       prwx pr    .   sh
            up/describe    prwx pr    .   sh
            up/config      prwx pr    .   sh
            up/ack         pw   p     .   sh
            up/telemetry   pw   p     .   sh
            up/log         pw   p     .   sh
            up/ota         pw   p     .   sh
            up/other       .    .     .   sh
            up/state/more  .    .     .   sh
            up/#           .    .     .   sh
            up/+           .    .     .   sh
            down/cmd       s    s     s   pw
            down/safety    s    s     s   prwx
            down/config    s    s     s   prwx
            down/ota       s    s     s   pw
            down/other     .    .     .   .
            down/cmd/more  .    .     .   .
            down/#         s    s     s   .
            down/+         .    .     .   .
            x/down/cmd     .    .     .   .
            x/up/state     .    .     .   .
            other          .    .     .   .
            +/cmd          .    .     .   .
            #              .    .     .   .
            """;

    /** Topics that are nobody's; what only the hub may do with them. */
    private static final String ELSEWHERE =
            """
            #                                .
            +/#                              .
            sw/#                             .
            sw/1/#                           .
            sw/1/+/#                         .
            sw/1/+/+/#                       .
            sw/1/+/+/+/#                     .
            sw/1/+/+/down/#                  .
            sw/1/+/+/down/cmd                .
            sw/1/+/+/up/#                    sh
            sw/1/+/+/up/ack                  sh
            sw/1/{ws}/#                      .
            sw/1/{ws}/+/up/state             sh
            sw/1/{ws}/+/down/cmd             .
            sw/1/{ws}/+/down/#               .
            sw/1/+/{me}/down/cmd             .
            sw/1/+/all/down/safety           .
            sw/1/{ws}/{me}/#                 .
            sw/1/{ws}/{ME}/down/cmd          pw
            sw/2/{ws}/{me}/down/cmd          .
            sw/2/{ws}/{me}/up/state          .
            SW/1/{ws}/{me}/up/state          .
            /sw/1/{ws}/{me}/up/state         .
            sw/1/{ws}/{me}/up/state/         sh
            sw/1//{me}/up/state              sh
            sw/1/{ws}/{me}x/up/state         sh
            sw/1/{ws}/x{me}/down/cmd         pw
            $SYS/#                           .
            $SYS/broker/clients/connected    .
            $share/a/$SYS/#                  .
            $share/a/b/sw/1/{ws}/{me}/up/ack .
            homeassistant/switch/config      .
            """;

    @TempDir static Path directory;
    private static Fixture fixture;
    private static final Map<Version, World> WORLDS = new EnumMap<>(Version.class);

    /** Who is who; each version of MQTT has its own, for they would take over one another. */
    private record World(UUID workspace, UUID otherWorkspace, Map<String, UUID> ids) {

        static World create() {
            var ids = new HashMap<String, UUID>();
            for (var name :
                    List.of(
                            "device",
                            "sibling",
                            "bridge",
                            "child",
                            "late",
                            "released",
                            "foreign")) {
                ids.put(name, Ids.next());
            }
            return new World(Ids.next(), Ids.next(), ids);
        }

        UUID id(String name) {
            var id = ids.get(name);
            assertThat(id).as(name).isNotNull();
            return id;
        }

        String root(String owner) {
            return switch (owner) {
                case "all" -> "sw/1/" + workspace + "/all/";
                case "other_all" -> "sw/1/" + otherWorkspace + "/all/";
                case "foreign" -> "sw/1/" + otherWorkspace + "/" + id(owner) + "/";
                default -> "sw/1/" + workspace + "/" + id(owner) + "/";
            };
        }

        UUID workspaceOf(String role) {
            return role.equals("foreign") ? otherWorkspace : workspace;
        }
    }

    @BeforeAll
    static void start() {
        var standard = BrokerSettings.Limits.STANDARD;
        fixture =
                new Fixture(
                        directory,
                        standard.with(new PerClient(300, 1_024, 100_000))); // it comes back often
        for (var version : Version.values()) {
            var world = World.create();
            WORLDS.put(version, world);
            for (var role : List.of("device", "sibling", "foreign")) {
                token(version, world, role, Set.of());
            }
            token(version, world, "bridge", Set.of(world.id("child"), world.id("released")));
            try (var bridge = new WireClient(version, fixture.broker.port())) {
                assertThat(connect(bridge, version, "bridge", null)).isZero();
                var now = Set.of(world.id("child"), world.id("late"));
                token(version, world, "bridge", now);
                fixture.broker.setChildren(world.workspace(), world.id("bridge"), now).join();
                bridge.disconnect();
            }
        }
    }

    private static void token(Version version, World world, String role, Set<UUID> children) {
        fixture.tokens.put(
                role + version,
                new DeviceIdentity(world.workspaceOf(role), world.id(role), children));
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    static Stream<Arguments> clients() {
        return Stream.of("device", "sibling", "bridge", "foreign", "hub")
                .flatMap(role ->
                        Arrays.stream(Version.values())
                                .map(version -> Arguments.of(role, version)));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aClientMayDoWhatTheTablesSayAndNothingElse(String role, Version version) {
        var world = world(version);
        var relations = table(RELATIONS);
        var rights = table(RIGHTS);
        var wrong = new ArrayList<String>();
        try (var attempts = new Attempts(role, version)) {
            for (var owner : row(relations, role).entrySet()) {
                for (var topic : rights.entrySet()) {
                    var allowed = topic.getValue().getOrDefault(owner.getValue(), ".");
                    attempts.check(
                            world.root(owner.getKey()) + topic.getKey(),
                            allowed,
                            owner.getKey() + "/" + topic.getKey(),
                            wrong);
                }
            }
            for (var line : ELSEWHERE.lines().toList()) {
                var cells = line.split(" +", -1);
                var me = role.equals("hub") ? world.id("device") : world.id(role);
                var topic =
                        cells[0].replace("{ws}", world.workspaceOf(role).toString())
                                .replace("{me}", me.toString())
                                .replace("{ME}", me.toString().toUpperCase(Locale.ROOT));
                attempts.check(topic, role.equals("hub") ? cells[1] : ".", cells[0], wrong);
            }
            assertThat(attempts.made).isGreaterThan(500);
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void whoIsNotAdmittedGetsNothingThrough(Version version) {
        var world = world(version);
        var id = world.id("device").toString();
        var state = world.root("device") + "up/state";
        var command = world.root("device") + "down/cmd";
        fixture.tokens.put("revoked" + version, new DeviceIdentity(world.workspace(), Ids.next()));
        fixture.tokens.remove("revoked" + version);
        try (var hub = new WireClient(version, fixture.broker.port());
                var victim = new WireClient(version, fixture.broker.port())) {
            assertThat(connect(hub, version, "hub", null)).isZero();
            assertThat(hub.subscribe(state)).isZero();
            assertThat(connect(victim, version, "device", null)).isZero();
            assertThat(victim.subscribe(command)).isZero();

            for (var credentials :
                    List.of(
                            List.of("", ""), // anonymous
                            List.of(id, ""),
                            List.of(id, "guess"),
                            List.of(id, "revoked" + version),
                            List.of(id, "sibling" + version), // another device's
                            List.of("hub", Fixture.HUB_PASSWORD),
                            List.of("hub", "device" + version))) {
                try (var intruder = new WireClient(version, fixture.broker.port())) {
                    intruder.sendConnect(id, credentials.get(0), credentials.get(1), null);
                    intruder.sendSubscribe(command);
                    intruder.sendPublish(state, true);

                    assertThat(intruder.received()).as(credentials.toString()).isNull();
                }
            }

            // Nobody disturbed who was there, and nothing came through.
            assertThat(victim.publish(state, false)).isZero();
            assertThat(hub.received()).isEqualTo(state);
            assertThat(hub.publish(command, false)).isZero();
            assertThat(victim.received()).isEqualTo(command);
        }
    }

    /** One client that connects again when a refusal has ended its connection. */
    private static final class Attempts implements AutoCloseable {

        private final String role;
        private final Version version;
        private @Nullable WireClient client;
        private int made;

        Attempts(String role, Version version) {
            this.role = role;
            this.version = version;
        }

        void check(String topic, String allowed, String name, List<String> wrong) {
            for (var kind : "prwxsh".toCharArray()) {
                var wildcard = topic.contains("+") || topic.contains("#");
                if (wildcard && "rwx".indexOf(kind) >= 0) {
                    continue; // not a topic at all; p shows that
                }
                if (kind == 'h' && topic.startsWith("$share")) {
                    continue;
                }
                made++;
                var may = attempt(kind, topic);
                if (may != allowed.indexOf(kind) >= 0) {
                    wrong.add("%s %s %s: %s".formatted(role, kind, name, may ? "may" : "may not"));
                }
            }
        }

        private boolean attempt(char kind, String topic) {
            return switch (kind) {
                case 'p' -> published(topic, false);
                case 'r' -> published(topic, true);
                case 'w' -> connected(new Will(topic, false));
                case 'x' -> connected(new Will(topic, true));
                case 's' -> subscribed(topic);
                default -> subscribed("$share/group/" + topic);
            };
        }

        private boolean published(String topic, boolean retained) {
            var code = client().publish(topic, retained);
            if (code == 0 || code == 0x10) { // taken, perhaps for nobody
                return true;
            }
            assertThat(code).isIn(WireClient.CLOSED, 0x87);
            close(); // the broker does, too
            return false;
        }

        private boolean connected(Will will) {
            close();
            try (var other = new WireClient(version, fixture.broker.port())) {
                var code = connect(other, version, role, will);
                if (code == 0) {
                    other.disconnect();
                    return true;
                }
                assertThat(code).isEqualTo(version == Version.V5 ? 0x87 : 5);
                return false;
            }
        }

        private boolean subscribed(String filter) {
            var code = client().subscribe(filter);
            if (code == WireClient.CLOSED) {
                close(); // not even a filter
                return false;
            }
            if (code <= 2) {
                return true;
            }
            assertThat(code).isEqualTo(version == Version.V5 ? 0x87 : 0x80);
            return false;
        }

        private WireClient client() {
            var current = client;
            if (current == null) {
                current = new WireClient(version, fixture.broker.port());
                assertThat(connect(current, version, role, null)).isZero();
                client = current;
            }
            return current;
        }

        @Override
        public void close() {
            if (client != null) {
                client.close();
                client = null;
            }
        }
    }

    private static int connect(
            WireClient client, Version version, String role, @Nullable Will will) {
        if (role.equals("hub")) {
            return client.connect("hub-" + version, "hub", Fixture.HUB_PASSWORD, will);
        }
        var id = world(version).id(role).toString();
        return client.connect(id, id, role + version, will);
    }

    private static World world(Version version) {
        return Objects.requireNonNull(WORLDS.get(version));
    }

    private static Map<String, String> row(Map<String, Map<String, String>> table, String name) {
        return Objects.requireNonNull(table.get(name));
    }

    /** Row by row: the cells by the names of their columns. */
    private static Map<String, Map<String, String>> table(String text) {
        var lines = text.lines().toList();
        var columns = lines.getFirst().strip().split(" +", -1);
        var table = new LinkedHashMap<String, Map<String, String>>();
        for (var line : lines.subList(1, lines.size())) {
            var cells = line.split(" +", -1);
            var row = new LinkedHashMap<String, String>();
            for (int column = 0; column < columns.length; column++) {
                row.put(columns[column], cells[column + 1]);
            }
            table.put(cells[0], row);
        }
        return table;
    }
}
