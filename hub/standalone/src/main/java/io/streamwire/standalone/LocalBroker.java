package io.streamwire.standalone;

import io.streamwire.broker.Broker;
import io.streamwire.devices.Devices;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The broker of the same process, as the devices service commands it. */
record LocalBroker(Broker broker) implements Devices.Broker {

    private static final long ANSWER_SECONDS = 2;

    @Override
    public boolean endSession(UUID deviceId) {
        return answer(broker.endSession(deviceId));
    }

    @Override
    public void setChildren(UUID workspaceId, UUID bridge, Set<UUID> children) {
        var _ = answer(broker.setChildren(workspaceId, bridge, children).thenApply(_ -> true));
    }

    private static boolean answer(CompletableFuture<Boolean> answer) {
        return answer.orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).join();
    }
}
