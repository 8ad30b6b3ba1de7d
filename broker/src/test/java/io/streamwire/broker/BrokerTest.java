package io.streamwire.broker;

import static io.streamwire.broker.Fixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAckReturnCode;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.extension.sdk.api.services.Services;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.broker.WireClient.Will;
import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerTest {

    @TempDir static Path directory;
    private static Fixture fixture;

    @BeforeAll
    static void start() {
        fixture = new Fixture(directory);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void connectionsWithoutCredentialsAreRefused() {
        var five =
                catchThrowableOfType(
                        Mqtt5ConnAckException.class,
                        () -> fixture.mqtt5(fixture.device.toString()).connect());
        var three =
                catchThrowableOfType(
                        Mqtt3ConnAckException.class,
                        () -> fixture.mqtt3(fixture.device.toString()).connect());

        assertThat(five.getMqttMessage().getReasonCode())
                .isEqualTo(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED);
        assertThat(three.getMqttMessage().getReturnCode())
                .isEqualTo(Mqtt3ConnAckReturnCode.NOT_AUTHORIZED);
    }

    @Test
    void unknownTokensAreRefused() {
        assertThat(refusal5(fixture.device.toString(), fixture.device.toString(), "guess"))
                .isEqualTo(Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(refusal3(fixture.device.toString(), fixture.device.toString(), "guess"))
                .isEqualTo(Mqtt3ConnAckReturnCode.BAD_USER_NAME_OR_PASSWORD);
    }

    @Test
    void aClientIdCannotBeTakenOverWithTheTokenOfAnotherDevice() {
        var victim = fixture.device5();
        var id = fixture.device.toString();

        assertThat(refusal5(id, id, "token-2")).isEqualTo(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED);
        assertThat(refusal5(id, fixture.neighbour.toString(), "token-2"))
                .isEqualTo(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED);
        assertThat(refusal3(id, id, "token-2")).isEqualTo(Mqtt3ConnAckReturnCode.NOT_AUTHORIZED);

        assertThat(victim.getState().isConnected()).isTrue();
        victim.disconnect();
    }

    @Test
    void theHubNeedsItsPasswordAndAClientIdOfItsOwn() {
        assertThat(refusal5("hub-2", "hub", "guess"))
                .isEqualTo(Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(refusal5(fixture.device.toString(), "hub", Fixture.HUB_PASSWORD))
                .isEqualTo(Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }

    @Test
    void anEmptyClientIdIsRefused() {
        assertThatThrownBy(() -> fixture.mqtt5("").connect()).isInstanceOf(Exception.class);
    }

    @Test
    void aDeviceReachesItsOwnTopicsAndTheHubAllOfThem() throws InterruptedException {
        var hub = fixture.hub();
        var device = fixture.device5();
        try (var atHub = hub.publishes(MqttGlobalPublishFilter.ALL);
                var atDevice = device.publishes(MqttGlobalPublishFilter.ALL)) {
            hub.subscribeWith()
                    .topicFilter("$share/hub/" + Topics.everyUp("ack"))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            hub.subscribeWith()
                    .topicFilter(Topics.everyUp("state"))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            device.subscribeWith()
                    .topicFilter(Topics.downFilter(fixture.workspace, fixture.device))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            device.subscribeWith()
                    .topicFilter(Topics.downFilter(fixture.workspace))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();

            publish(hub, Topics.command(fixture.workspace, fixture.device), "command", false);
            publish(hub, Topics.safety(fixture.workspace), "safety", false);
            publish(device, Topics.state(fixture.workspace, fixture.device), "state", true);
            publish(device, Topics.ack(fixture.workspace, fixture.device), "ack", false);

            assertThat(new String[] {next(atDevice), next(atDevice)})
                    .containsExactlyInAnyOrder("command", "safety");
            assertThat(new String[] {next(atHub), next(atHub)})
                    .containsExactlyInAnyOrder("state", "ack");
        }
        publish(device, Topics.state(fixture.workspace, fixture.device), "", true);
        device.disconnect();
        hub.disconnect();
    }

    @Test
    void aLastWillOnAForeignTopicRefusesTheConnection() {
        var topic = Topics.state(fixture.workspace, fixture.neighbour);
        var id = fixture.device.toString();
        var five =
                catchThrowableOfType(
                        Mqtt5ConnAckException.class,
                        () ->
                                fixture.mqtt5(id)
                                        .connectWith()
                                        .simpleAuth()
                                        .username(id)
                                        .password(bytes("token-1"))
                                        .applySimpleAuth()
                                        .willPublish()
                                        .topic(topic)
                                        .payload(bytes("lost"))
                                        .applyWillPublish()
                                        .send());
        var three =
                catchThrowableOfType(
                        Mqtt3ConnAckException.class,
                        () ->
                                fixture.mqtt3(id)
                                        .connectWith()
                                        .simpleAuth()
                                        .username(id)
                                        .password(bytes("token-1"))
                                        .applySimpleAuth()
                                        .willPublish()
                                        .topic(topic)
                                        .payload(bytes("lost"))
                                        .applyWillPublish()
                                        .send());

        assertThat(five.getMqttMessage().getReasonCode())
                .isEqualTo(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED);
        assertThat(three.getMqttMessage().getReturnCode())
                .isEqualTo(Mqtt3ConnAckReturnCode.NOT_AUTHORIZED);
    }

    @Test
    void aLastWillOnItsOwnTopicReachesTheHub() throws InterruptedException {
        var id = fixture.device.toString();
        var topic = Topics.state(fixture.workspace, fixture.device);
        var hub = fixture.hub();
        try (var atHub = hub.publishes(MqttGlobalPublishFilter.ALL)) {
            hub.subscribeWith().topicFilter(topic).qos(MqttQos.AT_LEAST_ONCE).send();
            var device = fixture.mqtt5(id);
            device.connectWith()
                    .simpleAuth()
                    .username(id)
                    .password(bytes("token-1"))
                    .applySimpleAuth()
                    .willPublish()
                    .topic(topic)
                    .payload(bytes("lost"))
                    .applyWillPublish()
                    .send();

            device.disconnectWith()
                    .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                    .send();

            assertThat(next(atHub)).isEqualTo("lost");
        }
        hub.disconnect();
    }

    @Test
    void aDeviceRetainsOnlyWhatThereIsOneOf() {
        var ack = Topics.ack(fixture.workspace, fixture.device);
        var device = fixture.device5();
        publish(device, Topics.describe(fixture.workspace, fixture.device), "{}", true);

        var refused =
                catchThrowableOfType(
                        Mqtt5PubAckException.class, () -> publish(device, ack, "{}", true));

        assertThat(refused.getMqttMessage().getReasonCode())
                .isEqualTo(Mqtt5PubAckReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void aRetainedCommandIsRefusedEvenFromTheHub() {
        var hub = fixture.hub();

        var refused =
                catchThrowableOfType(
                        Mqtt5PubAckException.class,
                        () ->
                                publish(
                                        hub,
                                        Topics.command(fixture.workspace, fixture.device),
                                        "spin",
                                        true));

        assertThat(refused.getMqttMessage().getReasonCode())
                .isEqualTo(Mqtt5PubAckReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void theHubCannotPublishForADeviceNorReadWhatItSends() {
        var hub = fixture.hub();
        assertThatThrownBy(() -> hub.subscribeWith().topicFilter("sw/1/+/+/down/#").send())
                .isInstanceOf(Mqtt5SubAckException.class);
        assertThatThrownBy(() -> hub.subscribeWith().topicFilter("#").send())
                .isInstanceOf(Mqtt5SubAckException.class);
        assertThatThrownBy(() ->
                        publish(hub, Topics.state(fixture.workspace, fixture.device), "x", true))
                .isInstanceOf(Mqtt5PubAckException.class);
    }

    @Test
    void nothingIsKeptForADeviceThatIsAway() throws InterruptedException {
        var device = fixture.mqtt3(fixture.device.toString());
        device.connectWith()
                .cleanSession(false)
                .simpleAuth()
                .username(fixture.device.toString())
                .password(bytes("token-1"))
                .applySimpleAuth()
                .send();
        device.subscribeWith()
                .topicFilter(Topics.downFilter(fixture.workspace, fixture.device))
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        device.disconnect();
        var hub = fixture.hub();
        publish(hub, Topics.command(fixture.workspace, fixture.device), "late", false);

        var again = fixture.mqtt3(fixture.device.toString());
        var answer =
                again.connectWith()
                        .cleanSession(false)
                        .simpleAuth()
                        .username(fixture.device.toString())
                        .password(bytes("token-1"))
                        .applySimpleAuth()
                        .send();

        assertThat(answer.isSessionPresent()).isFalse();
        again.disconnect();
        hub.disconnect();
    }

    @Test
    void topicAliasesAreOffAndTheReceiveMaximumIsWide() {
        var client = fixture.mqtt5("hub-3");
        var answer =
                client.connectWith()
                        .simpleAuth()
                        .username("hub")
                        .password(bytes(Fixture.HUB_PASSWORD))
                        .applySimpleAuth()
                        .send();

        assertThat(answer.getRestrictions().getTopicAliasMaximum()).isZero();
        assertThat(answer.getRestrictions().getReceiveMaximum()).isEqualTo(1_000);
        client.disconnect();
    }

    @Test
    void aDeviceIsToldToComeBackWhenNobodyKnowsItsToken() {
        var id = fixture.device.toString();

        assertThat(refusal5(id, id, Fixture.UNKNOWABLE))
                .isEqualTo(Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE);
    }

    @Test
    void onlyAServiceMayEndASession() throws Exception {
        var device = fixture.device5();
        var url = "http://127.0.0.1:" + fixture.broker.httpPort();
        try (var http = HttpClient.newHttpClient()) {
            assertThat(delete(http, url + "/clients/" + fixture.device, "guess")).isEqualTo(401);
            assertThat(device.getState().isConnected()).isTrue();
            assertThat(delete(http, url + "/clients/" + fixture.device, Fixture.SECRET))
                    .isEqualTo(204);
            Fixture.await("disconnected", () -> !device.getState().isConnected());
            assertThat(delete(http, url + "/clients/" + fixture.device, Fixture.SECRET))
                    .isEqualTo(404);
            assertThat(delete(http, url + "/clients/hub-1", Fixture.SECRET)).isEqualTo(404);
        }
    }

    @Test
    void aTokenThatIsRevokedWhileItIsAskedAboutIsAskedAboutAgain() throws Exception {
        var id = Ids.next();
        var asked = new CountDownLatch(1);
        var answer = new CompletableFuture<Void>();
        fixture.tokens.put("token-3", new DeviceIdentity(fixture.workspace, id));
        fixture.slow =
                () -> {
                    asked.countDown();
                    answer.join();
                };
        var login =
                CompletableFuture.supplyAsync(
                        () -> refusal5(id.toString(), id.toString(), "token-3"));
        assertThat(asked.await(Fixture.WAIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();

        fixture.tokens.remove("token-3"); // the answer of before is on its way
        assertThat(fixture.broker.endSession(id).get()).isFalse();
        fixture.slow = () -> {};
        answer.complete(null);

        assertThat(login.get()).isEqualTo(Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }

    @ParameterizedTest
    @EnumSource(WireClient.Version.class)
    void aLoginThatARevocationOvertakesEndsAndMayComeBack(WireClient.Version version)
            throws Exception {
        var id = Ids.next();
        var state = Topics.state(fixture.workspace, id);
        fixture.tokens.put("token-4", new DeviceIdentity(fixture.workspace, id));
        var access = fixture.broker.accessControl();
        var admitted = new CountDownLatch(1);
        var revoked = new CompletableFuture<Void>();
        Services.securityRegistry()
                .setAuthorizerProvider(client -> { // its last will, after its token was good
                    if (client.getClientInformation().getClientId().equals(id.toString())) {
                        admitted.countDown();
                        revoked.join();
                    }
                    return access.authorizer(client);
                });
        var hub = fixture.hub();
        try (var atHub = hub.publishes(MqttGlobalPublishFilter.ALL);
                var board = new WireClient(version, fixture.broker.port())) {
            hub.subscribeWith().topicFilter(state).qos(MqttQos.AT_LEAST_ONCE).send();
            board.sendConnect(id.toString(), id.toString(), "token-4", new Will(state, false));
            assertThat(admitted.await(Fixture.WAIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();

            assertThat(fixture.broker.endSession(id).get()).as("not connected yet").isFalse();
            Services.securityRegistry().setAuthorizerProvider(access::authorizer);
            revoked.complete(null);
            board.sendPublish(state, false);

            assertThat(board.ends()).isTrue();
            assertThat(atHub.receive(200, TimeUnit.MILLISECONDS)).isEmpty();
            assertThat(fixture.broker.endSession(id).get()).isFalse();
        }
        fixture.tokens.put("token-5", new DeviceIdentity(fixture.workspace, id));
        var again = fixture.device5(id, "token-5");
        assertThat(again.getState().isConnected()).isTrue();
        again.disconnect();
        hub.disconnect();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/live", "/health/ready"})
    void itsHealthIsUp(String path) throws Exception {
        var url = "http://127.0.0.1:" + fixture.broker.httpPort() + path;
        try (var http = HttpClient.newHttpClient()) {
            var health =
                    http.send(
                            HttpRequest.newBuilder(URI.create(url)).build(),
                            BodyHandlers.ofString());

            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.body()).isEqualTo("{\"status\":\"up\"}");
        }
    }

    private static void publish(
            Mqtt5BlockingClient client, String topic, String body, boolean retain) {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(retain)
                .payload(bytes(body))
                .send();
    }

    private static String next(Mqtt5BlockingClient.Mqtt5Publishes publishes)
            throws InterruptedException {
        return publishes
                .receive(Fixture.WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .map(message -> new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8))
                .orElse("nothing");
    }

    private static Mqtt5ConnAckReasonCode refusal5(
            String clientId, String username, String password) {
        return catchThrowableOfType(
                        Mqtt5ConnAckException.class,
                        () ->
                                fixture.mqtt5(clientId)
                                        .connectWith()
                                        .simpleAuth()
                                        .username(username)
                                        .password(bytes(password))
                                        .applySimpleAuth()
                                        .send())
                .getMqttMessage()
                .getReasonCode();
    }

    private static Mqtt3ConnAckReturnCode refusal3(
            String clientId, String username, String password) {
        return catchThrowableOfType(
                        Mqtt3ConnAckException.class,
                        () ->
                                fixture.mqtt3(clientId)
                                        .connectWith()
                                        .simpleAuth()
                                        .username(username)
                                        .password(bytes(password))
                                        .applySimpleAuth()
                                        .send())
                .getMqttMessage()
                .getReturnCode();
    }

    private static int delete(HttpClient http, String url, String secret)
            throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("X-Service-Secret", secret)
                                .DELETE()
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }
}
