package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.broker.BrokerSettings.Limits;
import io.streamwire.broker.BrokerSettings.Limits.PerAddress;
import io.streamwire.broker.BrokerSettings.Limits.PerClient;
import io.streamwire.broker.Denials.Reason;
import io.streamwire.broker.WireClient.Version;
import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.Topics;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How much one client and one address may do. The hub is on 127.0.0.1, everybody else on further
 * addresses of this machine, each test on its own.
 */
class LimitsTest {

    private static final int CONNECTIONS = 5;
    private static final int CONNECTS_PER_SECOND = 5;
    private static final int LOGINS_PER_SECOND = 1;
    private static final int SUBSCRIPTIONS = 3;
    private static final int PACKET_BYTES = 1_024;
    private static final int WORKSPACE_MESSAGES_PER_SECOND = 10;

    @TempDir static Path directory;
    private static Fixture fixture;

    @BeforeAll
    static void start() {
        fixture =
                new Fixture(
                        directory,
                        new Limits(
                                100,
                                PACKET_BYTES,
                                300,
                                WORKSPACE_MESSAGES_PER_SECOND,
                                new PerClient(300, SUBSCRIPTIONS, LOGINS_PER_SECOND),
                                new PerAddress(
                                        CONNECTIONS,
                                        CONNECTS_PER_SECOND,
                                        LOGINS_PER_SECOND,
                                        List.of("127.0.0.1"))));
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void anAddressHasSoManyConnectionsAndKeepsNobodyElseOut() throws Exception {
        var silent = new ArrayList<WireClient>();
        for (int i = 0; i < CONNECTIONS; i++) {
            silent.add(from(2));
        }

        var refused = fixture.broker.denials().count(Reason.TOO_MANY_CONNECTIONS);
        try (var oneMore = from(2);
                var neighbour = from(3)) {
            assertThat(login(oneMore, newDevice())).isEqualTo(WireClient.CLOSED);
            assertThat(fixture.broker.denials().count(Reason.TOO_MANY_CONNECTIONS))
                    .isEqualTo(refused + 1);
            assertThat(login(neighbour, newDevice())).isZero();
        }
        assertTheHubWorks();

        silent.removeLast().close();
        var device = newDevice();
        Fixture.await(
                "there is room again",
                () -> {
                    try (var again = from(2)) {
                        return login(again, device) == 0;
                    }
                });
        silent.forEach(WireClient::close);
    }

    @Test
    void anAddressConnectsSoOftenAndKeepsNobodyElseOut() {
        var began = System.nanoTime();
        var admitted = 0;
        for (int i = 0; i < 40 * CONNECTS_PER_SECOND; i++) {
            try (var client = from(4)) {
                admitted += login(client, newDevice()) == 0 ? 1 : 0;
            }
        }

        var seconds = Duration.ofNanos(System.nanoTime() - began).toMillis() / 1e3 + 1;
        assertThat(admitted)
                .isBetween(1, (int) (CONNECTS_PER_SECOND * (TokenBuckets.BURST_SECONDS + seconds)));
        assertThat(fixture.broker.denials().count(Reason.TOO_MANY_CONNECTS)).isPositive();
        assertTheHubWorks();
        try (var neighbour = from(5)) {
            assertThat(login(neighbour, newDevice())).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void wrongPasswordsOfAnAddressAreSoonNotLookedAt(Version version) {
        var address = version == Version.V5 ? 6 : 7;
        var victim = newDevice().toString();
        var asked = fixture.questions.get();
        var began = System.nanoTime();
        var busy = version == Version.V5 ? 0x89 : 3;
        var codes = new ArrayList<Integer>();
        for (int i = 0; i < 4 * TokenBuckets.BURST_SECONDS; i++) {
            try (var intruder = from(version, address)) {
                codes.add(intruder.connect(victim, victim, "guess-" + i, null));
            }
        }

        var seconds = Duration.ofNanos(System.nanoTime() - began).toMillis() / 1e3 + 1;
        assertThat(codes).contains(busy);
        assertThat(fixture.questions.get() - asked)
                .isLessThanOrEqualTo(
                        (int) (LOGINS_PER_SECOND * (TokenBuckets.BURST_SECONDS + seconds)));
        assertThat(fixture.broker.denials().count(Reason.TOO_MANY_FAILED_LOGINS)).isPositive();
        try (var device = from(version, 8);
                var hub = from(version, address)) {
            assertThat(login(device, newDevice())).as("from another address").isZero();
            assertThat(hub.connect("hub-" + version, "hub", Fixture.HUB_PASSWORD, null)).isZero();
        }
    }

    @Test
    void whoGuessesTheHubsPasswordIsSoonNotHeard() {
        var code = 0;
        for (int i = 0; i < 4 * TokenBuckets.BURST_SECONDS && code != 0x89; i++) {
            try (var intruder = from(9)) {
                code = intruder.connect("hub-9", "hub", "a guess of the password " + i, null);
            }
        }

        assertThat(code).isEqualTo(0x89);
        try (var device = from(9)) {
            assertThat(login(device, newDevice())).as("counted apart").isZero();
        }
        for (int i = 0; i < 2 * TokenBuckets.BURST_SECONDS; i++) {
            try (var neighbour = from(1)) {
                assertThat(neighbour.connect("hub-1", "hub", "wrong", null)).isEqualTo(0x86);
            }
        }
        assertTheHubWorks(); // from a trusted address
    }

    @Test
    void whoHasGuessedTooOftenIsRefusedWithTheRightPasswordToo() {
        var addresses =
                new Addresses(
                        Limits.STANDARD.with(new PerAddress(2, 100, 1, List.of("10.0.0.0/8"))),
                        () -> 0L);
        var guesser = InetAddress.ofLiteral("192.0.2.1");
        var trusted = InetAddress.ofLiteral("10.0.0.1");
        for (int i = 0; i < TokenBuckets.BURST_SECONDS; i++) {
            assertThat(addresses.mayLogInAsHub(guesser)).isTrue();
            addresses.hubLoginFailed(guesser);
            addresses.hubLoginFailed(trusted);
        }

        assertThat(addresses.mayLogInAsHub(guesser)).isFalse();
        assertThat(addresses.mayLogIn(guesser)).isTrue();
        assertThat(addresses.mayLogInAsHub(trusted)).isTrue();
        assertThat(addresses.mayLogInAsHub(InetAddress.ofLiteral("192.0.2.2"))).isTrue();
    }

    @Test
    void aShortPasswordOfTheHubIsRefusedAtTheStart() {
        assertThatThrownBy(() ->
                        BrokerSettings.onLoopback(directory, "fifteen letters", "service-secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MQTT_PASSWORD");
    }

    @Test
    void theClientsOfAWorkspacePublishSoMuchTogether() {
        var flooder = newDevice();
        var quiet = newDevice();
        var elsewhere = Ids.next();
        var other = Ids.next();
        fixture.tokens.put(other.toString(), new DeviceIdentity(elsewhere, other));
        try (var flood = new WireClient(Version.V5, fixture.broker.port());
                var same = new WireClient(Version.V5, fixture.broker.port());
                var stranger = new WireClient(Version.V5, fixture.broker.port())) {
            assertThat(login(flood, flooder)).isZero();
            assertThat(login(same, quiet)).isZero();
            assertThat(login(stranger, other)).isZero();
            var code = 0;
            for (int i = 0; i < 600 && code != 0x97; i++) {
                code = flood.publish(Topics.ack(fixture.workspace, flooder), false);
            }

            assertThat(code).isEqualTo(0x97);
            assertThat(fixture.broker.denials().count(Reason.TOO_MANY_WORKSPACE_MESSAGES))
                    .isPositive();
            assertThat(stranger.publish(Topics.ack(elsewhere, other), false)).isNotEqualTo(0x97);
            assertThat(same.publish(Topics.state(fixture.workspace, quiet), true))
                    .as("the word of a stop")
                    .isNotEqualTo(0x97);
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void aDeviceLogsInSoOften(Version version) {
        var device = newDevice();
        var tooOften = version == Version.V5 ? 0x89 : 3;
        var code = 0;
        for (int i = 0; i < 3 * TokenBuckets.BURST_SECONDS && code == 0; i++) {
            try (var client = new WireClient(version, fixture.broker.port())) {
                code = login(client, device);
            }
        }

        assertThat(code).isEqualTo(tooOften);
        try (var other = new WireClient(version, fixture.broker.port())) {
            assertThat(login(other, newDevice())).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void aDeviceSubscribesToSoManyFilters(Version version) {
        var device = newDevice();
        var down = Topics.root(fixture.workspace, device) + "/down/";
        try (var client = new WireClient(version, fixture.broker.port())) {
            assertThat(login(client, device)).isZero();
            for (var name : List.of("cmd", "safety", "config")) {
                assertThat(client.subscribe(down + name)).isZero();
            }

            assertThat(client.subscribe(down + "ota"))
                    .isEqualTo(version == Version.V5 ? 0x97 : 0x80);
            assertThat(client.subscribe(down + "cmd")).as("one that it has").isZero();
        }
        assertThat(fixture.broker.denials().count(Reason.TOO_MANY_SUBSCRIPTIONS)).isPositive();
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void aPacketIsSoLong(Version version) throws Exception {
        var device = newDevice();
        var refused = fixture.broker.denials().count(Reason.PACKET_TOO_LARGE);
        try (var client = new WireClient(version, fixture.broker.port())) {
            assertThat(login(client, device)).isZero();

            client.sendPublish(Topics.ack(fixture.workspace, device), false, PACKET_BYTES);

            assertThat(client.ends()).isTrue();
        }
        Fixture.await(
                "counted",
                () -> fixture.broker.denials().count(Reason.PACKET_TOO_LARGE) == refused + 1);
    }

    @Test
    void onlyAddressesAndNetworksAreTrusted() throws Exception {
        var networks = Networks.of(List.of("10.1.0.0/16", "::1", "192.168.1.7"));

        assertThat(networks.contain(InetAddress.ofLiteral("10.1.255.1"))).isTrue();
        assertThat(networks.contain(InetAddress.ofLiteral("10.2.0.1"))).isFalse();
        assertThat(networks.contain(InetAddress.ofLiteral("::1"))).isTrue();
        assertThat(networks.contain(InetAddress.ofLiteral("::2"))).isFalse();
        assertThat(networks.contain(InetAddress.ofLiteral("192.168.1.7"))).isTrue();
        for (var wrong : List.of("10.0.0.0/33", "example.org", "10.0.0.0/x", "")) {
            assertThatThrownBy(() -> new PerAddress(1, 1, 1, List.of(wrong)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whoHasOneIpv6AddressHasItsNeighboursToo() {
        var addresses =
                new Addresses(Limits.STANDARD.with(new PerAddress(2, 100, 1, List.of())), () -> 0L);

        assertThat(addresses.opened(InetAddress.ofLiteral("2001:db8::1"))).isEmpty();
        assertThat(addresses.opened(InetAddress.ofLiteral("2001:db8::2"))).isEmpty();
        assertThat(addresses.opened(InetAddress.ofLiteral("2001:db8::3")))
                .contains(Reason.TOO_MANY_CONNECTIONS);
        assertThat(addresses.opened(InetAddress.ofLiteral("2001:db8:0:1::1"))).isEmpty();
    }

    @Test
    void addressesThatWereQuietForLongCostNoMemory() {
        var buckets = new TokenBuckets<Integer>(1);
        for (int key = 0; key < 100_000; key++) {
            assertThat(buckets.tryTake(key, Duration.ofSeconds(key).toNanos())).isTrue();
        }

        assertThat(buckets.size()).isLessThan(3_000);
    }

    private static void assertTheHubWorks() {
        try (var hub = new WireClient(Version.V5, fixture.broker.port())) {
            assertThat(hub.connect("hub-1", "hub", Fixture.HUB_PASSWORD, null)).isZero();
        }
    }

    private static UUID newDevice() {
        var device = Ids.next();
        fixture.tokens.put(device.toString(), new DeviceIdentity(fixture.workspace, device));
        return device;
    }

    private static int login(WireClient client, UUID device) {
        return client.connect(device.toString(), device.toString(), device.toString(), null);
    }

    private static WireClient from(int lastByte) {
        return from(Version.V5, lastByte);
    }

    private static WireClient from(Version version, int lastByte) {
        return new WireClient(
                version, fixture.broker.port(), InetAddress.ofLiteral("127.0.0." + lastByte));
    }
}
