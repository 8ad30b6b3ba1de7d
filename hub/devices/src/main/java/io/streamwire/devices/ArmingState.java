package io.streamwire.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is armed, as far as this instance knows. It only ever moves to a higher epoch, or from armed
 * to disarmed, so that news may come late or twice. Thread-safe.
 */
final class ArmingState {

    private final Map<UUID, Map<UUID, Arming>> workspaces = new ConcurrentHashMap<>();

    /**
     * A workspace, or one device of it alone.
     *
     * @param id the workspace's or the device's
     */
    record Scope(UUID workspaceId, UUID id) {
        static Scope workspace(UUID workspaceId) {
            return new Scope(workspaceId, workspaceId);
        }

        /**
         * What an arm or a stop is for.
         *
         * @param devices empty = the whole workspace
         */
        static List<Scope> all(UUID workspaceId, List<UUID> devices) {
            return devices.isEmpty()
                    ? List.of(workspace(workspaceId))
                    : devices.stream().map(device -> new Scope(workspaceId, device)).toList();
        }

        boolean whole() {
            return workspaceId.equals(id);
        }
    }

    /** What was decided, and for whom. */
    record Decided(Scope scope, Arming arming) {}

    /** Takes in an arm or a stop. */
    void apply(Scope scope, Arming arming) {
        var _ =
                workspaces
                        .computeIfAbsent(scope.workspaceId(), _ -> new ConcurrentHashMap<>())
                        .merge(scope.id(), arming, (old, given) -> given.over(old));
    }

    /** What a scope was is of no interest any more: its device is gone. */
    void forget(Scope scope) {
        workspaces.getOrDefault(scope.workspaceId(), Map.of()).remove(scope.id());
    }

    Arming of(Scope scope) {
        return workspaces
                .getOrDefault(scope.workspaceId(), Map.of())
                .getOrDefault(scope.id(), Arming.NEVER);
    }

    /** What a device obeys: the later of its workspace's and its own. */
    Arming inForce(UUID workspaceId, UUID deviceId) {
        return of(new Scope(workspaceId, deviceId)).over(of(Scope.workspace(workspaceId)));
    }

    /**
     * Whether anybody is still to obey it. A device's own arming ends with the next arm or stop of
     * its workspace: a board that has rebooted would believe a renewal of it.
     */
    boolean obeyed(Decided decided) {
        var scope = decided.scope();
        return scope.whole() || inForce(scope.workspaceId(), scope.id()).equals(decided.arming());
    }

    /** The highest epoch so far in a workspace. */
    long lastEpoch(UUID workspaceId) {
        return workspaces.getOrDefault(workspaceId, Map.of()).values().stream()
                .mapToLong(Arming::epoch)
                .max()
                .orElse(0);
    }

    /**
     * Whether a stop of any of them was given under a higher epoch.
     *
     * @param scopes a workspace, of which each device counts then, or devices
     */
    boolean stoppedSince(List<Scope> scopes, long epoch) {
        return scopes.stream()
                .anyMatch(scope -> {
                    var ofWorkspace = workspaces.getOrDefault(scope.workspaceId(), Map.of());
                    var concerned =
                            scope.whole()
                                    ? List.copyOf(ofWorkspace.values())
                                    : List.of(of(scope), of(Scope.workspace(scope.workspaceId())));
                    return concerned.stream().anyMatch(one -> !one.armed() && one.epoch() > epoch);
                });
    }

    /** Everything that was ever armed or stopped. */
    List<Decided> all() {
        var all = new ArrayList<Decided>();
        workspaces.forEach((workspace, scopes) ->
                scopes.forEach(
                        (id, arming) -> all.add(new Decided(new Scope(workspace, id), arming))));
        return all;
    }
}
