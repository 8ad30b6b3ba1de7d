package io.streamwire.auth;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Role;
import io.streamwire.service.Routes;
import io.streamwire.service.Versions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/auth}: registering, signing in and out, the own account. */
final class AccountsApi implements Api {

    private final Accounts accounts;
    private final Sessions sessions;
    private final Function<ServerRequest, Origin> origin;

    AccountsApi(Accounts accounts, Sessions sessions, Function<ServerRequest, Origin> origin) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.origin = origin;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/auth", "")
                .post("/register", Permission.PUBLIC, this::register)
                .post("/login", Permission.PUBLIC, this::login)
                .post("/refresh", Permission.PUBLIC, this::refresh)
                .post("/logout", Permission.ACCOUNT, this::logout)
                .get("/me", Permission.ACCOUNT, this::me)
                .patch("/me", Permission.ACCOUNT, this::changeMe)
                .post("/password", Permission.ACCOUNT, this::changePassword);
    }

    record Registration(
            String email, String password, String displayName, @Nullable String invitation) {
        Registration {
            email =
                    Email.normalised(email)
                            .orElseThrow(
                                    () -> Problem.invalid("/email", "Must be an email address."));
            Passwords.check("/password", password);
            displayName = Names.checked("/display_name", displayName);
        }
    }

    record Login(String email, String password) {
        Login {
            email = Email.normalised(email).orElse(""); // which nobody has
        }
    }

    record Refresh(String refreshToken) {}

    record Change(String displayName) {
        Change {
            displayName = Names.checked("/display_name", displayName);
        }
    }

    record PasswordChange(String currentPassword, String newPassword) {
        PasswordChange {
            Passwords.check("/new_password", newPassword);
        }
    }

    /** A workspace as it is shown with its user. */
    record Membership(UUID id, String name, Role role) {
        static Membership of(Workspace workspace) {
            return new Membership(workspace.id(), workspace.name(), workspace.role());
        }
    }

    record Registered(
            User user,
            Membership workspace,
            @Nullable Membership joined,
            String accessToken,
            String refreshToken,
            String tokenType,
            long expiresIn) {}

    record Me(User user, List<Membership> workspaces) {}

    private void register(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, Registration.class);
        var made =
                accounts.register(
                        body.email(),
                        body.password(),
                        body.displayName(),
                        Optional.ofNullable(body.invitation()).map(Secret::new),
                        origin.apply(request));
        var grant = made.grant();
        Body.created(
                response,
                "/api/v1/auth/me",
                new Registered(
                        made.user(),
                        Membership.of(made.workspace()),
                        made.joined().map(Membership::of).orElse(null),
                        grant.accessToken(),
                        grant.refreshToken(),
                        grant.tokenType(),
                        grant.expiresIn()));
    }

    private void login(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, Login.class);
        Body.send(response, accounts.login(body.email(), body.password(), origin.apply(request)));
    }

    private void refresh(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, Refresh.class);
        Body.send(response, sessions.refresh(body.refreshToken(), origin.apply(request)));
    }

    private void logout(ServerRequest request, ServerResponse response) {
        sessions.end(AccessToken.of(request), origin.apply(request));
        SessionsApi.clearCookie(response, origin.apply(request));
        response.status(Status.NO_CONTENT_204).send();
    }

    private void me(ServerRequest request, ServerResponse response) {
        send(response, accounts.profile(AccessToken.of(request).userId()));
    }

    private void changeMe(ServerRequest request, ServerResponse response) {
        var token = AccessToken.of(request);
        var body = Body.read(request, Change.class);
        accounts.rename(token.userId(), body.displayName(), Versions.required(request));
        send(response, accounts.profile(token.userId()));
    }

    private void changePassword(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, PasswordChange.class);
        accounts.changePassword(
                AccessToken.of(request),
                body.currentPassword(),
                body.newPassword(),
                origin.apply(request));
        response.status(Status.NO_CONTENT_204).send();
    }

    private static void send(ServerResponse response, Accounts.Profile profile) {
        Versions.etag(response, profile.user().version());
        var workspaces = profile.workspaces().stream().map(Membership::of).toList();
        Body.send(response, new Me(profile.user(), workspaces));
    }
}
