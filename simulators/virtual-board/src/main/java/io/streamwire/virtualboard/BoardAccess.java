package io.streamwire.virtualboard;

import java.util.UUID;

/**
 * What a board needs to connect.
 *
 * @param token its agent token
 */
public record BoardAccess(UUID workspaceId, UUID deviceId, String token) {

    /** Without the token. */
    @Override
    public String toString() {
        return "BoardAccess[workspaceId=" + workspaceId + ", deviceId=" + deviceId + "]";
    }
}
