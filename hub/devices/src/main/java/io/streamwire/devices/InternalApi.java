package io.streamwire.devices;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.mqtt.Access;
import io.streamwire.contract.mqtt.ClientRole;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a broker asks: whose token a client shows, and, when it is not ours, what each client may
 * do, in the format of EMQX's HTTP authentication and authorization. Both end in deny.
 */
final class InternalApi implements Api {

    private static final String HUB_CLIENT_PREFIX = "hub-";

    private final BrokerClients clients;
    private final String hubUser;
    private final String hubPassword;

    InternalApi(BrokerClients clients, String hubUser, String hubPassword) {
        this.clients = clients;
        this.hubUser = hubUser;
        this.hubPassword = hubPassword;
    }

    private record Question(String clientId, String username, String password) {
        @Override
        public String toString() {
            return "Question[clientId=" + clientId + "]"; // never the password
        }
    }

    private record Answer(
            boolean allow,
            @Nullable UUID workspaceId,
            @Nullable UUID deviceId,
            @Nullable Set<UUID> children,
            @Nullable ClientRole role) {}

    /** As EMQX names its fields. */
    private record EmqxClient(
            String clientid, @Nullable String username, @Nullable String password) {
        @Override
        public String toString() {
            return "EmqxClient[clientid=" + clientid + "]"; // never the password
        }
    }

    /**
     * As EMQX names its fields; what its templates fill in are texts.
     *
     * @param retain a PUBLISH that does not say counts as retained
     */
    private record EmqxAttempt(
            String clientid,
            @Nullable String username,
            String topic,
            String action,
            @Nullable Object qos,
            @Nullable Object retain) {}

    /**
     * @param acl left out for a bridge: its boards change, so each attempt is asked about
     */
    private record EmqxAdmission(
            String result, boolean isSuperuser, @Nullable List<EmqxRule> acl) {}

    private record EmqxRule(
            String permission, String action, String topic, @Nullable Boolean retain) {

        /** {@code eq} takes the wildcards of a filter literally. */
        static EmqxRule of(Access.Permission allowed, boolean literal) {
            var publish = allowed.activity() == Access.Activity.PUBLISH;
            return new EmqxRule(
                    "allow",
                    allowed.activity().toString().toLowerCase(Locale.ROOT),
                    (literal ? "eq " : "") + allowed.filter(),
                    (publish && !allowed.retained()) ? false : null);
        }
    }

    private record EmqxDecision(String result) {}

    @Override
    public void routes(Routes routes) {
        routes.post("/internal/mqtt/authenticate", Permission.SERVICE, this::authenticate)
                .post("/internal/mqtt/emqx/authn", Permission.SERVICE, this::admit)
                .post("/internal/mqtt/emqx/authz", Permission.SERVICE, this::decide);
    }

    private void authenticate(ServerRequest request, ServerResponse response) {
        var question = Body.read(request, Question.class);
        var session =
                question.username().equals(question.clientId())
                        ? clients.authenticateAlsoNew(question.clientId(), question.password())
                                .orElse(null)
                        : null;
        Body.send(
                response,
                session == null
                        ? new Answer(false, null, null, null, null)
                        : new Answer(
                                true,
                                session.workspaceId(),
                                session.deviceId(),
                                session.children(),
                                session.role()));
    }

    private void admit(ServerRequest request, ServerResponse response) {
        var client = Body.read(request, EmqxClient.class);
        Body.send(response, admission(client));
    }

    private EmqxAdmission admission(EmqxClient client) {
        var username = client.username();
        var password = client.password();
        if (username == null || password == null) {
            return new EmqxAdmission("deny", false, null);
        }
        if (isHub(client.clientid(), username)) {
            return isEqual(password, hubPassword)
                    ? new EmqxAdmission("allow", false, rules(new Access.Hub(), false))
                    : new EmqxAdmission("deny", false, null);
        }
        var session =
                username.equals(client.clientid())
                        ? clients.authenticate(client.clientid(), password).orElse(null)
                        : null;
        if (session == null) {
            return new EmqxAdmission("deny", false, null);
        }
        var access =
                session.role()
                        .access(session.workspaceId(), session.deviceId(), session.children());
        return new EmqxAdmission(
                "allow",
                false,
                clients.changes(session.deviceId())
                        ? null
                        : rules(access, session.role() == ClientRole.DEVICE));
    }

    private static List<EmqxRule> rules(Access access, boolean literal) {
        var rules = new ArrayList<EmqxRule>();
        access.permissions().forEach(allowed -> rules.add(EmqxRule.of(allowed, literal)));
        rules.add(new EmqxRule("deny", "all", "#", null));
        return rules;
    }

    private void decide(ServerRequest request, ServerResponse response) {
        var attempt = Body.read(request, EmqxAttempt.class);
        var may =
                access(attempt.clientid(), attempt.username())
                        .filter(access -> may(access, attempt))
                        .isPresent();
        Body.send(response, new EmqxDecision(may ? "allow" : "deny"));
    }

    private static boolean may(Access access, EmqxAttempt attempt) {
        return switch (attempt.action()) {
            case "publish" ->
                    access.mayPublish(
                            attempt.topic(), !"false".equals(String.valueOf(attempt.retain())));
            case "subscribe" -> access.maySubscribe(attempt.topic());
            default -> false;
        };
    }

    /** What a client may do that the broker has admitted. */
    private Optional<Access> access(String clientId, @Nullable String username) {
        if (username == null) {
            return Optional.empty();
        }
        if (isHub(clientId, username)) {
            return Optional.of(new Access.Hub());
        }
        return username.equals(clientId) ? clients.access(clientId) : Optional.empty();
    }

    private boolean isHub(String clientId, String username) {
        return username.equals(hubUser) && clientId.startsWith(HUB_CLIENT_PREFIX);
    }

    private static boolean isEqual(String given, String expected) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
}
