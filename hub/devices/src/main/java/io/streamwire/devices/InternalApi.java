package io.streamwire.devices;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the broker asks: whether a board's token is good. */
final class InternalApi implements Api {

    private final DeviceCache cache;

    InternalApi(DeviceCache cache) {
        this.cache = cache;
    }

    private record Question(String clientId, String username, String password) {
        @Override
        public String toString() {
            return "Question[clientId=" + clientId + "]"; // never the password
        }
    }

    private record Answer(boolean allow, @Nullable UUID workspaceId, @Nullable UUID deviceId) {}

    @Override
    public void routes(Routes routes) {
        routes.post("/internal/mqtt/authenticate", Permission.SERVICE, this::authenticate);
    }

    private void authenticate(ServerRequest request, ServerResponse response) {
        var question = Body.read(request, Question.class);
        var device =
                question.username().equals(question.clientId())
                        ? cache.authenticate(question.clientId(), question.password()).orElse(null)
                        : null;
        Body.send(
                response,
                device == null
                        ? new Answer(false, null, null)
                        : new Answer(true, device.workspaceId(), device.id()));
    }
}
