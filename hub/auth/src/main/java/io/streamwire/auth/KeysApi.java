package io.streamwire.auth;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import io.streamwire.service.SigningKey;
import jakarta.json.Json;
import java.nio.charset.StandardCharsets;

/**
 * {@code /.well-known/jwks.json}: the public keys with which everybody can verify access tokens.
 */
final class KeysApi implements Api {

    private final byte[] keys;

    KeysApi(SigningKey key) {
        this.keys =
                Json.createObjectBuilder()
                        .add("keys", Json.createArrayBuilder().add(key.publicJwk()))
                        .build()
                        .toString()
                        .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void routes(Routes routes) {
        routes.get("/.well-known/jwks.json", Permission.PUBLIC, this::list);
    }

    private void list(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CACHE_CONTROL, "public, max-age=300")
                .header(HeaderValues.CONTENT_TYPE_JSON)
                .send(keys);
    }
}
