package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Throttle;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent.WebhookReceived;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.TrustedProxies;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;

/**
 * Hooks: other programs set off {@code webhook} rules, with a signature in the place of a token.
 */
final class HooksApi implements Api {

    /** Bytes of a call's body. */
    static final long LARGEST_BODY = 64 << 10;

    /** Good calls of one hook in a minute, and any of one address. */
    static final int MOST_CALLS = 120;

    static final int MOST_CALLS_OF_ADDRESS = 600;

    /**
     * An event of so many webhooks ago is refused: rules that call each other must come to an end.
     */
    static final int MOST_HOPS = 3;

    /** How many webhooks of ours lie behind a call. */
    static final String HOPS = "streamwire-hops";

    private static final Logger LOG = System.getLogger(HooksApi.class.getName());
    private static final String PLACE = "/rules/hooks/";
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final RuleStore rules;
    private final HookStore hooks;
    private final OwnEvents events;
    private final TrustedProxies proxies;
    private final String base;
    private final Throttle calls;
    private final Throttle addresses;
    private final InstantSource clock;

    /**
     * @param base where the API is reached from outside, like {@code https://host/api/v1}
     */
    HooksApi(
            RuleStore rules,
            HookStore hooks,
            OwnEvents events,
            TrustedProxies proxies,
            String base,
            Bus bus,
            InstantSource clock) {
        this.rules = rules;
        this.hooks = hooks;
        this.events = events;
        this.proxies = proxies;
        this.base = base;
        this.calls = bus.throttle("hooks", MOST_CALLS, MINUTE);
        this.addresses = bus.throttle("hook-callers", MOST_CALLS_OF_ADDRESS, MINUTE);
        this.clock = clock;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/rules", "/rules")
                .post("/{id}/webhook", Permission.RULES_CHANGE, this::make)
                .get("/{id}/webhook", Permission.RULES_CHANGE, this::read)
                .delete("/{id}/webhook", Permission.RULES_CHANGE, this::delete)
                .upload("/hooks/{id}", Permission.PUBLIC, this::call, LARGEST_BODY);
    }

    /** The only answer with the secret. */
    private record Made(String url, String secret) {}

    private record Shown(String url, Instant createdAt) {}

    private void make(ServerRequest request, ServerResponse response) {
        var workspaceId = Caller.of(request).workspaceId();
        var rule =
                rules.find(workspaceId, Paths.uuid(request, "id")).orElseThrow(RulesApi::unknown);
        requireWebhook(rule);
        var repeatable =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(workspaceId, "hook:" + rule.id(), key))
                        .orElseGet(Ids::next);
        var hook = hooks.make(rule, Ids.next(), repeatable).orElseThrow(RulesApi::unknown);
        LOG.log(Level.INFO, "hook={0} rule={1} secret=new", hook.id(), rule.id());
        Body.created(
                response,
                RulesApi.PLACE + '/' + rule.id() + "/webhook",
                new Made(base + PLACE + hook.id(), hook.secret()));
    }

    private void read(ServerRequest request, ServerResponse response) {
        var hook =
                hooks.ofRule(Caller.of(request).workspaceId(), Paths.uuid(request, "id"))
                        .orElseThrow(HooksApi::unknown);
        Body.send(response, new Shown(base + PLACE + hook.id(), hook.createdAt()));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        if (!hooks.delete(Caller.of(request).workspaceId(), Paths.uuid(request, "id"))) {
            throw unknown();
        }
        response.status(Status.NO_CONTENT_204).send();
    }

    private void call(ServerRequest request, ServerResponse response) {
        limit(addresses, network(request), "Too many calls come from this address.");
        var hook = hooks.find(Paths.uuid(request, "id")).orElseThrow(HooksApi::unknown);
        var body = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
        var id = header(request, WebhookSignature.ID);
        requireSigned(hook, id, body, request);
        var hops = hops(request);
        requireWebhook(hook.rule());
        ButtonsApi.requireEnabled(hook.rule());
        limit(calls, hook.id().toString(), "The hook is called too often.");
        var payload = new WebhookReceived(hook.rule().id(), CallValues.fitting(json(body)), hops);
        var event = Ids.derived("webhook", hook.id().toString(), id);
        events.publish(event, hook.rule(), payload);
        LOG.log(Level.INFO, "event={0} rule={1} hook={2}", event, hook.rule().id(), hook.id());
        new ButtonsApi.Called(event).answer(response);
    }

    private void requireSigned(HookStore.Hook hook, String id, byte[] body, ServerRequest request) {
        var verdict =
                hook.signature()
                        .check(
                                id,
                                header(request, WebhookSignature.TIMESTAMP),
                                header(request, WebhookSignature.SIGNATURE),
                                body,
                                clock.instant());
        switch (verdict) {
            case GOOD -> {}
            case UNSIGNED ->
                    throw refused(
                            "webhook_unsigned",
                            "webhook-id, webhook-timestamp and webhook-signature are needed.");
            case OLD ->
                    throw refused("webhook_old", "webhook-timestamp is more than 5 minutes off.");
            case WRONG -> throw refused("webhook_signature", "The signature is not good.");
        }
    }

    private static Problem refused(String code, String detail) {
        return Problem.of(Status.UNAUTHORIZED_401, code, detail);
    }

    private static int hops(ServerRequest request) {
        var text = header(request, HOPS);
        if (text.isEmpty()) {
            return 0;
        }
        if (text.length() > 1 || text.charAt(0) < '0' || text.charAt(0) >= '0' + MOST_HOPS) {
            throw Problem.conflict(
                    "webhook_loop",
                    "The call comes from a webhook of a webhook of a webhook; it ends here.");
        }
        return text.charAt(0) - '0';
    }

    private static JsonNode json(byte[] body) {
        if (body.length == 0) {
            return MissingNode.getInstance();
        }
        try {
            return Json.read(body, JsonNode.class);
        } catch (Json.MalformedJson e) {
            throw Problem.badRequest("malformed_json", "The body is not JSON.");
        }
    }

    private static void requireWebhook(Rule rule) {
        if (!(rule.definition().trigger() instanceof Trigger.Webhook)) {
            throw Problem.conflict("rule_not_webhook", "The rule's trigger is no webhook.");
        }
    }

    private static void limit(Throttle throttle, String key, String detail) {
        var wait = throttle.take(key);
        if (wait.isPositive()) {
            throw Problem.tooManyRequests("hook_rate", detail, wait);
        }
    }

    /** A client of IPv6 has a whole /64 to itself. */
    private String network(ServerRequest request) {
        var address = proxies.client(request).getAddress();
        return HexFormat.of().formatHex(address, 0, address.length == 4 ? 4 : 8);
    }

    private static String header(ServerRequest request, String name) {
        HeaderName header = HeaderNames.create(name);
        return request.headers().first(header).orElse("");
    }

    private static Problem unknown() {
        return Problem.notFound("hook_not_found", "There is no such hook.");
    }
}
