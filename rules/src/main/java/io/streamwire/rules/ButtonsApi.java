package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Throttle;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent.ButtonPressed;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Buttons: members of a workspace set off its {@code manual} rules. */
final class ButtonsApi implements Api {

    /** Presses of a workspace in a minute. */
    static final int MOST_PRESSES = 300;

    private static final Logger LOG = System.getLogger(ButtonsApi.class.getName());
    private static final Press PLAIN = new Press(null);

    private final RuleStore store;
    private final OwnEvents events;
    private final Throttle presses;

    ButtonsApi(RuleStore store, OwnEvents events, Bus bus) {
        this.store = store;
        this.events = events;
        this.presses = bus.throttle("buttons", MOST_PRESSES, Duration.ofMinutes(1));
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/rules", "/rules")
                .post("/{id}/trigger", Permission.RULES_RUN, this::press);
    }

    /** What {@code POST} may bring. */
    private record Press(@Nullable JsonNode values) {}

    /** The event that was made of a call; what came of it is in the executions and receipts. */
    record Called(UUID eventId) {
        void answer(ServerResponse response) {
            response.header(HeaderNames.LOCATION, "/api/v1/rules/executions?event_id=" + eventId);
            Body.send(response, Status.ACCEPTED_202, this);
        }
    }

    private void press(ServerRequest request, ServerResponse response) {
        var caller = Caller.of(request);
        var rule =
                store.find(caller.workspaceId(), Paths.uuid(request, "id"))
                        .orElseThrow(RulesApi::unknown);
        var press = request.content().hasEntity() ? Body.read(request, Press.class) : PLAIN;
        var values = CallValues.checked(press.values());
        if (!(rule.definition().trigger() instanceof Trigger.Manual)) {
            throw Problem.conflict("rule_not_manual", "The rule has no button.");
        }
        requireEnabled(rule);
        var wait = presses.take(caller.workspaceId().toString());
        if (wait.isPositive()) {
            throw Problem.tooManyRequests(
                    "button_rate", "The workspace's buttons are pressed too often.", wait);
        }
        var id =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(caller.workspaceId(), "trigger:" + rule.id(), key))
                        .orElseGet(() -> Ids.derived("button", Ids.next().toString()));
        events.publish(id, rule, new ButtonPressed(rule.id(), caller.userId(), values));
        LOG.log(Level.INFO, "event={0} rule={1} pressed_by={2}", id, rule.id(), caller.userId());
        new Called(id).answer(response);
    }

    /** What is turned off would say yes and do nothing. */
    static void requireEnabled(Rule rule) {
        if (!rule.definition().enabled()) {
            throw Problem.conflict("rule_disabled", "The rule is turned off.");
        }
    }
}
