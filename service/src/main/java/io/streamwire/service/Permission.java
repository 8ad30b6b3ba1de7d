package io.streamwire.service;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The permission table: every route of every service names one. Stopping needs less than starting.
 */
public enum Permission {
    /** Anybody. */
    PUBLIC,
    /** Anybody with a valid access token, of whatever workspace. */
    SIGNED_IN,
    /** Another service: the header {@code X-Service-Secret} holds {@code service.secret}. */
    SERVICE,

    WORKSPACE_READ(Role.VIEWER),
    WORKSPACE_CHANGE(Role.ADMIN),
    WORKSPACE_DELETE(Role.OWNER),
    MEMBERS_READ(Role.VIEWER),
    MEMBERS_CHANGE(Role.ADMIN),
    /** Leaving a workspace, or removing others from it, which the handler limits to admins. */
    MEMBERS_LEAVE(Role.VIEWER),

    LIVESTREAMS_READ(Role.VIEWER),
    LIVESTREAMS_RUN(Role.MODERATOR),
    LIVESTREAMS_STOP(Role.MODERATOR),
    LIVESTREAMS_SIMULATE(Role.MODERATOR),
    EVENTS_READ(Role.VIEWER),
    EVENTS_EXPORT(Role.ADMIN),

    RULES_READ(Role.VIEWER),
    RULES_RUN(Role.MODERATOR),
    RULES_CHANGE(Role.ADMIN),

    DEVICES_READ(Role.VIEWER),
    DEVICES_RUN(Role.MODERATOR),
    /** Besides every member, every board with its agent token: see {@link Agent}. */
    DEVICES_STOP(Role.VIEWER),
    DEVICES_CHANGE(Role.ADMIN),
    TOKENS_READ(Role.ADMIN),
    TOKENS_CHANGE(Role.ADMIN);

    private final @Nullable Role role;

    Permission() {
        this.role = null;
    }

    Permission(Role role) {
        this.role = role;
    }

    /** The least role in the workspace of the call; empty when no workspace is concerned. */
    public Optional<Role> role() {
        return Optional.ofNullable(role);
    }
}
