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
    /** Any person with a valid access token, of whatever workspace. */
    ACCOUNT,
    /** Another service: the header {@code X-Service-Secret} holds {@code service.secret}. */
    SERVICE,

    WORKSPACE_READ(Role.VIEWER),
    WORKSPACE_CHANGE(Role.ADMIN),
    WORKSPACE_DELETE(Role.OWNER),
    MEMBERS_READ(Role.VIEWER),
    MEMBERS_CHANGE(Role.ADMIN),
    /** Leaving a workspace, or removing others from it, which the handler limits to admins. */
    MEMBERS_LEAVE(Role.VIEWER),
    INVITATIONS_READ(Role.ADMIN),
    INVITATIONS_CHANGE(Role.ADMIN),
    KEYS_READ(Role.ADMIN),
    KEYS_CHANGE(Role.ADMIN),
    AUDIT_READ(Role.ADMIN),

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

    /** Whether an API key may have it; what gives access or tells of people is for people only. */
    public boolean isForKeys() {
        return switch (this) {
            case ACCOUNT,
                    WORKSPACE_CHANGE,
                    WORKSPACE_DELETE,
                    MEMBERS_READ,
                    MEMBERS_CHANGE,
                    MEMBERS_LEAVE,
                    INVITATIONS_READ,
                    INVITATIONS_CHANGE,
                    KEYS_READ,
                    KEYS_CHANGE,
                    AUDIT_READ ->
                    false;
            default -> true;
        };
    }
}
