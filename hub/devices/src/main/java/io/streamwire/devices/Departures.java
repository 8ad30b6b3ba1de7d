package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Script;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Deletes devices so that nothing of them goes on or stays: they are stopped first, then lose their
 * sessions, what the broker retains of them, and what Redis and every instance remembers.
 */
final class Departures {

    private static final Logger LOG = System.getLogger(Departures.class.getName());

    /** KEYS arming, epochs, boards, last acks, paused, online; ARGV workspace, devices... */
    private static final Script FORGET =
            new Script(
                    "forget-devices",
                    """
                    for i = 2, #ARGV do
                      redis.call('HDEL', KEYS[1], ARGV[1] .. '/' .. ARGV[i])
                      for key = 2, 4 do redis.call('HDEL', KEYS[key], ARGV[i]) end
                      for key = 5, 6 do redis.call('SREM', KEYS[key], ARGV[i]) end
                    end
                    return 1
                    """);

    private final Bus bus;
    private final DeviceStore store;
    private final DeviceCache cache;
    private final SafetySwitch safety;
    private final Lanes lanes;
    private final Boards boards;
    private final Sessions sessions;

    Departures(
            Bus bus,
            DeviceStore store,
            DeviceCache cache,
            SafetySwitch safety,
            Lanes lanes,
            Boards boards,
            Sessions sessions) {
        this.bus = bus;
        this.store = store;
        this.cache = cache;
        this.safety = safety;
        this.lanes = lanes;
        this.boards = boards;
        this.sessions = sessions;
    }

    /**
     * Stops a device and the boards that hang on it, waits up to 1.5 s for them to say so, and
     * deletes them; false when it has another version, and then it is only stopped.
     */
    boolean delete(Device device, long version, Cause cause) {
        var workspace = device.workspaceId();
        var all = new ArrayList<Device>(cache.hanging(device));
        all.add(device);
        var ids = all.stream().map(Device::id).toList();
        var epoch = safety.disarm(workspace, ids, cause);
        lanes.pumpWorkspace(workspace);
        var _ = safety.awaitStopped(workspace, ids, epoch);
        if (!store.delete(workspace, device.id(), version)) {
            return false;
        }
        forgetInRedis(workspace, ids);
        all.forEach(one -> cache.put(new DeviceStore.Change(one, true)));
        bus.announce(Devices.CHANGED, device.id().toString());
        if (device.parentId() == null) {
            sessions.erase(workspace, device.id());
        } else {
            sessions.bridgeChanged(workspace, device.parentId());
        }
        all.stream()
                .filter(child -> device.id().equals(child.parentId()))
                .findAny()
                .ifPresent(_ -> sessions.bridgeChanged(workspace, device.id()));
        return true;
    }

    private void forgetInRedis(UUID workspaceId, List<UUID> ids) {
        var partition = bus.partition(workspaceId);
        var args = new ArrayList<String>();
        args.add(workspaceId.toString());
        ids.forEach(id -> args.add(id.toString()));
        try {
            var _ =
                    SafetySwitch.joined(
                            bus.call(
                                    FORGET,
                                    List.of(
                                            SafetyStore.armingKey(partition),
                                            SafetyStore.epochsKey(partition),
                                            BoardNews.boardsKey(partition),
                                            CommandStore.lastAcksKey(partition),
                                            Pauses.key(partition),
                                            BoardNews.onlineKey(partition, workspaceId)),
                                    args));
        } catch (BusException e) {
            LOG.log(Level.WARNING, "devices={0} redis=keeps_them reason={1}", ids, e.getMessage());
        }
    }

    /** A device is no more, whichever instance deleted it. */
    void gone(Device device) {
        lanes.forget(device.id());
        boards.forget(device);
        safety.forget(device.workspaceId(), device.id());
    }
}
