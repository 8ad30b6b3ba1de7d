package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.Status;
import io.streamwire.contract.Ids;
import io.streamwire.service.CutOffs;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a gateway knows of keys and sessions, and what it does while auth is away. */
@Timeout(120)
class SecretsTest {

    private static final String STOP = "/api/v1/devices/stop";
    private static final String RULES = "/api/v1/rules";

    private final UUID user = UUID.randomUUID();
    private final Map<String, Duration> lives = new ConcurrentHashMap<>();
    private final Backend services = Backend.named("services");
    private final Backend auth =
            Backend.start((_, response) -> {
                var asked = this.auth.arrived().getLast().body();
                var life =
                        lives.entrySet().stream()
                                .filter(known -> asked.contains(known.getKey()))
                                .map(Map.Entry::getValue)
                                .findFirst();
                if (life.isEmpty()) {
                    response.status(Status.UNAUTHORIZED_401).send("{}");
                    return;
                }
                var token = Client.token(user, Ids.next(), life.get());
                response.send("{\"access_token\":\"" + token + "\"}");
            });

    @AfterEach
    void stop() {
        auth.close();
        services.close();
    }

    private Client gateway(String... settings) {
        var all = new ArrayList<>(List.of("gateway.auth-url", auth.url()));
        all.addAll(List.of(settings));
        return Client.of(services, all.toArray(String[]::new));
    }

    private String key(Duration life) {
        var key = "swk_" + UUID.randomUUID().toString().replace("-", "") + "A".repeat(11);
        lives.put(key, life);
        return key;
    }

    private static int get(Client gateway, String key) throws Exception {
        return gateway.send(gateway.request(RULES, "Authorization", "Bearer " + key)).statusCode();
    }

    private static int stop(Client gateway, String key) throws Exception {
        return gateway.send(
                        gateway.request(STOP, "Authorization", "Bearer " + key)
                                .POST(HttpRequest.BodyPublishers.noBody()))
                .statusCode();
    }

    @Test
    void aStopGetsThroughWhenAuthIsAwayForLongerThanATokenLives() throws Exception {
        var key = key(Duration.ofSeconds(1));
        try (var gateway = gateway("gateway.identity-cache", "0s");
                var cutOffs = CutOffs.follow(Redis.bus())) {
            assertThat(get(gateway, key)).isEqualTo(200);

            auth.close();

            Await.until(() -> get(gateway, key) == 503);
            assertThat(stop(gateway, key)).isEqualTo(200);
            cutOffs.cutUser(user);
            Await.until(() -> stop(gateway, key) == 503);
        }
    }

    @Test
    void whoTriesSecretsTakesNothingFromOthersAtTheSameAddress() throws Exception {
        var known = key(Duration.ofMinutes(10));
        var unknown = key(Duration.ofMinutes(10));
        try (var gateway =
                gateway(
                        "gateway.rate-limit", "1",
                        "gateway.rate-burst", "4",
                        "gateway.identity-cache", "1m")) {
            assertThat(get(gateway, known)).isEqualTo(200);

            Await.until(() -> get(gateway, "swk_" + "B".repeat(43)) == 429);

            assertThat(get(gateway, known)).isEqualTo(200);
            assertThat(stop(gateway, known)).isEqualTo(200);
            assertThat(stop(gateway, unknown)).isEqualTo(200);
        }
    }

    @Test
    void whatWasCutOffIsExchangedAnewBeforeAServiceSeesIt() throws Exception {
        var key = key(Duration.ofMinutes(10));
        try (var gateway = gateway("gateway.identity-cache", "1m");
                var cutOffs = CutOffs.follow(Redis.bus())) {
            assertThat(get(gateway, key)).isEqualTo(200);
            assertThat(auth.arrived()).hasSize(1);

            cutOffs.cutUser(user);

            Await.until(() -> get(gateway, key) == 200 && auth.arrived().size() > 1);
            lives.clear();
            cutOffs.cutUser(user);
            Await.until(() -> get(gateway, key) == 401);
            assertThat(stop(gateway, key)).isEqualTo(401);
        }
    }
}
