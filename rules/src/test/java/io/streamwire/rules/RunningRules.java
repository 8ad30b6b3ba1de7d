package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.service.Configuration;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import io.streamwire.service.TokenVerifier;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The whole service, with settings that a test chooses. */
final class RunningRules implements AutoCloseable {

    static final String SECRET = "a service secret of thirty-two characters";

    private static final String MARKER =
            """
            {"name": "Marker", "trigger": {"type": "follow"},
             "actions": [{"type": "device", "device_id": "01980000-0000-7000-8000-00000000000d",
                          "command": "none"}]}
            """;

    private final SigningKey key = SigningKey.generate("test");
    private final Bus bus = Servers.bus();
    private final Rules rules;

    RunningRules(Map<String, String> settings) {
        var all = new HashMap<>(settings);
        all.putIfAbsent("rules.port", "0");
        all.putIfAbsent("rules.refresh", "100ms");
        all.putIfAbsent("service.secret", SECRET);
        all.put("database.url", Servers.EMBEDDED.jdbcUrl("rules_db"));
        all.put("database.user", Servers.EMBEDDED.databaseUser());
        all.put("database.password", Servers.EMBEDDED.databasePassword());
        this.rules = Rules.start(Configuration.load(all, null), bus, TokenVerifier.trusting(key));
    }

    Client client(Role role, UUID workspaceId) {
        return Client.of(rules.port(), workspaceId, role, key);
    }

    Client stranger() {
        return new Client(rules.port(), new UUID(0, 0), "");
    }

    Streams streams(UUID workspaceId) {
        return new Streams(bus, workspaceId);
    }

    /** Waits until every rule that a workspace has by now decides. */
    void inForce(UUID workspaceId) {
        var admin = client(Role.ADMIN, workspaceId);
        var streams = streams(workspaceId);
        var marker = admin.post("/api/v1/rules", MARKER);
        Await.until(() -> {
            streams.publish(
                    new LiveEvents(workspaceId, Ids.next())
                            .by(LiveEvents.ANNA, new LiveEvent.Followed()));
            return streams.decisions().stream()
                    .anyMatch(decision -> decision.ruleId().toString().equals(marker.text("id")));
        });
        admin.change("DELETE", marker.location(), 1, "");
    }

    int port() {
        return rules.port();
    }

    @Override
    public void close() {
        rules.close();
        bus.close();
    }
}
