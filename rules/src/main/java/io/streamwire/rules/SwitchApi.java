package io.streamwire.rules;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns all rules on or off over HTTP, or those of a folder, a tag or a livestream. */
final class SwitchApi implements Api {

    private final RuleStore store;
    private final RuleBook book;

    SwitchApi(RuleStore store, RuleBook book) {
        this.store = store;
        this.book = book;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(RulesApi.PLACE, "/rules")
                .post(
                        "/enable",
                        Permission.RULES_RUN,
                        (request, response) -> turn(request, response, true))
                .post(
                        "/disable",
                        Permission.RULES_RUN,
                        (request, response) -> turn(request, response, false));
    }

    /** Which rules; all when nothing is said. */
    private record Which(
            @Nullable String folder, @Nullable String tag, @Nullable UUID livestreamId) {

        static final Which ALL = new Which(null, null, null);

        Which {
            requireText("folder", folder, RuleJson.MAX_FOLDER_LENGTH);
            requireText("tag", tag, RuleJson.MAX_TAG_LENGTH);
        }

        /** An empty text must not mean all rules. */
        private static void requireText(String name, @Nullable String text, int longest) {
            if (text != null
                    && (text.isBlank() || text.codePointCount(0, text.length()) > longest)) {
                throw new IllegalArgumentException(
                        "%s must be 1 to %d characters.".formatted(name, longest));
            }
        }

        RuleFilter filter() {
            return new RuleFilter(folder, tag, livestreamId, null);
        }
    }

    /** How many rules were not so before. */
    private record Turned(int changed) {}

    private void turn(ServerRequest request, ServerResponse response, boolean enabled) {
        var caller = Caller.of(request);
        var which = request.content().hasEntity() ? Body.read(request, Which.class) : Which.ALL;
        var changed = store.turn(caller.workspaceId(), which.filter(), enabled, caller.userId());
        book.changed(caller.workspaceId());
        Body.send(response, new Turned(changed));
    }
}
