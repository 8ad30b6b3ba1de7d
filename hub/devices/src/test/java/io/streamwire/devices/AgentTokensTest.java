package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tokens of boards that are connected to a real broker. */
@ExtendWith(Rig.Extension.class)
class AgentTokensTest {

    private final Rig rig;
    private final Member member;

    AgentTokensTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private Member.Answer created(UUID device, Map<String, Object> more) {
        var body = new java.util.HashMap<String, Object>(more);
        body.put("device_id", device);
        body.putIfAbsent("name", "agent");
        return member.post("/devices/tokens", body);
    }

    private static void assertEnds(Mqtt5BlockingClient session, Instant from)
            throws InterruptedException {
        Rig.await("session ended", () -> !session.getState().isConnected());
        assertThat(Duration.between(from, Instant.now())).isLessThan(Rig.PROMPT);
    }

    @Test
    void aRevocationEndsTheSessionWithinASecond() throws InterruptedException {
        var device = member.device("Motor");
        var created = created(device, Map.of());
        var session = rig.connect(device, created.text("/token"));

        var from = Instant.now();
        assertThat(member.delete("/devices/tokens/" + created.text("/id")).status()).isEqualTo(204);

        assertEnds(session, from);
        assertThatThrownBy(() -> rig.connect(device, created.text("/token")))
                .isInstanceOf(Mqtt5ConnAckException.class);
    }

    @Test
    void anInstanceThatReadsOfARevocationLateEndsWhatItHasLetIn() throws InterruptedException {
        var device = member.device("Motor");
        var created = created(device, Map.of());
        var secret = created.text("/token");
        var direct = Map.of("database.url", rig.directDatabaseUrl());
        try (var another = rig.another(rig.bus, direct)) {
            var there = member.at(another);
            Rig.await("known there", () -> there.get("/devices/" + device).status() == 200);
            var session = rig.connect(device, secret);
            Mqtt5BlockingClient late;
            rig.postgres.cut();
            try {
                assertThat(there.delete("/devices/tokens/" + created.text("/id")).status())
                        .isEqualTo(204);
                Rig.await("session ended", () -> !session.getState().isConnected());
                late = rig.connect(device, secret); // the broker asks the one that does not know
            } finally {
                rig.postgres.mend();
            }

            Rig.await("late session ended", () -> !late.getState().isConnected());
            assertThat(rig.devices().authenticate(device.toString(), secret)).isEmpty();
        }
    }

    @Test
    void aBoardWithAnotherTokenMayComeBack() throws InterruptedException {
        var device = member.device("Motor");
        var old = created(device, Map.of("name", "old"));
        var fresh = created(device, Map.of("name", "fresh"));
        var session = rig.connect(device, old.text("/token"));

        var from = Instant.now();
        var _ = member.delete("/devices/tokens/" + old.text("/id"));
        assertEnds(session, from);
        var next = rig.connect(device, fresh.text("/token"));

        awaitEndOfAnotherSession(Map.of(), true);
        assertThat(next.getState().isConnected()).isTrue();
        next.disconnect();
    }

    @Test
    void theEndOfATokensTimeEndsItsSession() throws InterruptedException {
        var device = member.device("Motor");
        var created = created(device, Map.of("expires_in", 3));
        var expires = Instant.parse(created.text("/expires_at"));
        var session = rig.connect(device, created.text("/token"));

        assertEnds(session, expires);
        assertThat(Instant.now()).isAfter(expires);
        assertThat(rig.devices().authenticate(device.toString(), created.text("/token"))).isEmpty();
        assertThat(member.get("/devices/" + device + "/tokens").text("/items/0/expires_at"))
                .isEqualTo(created.text("/expires_at"));

        var next = rig.connect(device, member.token(device));
        var _ = member.device("Lets the service read tokens again");
        awaitEndOfAnotherSession(Map.of("expires_in", 3), false); // some rounds of it later
        assertThat(next.getState().isConnected()).isTrue();
        next.disconnect();
    }

    /** What happened to tokens before has taken effect when this has. */
    private void awaitEndOfAnotherSession(Map<String, Object> token, boolean revoked)
            throws InterruptedException {
        var device = member.device("Another");
        var created = created(device, token);
        var session = rig.connect(device, created.text("/token"));
        if (revoked) {
            assertThat(member.delete("/devices/tokens/" + created.text("/id")).status())
                    .isEqualTo(204);
        }
        Rig.await("another session ended", () -> !session.getState().isConnected());
    }

    @Test
    void aDeletedDevicesSessionEnds() throws InterruptedException {
        var device = member.device("Motor");
        var session = rig.connect(device, member.token(device));

        var from = Instant.now();
        var tag = member.get("/devices/" + device).raw().headers().firstValue("ETag").orElseThrow();
        assertThat(member.delete("/devices/" + device, "If-Match", tag).status()).isEqualTo(204);

        assertEnds(session, from);
    }

    @Test
    void emqxIsToldToEndTheSessionOfARevokedToken() throws Exception {
        var calls = new ConcurrentLinkedQueue<String>();
        var emqx = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        emqx.createContext(
                "/",
                exchange -> {
                    var call =
                            "%s %s %s"
                                    .formatted(
                                            exchange.getRequestMethod(),
                                            exchange.getRequestURI(),
                                            exchange.getRequestHeaders().getFirst("Authorization"));
                    var first = !calls.contains(call); // nobody is connected: still logging in
                    calls.add(call);
                    exchange.sendResponseHeaders(first ? 404 : 204, -1);
                    exchange.close();
                });
        emqx.start();
        var settings =
                Map.of(
                        "broker.emqx-url",
                        "http://127.0.0.1:" + emqx.getAddress().getPort(),
                        "broker.emqx-key",
                        "key",
                        "broker.emqx-secret",
                        "secret");
        try (var bus = rig.connect();
                var another = rig.another(bus, settings)) {
            var device = member.device("Motor");
            var token = created(device, Map.of());
            var there = member.at(another);
            Rig.await("known there", () -> there.get("/devices/" + device).status() == 200);

            assertThat(there.delete("/devices/tokens/" + token.text("/id")).status())
                    .isEqualTo(204);

            var kick = "DELETE /api/v5/clients/" + device + " Basic a2V5OnNlY3JldA==";
            Rig.await("asked again", () -> Collections.frequency(calls, kick) >= 2);
        } finally {
            emqx.stop(0);
        }
    }

    @Test
    void theListShowsWhatIsNeededToTellTokensApart() throws InterruptedException {
        var device = member.device("Motor");
        var created = created(device, Map.of("name", "agent"));
        var path = "/devices/" + device + "/tokens";

        assertThat(created.text("/token")).startsWith(created.text("/prefix")).hasSize(47);
        assertThat(created.text("/prefix")).hasSize(8);
        assertThat(member.get(path).text("/items/0/prefix")).isEqualTo(created.text("/prefix"));
        assertThat(member.get(path).body().at("/items/0").has("last_used_at")).isFalse();
        assertThat(member.get(path).body().at("/items/0").has("expires_at")).isFalse();

        rig.connect(device, created.text("/token")).disconnect();
        Rig.await("use written", () -> member.get(path).body().at("/items/0").has("last_used_at"));
    }

    @Test
    void aTokenNeedsALifeThatMakesSense() {
        var device = member.device("Motor");

        assertThat(created(device, Map.of("expires_in", 0)))
                .returns(422, Member.Answer::status)
                .returns("/expires_in", answer -> answer.text("/errors/0/pointer"));
        assertThat(created(device, Map.of("expires_in", 400_000_000)).status()).isEqualTo(422);
    }
}
