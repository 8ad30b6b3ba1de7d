package io.streamwire.service;

import io.streamwire.contract.Ids;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** Access tokens for tests. */
final class Tokens {

    private Tokens() {}

    static AccessToken of(UUID workspace, Role role, Duration life) {
        var now = Instant.now();
        return new AccessToken(
                Ids.next(),
                Ids.next(),
                workspace,
                Map.of(workspace, role),
                now.minusSeconds(1),
                now.plus(life));
    }
}
