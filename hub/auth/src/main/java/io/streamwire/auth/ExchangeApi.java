package io.streamwire.auth;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.util.Locale;

/** {@code /internal/exchange}: what the gateway gets for a cookie, a key or a ticket. */
final class ExchangeApi implements Api {

    private final BrowserSessions sessions;
    private final ApiKeys keys;
    private final Tickets tickets;

    ExchangeApi(BrowserSessions sessions, ApiKeys keys, Tickets tickets) {
        this.sessions = sessions;
        this.keys = keys;
        this.tickets = tickets;
    }

    @Override
    public void routes(Routes routes) {
        routes.post("/internal/exchange", Permission.SERVICE, this::exchange);
    }

    /** What a secret may be. */
    enum Kind {
        SESSION,
        KEY,
        TICKET;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    record Question(Kind kind, String secret) {}

    record Answer(String accessToken) {}

    private void exchange(ServerRequest request, ServerResponse response) {
        var question = Body.read(request, Question.class);
        var secret = new Secret(question.secret());
        var token =
                switch (question.kind()) {
                    case SESSION -> sessions.exchange(secret);
                    case KEY -> keys.exchange(secret);
                    case TICKET -> tickets.exchange(secret);
                };
        Body.send(
                response,
                new Answer(
                        token.orElseThrow(() ->
                                Problem.unauthorized(
                                        "secret_invalid", "It is none, or has ended."))));
    }
}
