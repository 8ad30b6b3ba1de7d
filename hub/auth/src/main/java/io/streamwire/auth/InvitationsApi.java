package io.streamwire.auth;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Role;
import io.streamwire.service.Routes;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/workspaces/{id}/invitations}, and what becomes of one by its secret. */
final class InvitationsApi implements Api {

    private static final Duration LIFE = Duration.ofDays(7);
    private static final Duration LONGEST = Duration.ofDays(30);

    private final Accounts accounts;
    private final Invitations invitations;
    private final Function<ServerRequest, Origin> origin;

    InvitationsApi(
            Accounts accounts, Invitations invitations, Function<ServerRequest, Origin> origin) {
        this.accounts = accounts;
        this.invitations = invitations;
        this.origin = origin;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/workspaces/{workspace_id}", "/workspaces/{workspace_id}")
                .post("/invitations", Permission.INVITATIONS_CHANGE, this::write)
                .get("/invitations", Permission.INVITATIONS_READ, this::list)
                .delete(
                        "/invitations/{invitation_id}",
                        Permission.INVITATIONS_CHANGE,
                        this::delete);
        routes.at("/api/v1/auth", "")
                .post("/invitations/look", Permission.PUBLIC, this::look)
                .post("/invitations/accept", Permission.ACCOUNT, this::accept);
    }

    /**
     * What is wanted.
     *
     * @param expiresIn seconds
     */
    record NewInvitation(Role role, @Nullable String email, @Nullable Long expiresIn) {
        NewInvitation {
            if (email != null) {
                email =
                        Email.normalised(email)
                                .orElseThrow(() ->
                                        Problem.invalid("/email", "Must be an email address."));
            }
            if (expiresIn != null && (expiresIn < 60 || expiresIn > LONGEST.toSeconds())) {
                throw Problem.invalid(
                        "/expires_in", "Must be 60 to " + LONGEST.toSeconds() + " seconds.");
            }
        }

        Invitations.Wish wish() {
            var life = expiresIn == null ? LIFE : Duration.ofSeconds(expiresIn);
            return new Invitations.Wish(role, email, life);
        }
    }

    /**
     * An invitation as it is shown when it is written.
     *
     * @param secret the whole of it, only here
     */
    record Shown(UUID id, String secret, Role role, @Nullable String email, Instant expiresAt) {}

    record BySecret(String secret) {}

    private void write(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, NewInvitation.class);
        var caller = Caller.of(request);
        var written =
                invitations.write(
                        caller, body.wish(), IdempotencyKey.of(request), origin.apply(request));
        var invitation = written.invitation();
        Body.created(
                response,
                "/api/v1/workspaces/" + caller.workspaceId() + "/invitations/" + invitation.id(),
                new Shown(
                        invitation.id(),
                        written.secret().text(),
                        invitation.role(),
                        invitation.email(),
                        invitation.expiresAt()));
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = invitations.list(Caller.of(request), page);
        Body.send(response, Listing.cut(page, rows, Invitation::id));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        invitations.delete(
                Caller.of(request), Paths.uuid(request, "invitation_id"), origin.apply(request));
        response.status(Status.NO_CONTENT_204).send();
    }

    private void look(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, BySecret.class);
        Body.send(response, invitations.look(new Secret(body.secret())));
    }

    private void accept(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, BySecret.class);
        var user = accounts.profile(AccessToken.of(request).userId()).user();
        var secret = new Secret(body.secret());
        var joined = invitations.accept(user.id(), user.email(), secret, origin.apply(request));
        Body.send(response, AccountsApi.Membership.of(joined));
    }
}
