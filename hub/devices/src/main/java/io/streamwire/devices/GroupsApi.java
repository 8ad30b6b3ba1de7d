package io.streamwire.devices;

import io.helidon.dbclient.DbClientException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.devices.GroupStore.Group;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Versions;
import io.streamwire.service.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Named sets of devices. */
final class GroupsApi implements Api {

    private static final int MOST_DEVICES = 500;

    private final GroupStore store;
    private final Bus bus;
    private final DeviceCache cache;
    private final GroupCache groups;
    private final Caps caps;

    GroupsApi(Bus bus, GroupStore store, DeviceCache cache, GroupCache groups, Caps caps) {
        this.bus = bus;
        this.store = store;
        this.cache = cache;
        this.groups = groups;
        this.caps = caps;
    }

    private record NewGroup(String name, @Nullable List<UUID> deviceIds) {}

    private record Changes(@Nullable String name, @Nullable List<UUID> deviceIds) {}

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES)
                .post("/groups", Permission.DEVICES_CHANGE, this::create)
                .get("/groups", Permission.DEVICES_READ, this::list)
                .get("/groups/{id}", Permission.DEVICES_READ, this::read)
                .patch("/groups/{id}", Permission.DEVICES_CHANGE, this::change)
                .delete("/groups/{id}", Permission.DEVICES_CHANGE, this::delete);
    }

    private void create(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var asked = Body.read(request, NewGroup.class);
        var devices = asked.deviceIds() == null ? List.<UUID>of() : asked.deviceIds();
        validate(workspace, asked.name(), devices);
        var id =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(workspace, "groups", key))
                        .orElseGet(Ids::next);
        var _ =
                named(() -> {
                    store.insert(workspace, id, asked.name().strip(), devices);
                    return true;
                });
        var group = store.group(workspace, id).orElseThrow(caps::tooManyGroups);
        changed(group);
        Versions.etag(response, group.version());
        Body.created(response, "/api/v1/devices/groups/" + id, group);
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = store.groups(Caller.of(request).workspaceId(), page);
        Body.send(response, Listing.cut(page, rows, Group::id));
    }

    private void read(ServerRequest request, ServerResponse response) {
        send(response, stored(request));
    }

    private void change(ServerRequest request, ServerResponse response) {
        var group = stored(request);
        var version = Versions.required(request);
        var asked = Body.read(request, Changes.class);
        validate(group.workspaceId(), asked.name(), asked.deviceIds());
        var name = asked.name() == null ? null : asked.name().strip();
        if (!named(
                () ->
                        store.change(
                                group.workspaceId(),
                                group.id(),
                                name,
                                asked.deviceIds(),
                                version))) {
            throw Versions.mismatch();
        }
        var changed = stored(request);
        changed(changed);
        send(response, changed);
    }

    private void changed(Group group) {
        groups.put(group);
        bus.announce(Devices.CHANGED, group.id().toString());
    }

    private void delete(ServerRequest request, ServerResponse response) {
        var group = stored(request);
        var version = Versions.required(request);
        if (!store.delete(group.workspaceId(), group.id(), version)) {
            throw Versions.mismatch();
        }
        groups.remove(group.id());
        bus.announce(Devices.CHANGED, group.id().toString());
        response.status(Status.NO_CONTENT_204).send();
    }

    private void validate(UUID workspace, @Nullable String name, @Nullable List<UUID> devices) {
        var violations = new ArrayList<Violation>();
        if (name != null) {
            DevicesApi.checkName(name, violations);
        }
        if (devices != null && devices.size() > MOST_DEVICES) {
            violations.add(new Violation("/device_ids", "must be at most " + MOST_DEVICES));
        } else if (devices != null) {
            for (int i = 0; i < devices.size(); i++) {
                if (missing(devices.get(i)) || cache.find(workspace, devices.get(i)).isEmpty()) {
                    violations.add(
                            new Violation("/device_ids/" + i, "is no device of this workspace"));
                }
            }
        }
        if (!violations.isEmpty()) {
            throw Problem.unprocessable(
                    "invalid_group", "The group is not acceptable as it is.", violations);
        }
    }

    private static boolean named(Supplier<Boolean> change) {
        try {
            return change.get();
        } catch (DbClientException e) {
            if (SqlState.of(e).equals(SqlState.UNIQUE_VIOLATION)) {
                throw Problem.conflict("group_exists", "Another group has this name.");
            }
            throw e;
        }
    }

    private Group stored(ServerRequest request) {
        return store.group(Caller.of(request).workspaceId(), Paths.uuid(request, "id"))
                .orElseThrow(() -> Problem.notFound("group_not_found", "There is no such group."));
    }

    private static void send(ServerResponse response, Group group) {
        Versions.etag(response, group.version());
        Body.send(response, group);
    }

    private static boolean missing(@Nullable Object value) {
        return value == null;
    }
}
