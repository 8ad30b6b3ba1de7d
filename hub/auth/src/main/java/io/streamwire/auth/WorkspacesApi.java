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
import io.streamwire.service.Versions;
import java.util.function.Function;

/** {@code /api/v1/workspaces}: workspaces and their members. */
final class WorkspacesApi implements Api {

    private static final String PATH = "/api/v1/workspaces";

    private final Workspaces workspaces;
    private final Function<ServerRequest, Origin> origin;

    WorkspacesApi(Workspaces workspaces, Function<ServerRequest, Origin> origin) {
        this.workspaces = workspaces;
        this.origin = origin;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(PATH, "/workspaces")
                .post("/", Permission.ACCOUNT, this::create)
                .get("/", Permission.ACCOUNT, this::list);
        routes.at(PATH + "/{workspace_id}", "/workspaces/{workspace_id}")
                .get("/", Permission.WORKSPACE_READ, this::read)
                .patch("/", Permission.WORKSPACE_CHANGE, this::rename)
                .delete("/", Permission.WORKSPACE_DELETE, this::delete)
                .get("/members", Permission.MEMBERS_READ, this::members)
                .post("/members", Permission.MEMBERS_CHANGE, this::add)
                .get("/members/{user_id}", Permission.MEMBERS_READ, this::member)
                .patch("/members/{user_id}", Permission.MEMBERS_CHANGE, this::changeRole)
                .delete("/members/{user_id}", Permission.MEMBERS_LEAVE, this::remove);
    }

    record Naming(String name) {
        Naming {
            name = Names.checked("/name", name);
        }
    }

    record NewMember(String email, Role role) {
        NewMember {
            email =
                    Email.normalised(email)
                            .orElseThrow(
                                    () -> Problem.invalid("/email", "Must be an email address."));
        }
    }

    record RoleChange(Role role) {}

    private void create(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, Naming.class);
        var userId = AccessToken.of(request).userId();
        var workspace =
                workspaces.create(
                        userId, body.name(), IdempotencyKey.of(request), origin.apply(request));
        Versions.etag(response, workspace.version());
        Body.created(response, PATH + "/" + workspace.id(), workspace);
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = workspaces.list(AccessToken.of(request).userId(), page);
        Body.send(response, Listing.cut(page, rows, Workspace::id));
    }

    private void read(ServerRequest request, ServerResponse response) {
        send(response, workspaces.find(Caller.of(request)));
    }

    private void rename(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, Naming.class);
        var version = Versions.required(request);
        send(response, workspaces.rename(Caller.of(request), body.name(), version));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        workspaces.delete(Caller.of(request), Versions.given(request), origin.apply(request));
        response.status(Status.NO_CONTENT_204).send();
    }

    private void members(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = workspaces.members(Caller.of(request), page);
        Body.send(response, Listing.cut(page, rows, Member::userId));
    }

    private void add(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, NewMember.class);
        var caller = Caller.of(request);
        boolean repeated = IdempotencyKey.of(request).isPresent();
        var member =
                workspaces.add(caller, body.email(), body.role(), repeated, origin.apply(request));
        Versions.etag(response, member.version());
        Body.created(
                response,
                PATH + "/" + caller.workspaceId() + "/members/" + member.userId(),
                member);
    }

    private void member(ServerRequest request, ServerResponse response) {
        send(response, workspaces.member(Caller.of(request), Paths.uuid(request, "user_id")));
    }

    private void changeRole(ServerRequest request, ServerResponse response) {
        var body = Body.read(request, RoleChange.class);
        send(
                response,
                workspaces.changeRole(
                        Caller.of(request),
                        Paths.uuid(request, "user_id"),
                        body.role(),
                        Versions.required(request),
                        origin.apply(request)));
    }

    private void remove(ServerRequest request, ServerResponse response) {
        workspaces.remove(
                Caller.of(request),
                Paths.uuid(request, "user_id"),
                Versions.given(request),
                origin.apply(request));
        response.status(Status.NO_CONTENT_204).send();
    }

    private static void send(ServerResponse response, Workspace workspace) {
        Versions.etag(response, workspace.version());
        Body.send(response, workspace);
    }

    private static void send(ServerResponse response, Member member) {
        Versions.etag(response, member.version());
        Body.send(response, member);
    }
}
