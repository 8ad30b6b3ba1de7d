package io.streamwire.auth;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Credentials;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.TokenVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** {@code /api/v1/auth/sessions} and {@code /tickets}: how a browser signs in, and where. */
final class SessionsApi implements Api {

    private static final String COOKIE = "streamwire_session";

    /** With it browsers take a cookie of this host only, and only over https. */
    private static final String OF_HOST = "__Host-";

    private final Accounts accounts;
    private final BrowserSessions sessions;
    private final Tickets tickets;
    private final Function<ServerRequest, Origin> origin;
    private final TokenVerifier verifier;

    SessionsApi(
            Accounts accounts,
            BrowserSessions sessions,
            Tickets tickets,
            Function<ServerRequest, Origin> origin,
            TokenVerifier verifier) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.tickets = tickets;
        this.origin = origin;
        this.verifier = verifier;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/auth", "")
                .post("/sessions", Permission.PUBLIC, this::begin)
                .get("/sessions", Permission.ACCOUNT, this::list)
                .delete("/sessions/current", Permission.ACCOUNT, this::endCurrent)
                .delete("/sessions/{id}", Permission.ACCOUNT, this::end)
                .post("/tickets", Permission.SIGNED_IN, this::ticket);
    }

    record Begun(
            UUID id,
            User user,
            List<AccountsApi.Membership> workspaces,
            Instant expiresAt,
            Instant endsAt) {}

    private void begin(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, AccountsApi.Login.class);
        var from = origin.apply(request);
        var begun =
                accounts.login(
                        body.email(),
                        body.password(),
                        from,
                        (transaction, userId) -> sessions.begin(transaction, userId, from));
        former(request).ifPresent(token -> sessions.endFormer(token, from));
        var profile = accounts.profile(begun.userId());
        setCookie(response, from, begun.secret().text(), begun.life());
        Body.created(
                response,
                "/api/v1/auth/sessions/" + begun.id(),
                new Begun(
                        begun.id(),
                        profile.user(),
                        profile.workspaces().stream().map(AccountsApi.Membership::of).toList(),
                        begun.expiresAt(),
                        begun.endsAt()));
    }

    /** Who the browser was until now: the gateway shows an access token for its cookie. */
    private Optional<AccessToken> former(ServerRequest request) {
        try {
            return Credentials.bearer(request.headers()).map(verifier::verify);
        } catch (Problem e) {
            return Optional.empty();
        }
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = sessions.list(AccessToken.of(request), page);
        Body.send(response, Listing.cut(page, rows, Session::id));
    }

    private void end(ServerRequest request, ServerResponse response) {
        end(request, response, Paths.uuid(request, "id"));
    }

    private void endCurrent(ServerRequest request, ServerResponse response) {
        end(request, response, AccessToken.of(request).sessionId());
    }

    private void end(ServerRequest request, ServerResponse response, UUID id) {
        var token = AccessToken.of(request);
        sessions.end(token, id, origin.apply(request));
        if (id.equals(token.sessionId())) {
            clearCookie(response, origin.apply(request));
        }
        response.status(Status.NO_CONTENT_204).send();
    }

    private void ticket(ServerRequest request, ServerResponse response) {
        Body.send(response, Status.CREATED_201, tickets.issue(AccessToken.of(request)));
    }

    /** Takes the cookie away from a browser whose session has ended. */
    static void clearCookie(ServerResponse response, Origin origin) {
        setCookie(response, origin, "", Duration.ZERO);
    }

    private static void setCookie(
            ServerResponse response, Origin origin, String value, Duration life) {
        // Helidon's SetCookie leaves out a Max-Age of 0.
        var cookie =
                "%s%s=%s; Max-Age=%d; Path=/; HttpOnly; SameSite=Strict%s"
                        .formatted(
                                origin.secure() ? OF_HOST : "",
                                COOKIE,
                                value,
                                life.toSeconds(),
                                origin.secure() ? "; Secure" : "");
        response.header(HeaderNames.SET_COOKIE, cookie);
    }
}
