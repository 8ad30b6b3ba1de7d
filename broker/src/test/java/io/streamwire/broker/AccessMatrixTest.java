package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.broker.AccessMatrix.World;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.broker.BrokerSettings.Limits.PerClient;
import io.streamwire.broker.WireClient.Version;
import io.streamwire.broker.WireClient.Will;
import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.ClientRole;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
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
 * Who may do what with which topic on a running broker: every role, every topic, every way to reach
 * it, in MQTT 3.1.1 and 5, as {@link AccessMatrix} says.
 */
class AccessMatrixTest {

    /** Each version has its own, for they would take over one another. */
    private static final Map<Version, World> WORLDS = new EnumMap<>(Version.class);

    @TempDir static Path directory;
    private static Fixture fixture;

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
            fixture.tokens.put(
                    "ha" + version,
                    new DeviceIdentity(
                            world.workspace(),
                            world.id("ha"),
                            Set.of(),
                            ClientRole.HOME_ASSISTANT));
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
        return AccessMatrix.ROLES.stream()
                .flatMap(role ->
                        Arrays.stream(Version.values())
                                .map(version -> Arguments.of(role, version)));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aClientMayDoWhatTheTablesSayAndNothingElse(String role, Version version) {
        try (var attempts = new Attempts(role, version)) {
            var offences = AccessMatrix.judge(role, "prwxsh", world(version), attempts::attempt);

            assertThat(offences).isEmpty();
            assertThat(attempts.made).isGreaterThan(500);
        }
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

        boolean attempt(char kind, String topic) {
            made++;
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
}
