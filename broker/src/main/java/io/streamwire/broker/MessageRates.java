package io.streamwire.broker;

import com.hivemq.extension.sdk.api.interceptor.publish.PublishInboundInterceptor;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import io.streamwire.broker.BrokerSettings.Limits;
import io.streamwire.broker.Denials.Reason;
import io.streamwire.contract.mqtt.Topics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * How many messages one device, and all clients of one workspace together, may publish: what they
 * say waits in the same queues as what everybody else's boards say. Thread-safe.
 */
final class MessageRates {

    /** So many times what a second allows may happen at once. */
    static final int BURST_SECONDS = 2;

    private final int ofDevice;
    private final Denials denials;

    /** Apart, so that nobody's flood of anything else costs a workspace the word of a stop. */
    private final TokenBuckets<UUID> states;

    private final TokenBuckets<UUID> others;

    MessageRates(Limits limits, Denials denials) {
        this.ofDevice = limits.client().messagesPerSecond();
        this.denials = denials;
        this.states = new TokenBuckets<>(limits.workspaceMessagesPerSecond(), BURST_SECONDS);
        this.others = new TokenBuckets<>(limits.workspaceMessagesPerSecond(), BURST_SECONDS);
    }

    /**
     * Of one connection; without a workspace it may publish nothing anyway.
     *
     * @param boards that hang on it: each may publish as much as if it were connected by itself
     */
    PublishInboundInterceptor of(
            String clientId, Optional<UUID> workspace, Supplier<Set<UUID>> boards) {
        var own = bucket();
        var ofBoards = new ConcurrentHashMap<UUID, TokenBucket>();
        return (input, output) -> {
            var now = System.nanoTime();
            var topic = input.getPublishPacket().getTopic();
            if (!rate(topic, boards.get(), own, ofBoards).tryTake(now)) {
                denials.add(Reason.TOO_MANY_MESSAGES, clientId, topic);
                output.preventPublishDelivery(AckReasonCode.QUOTA_EXCEEDED, "too many messages");
                return;
            }
            if (workspace.isPresent() && !bucket(topic).tryTake(workspace.get(), now)) {
                denials.add(Reason.TOO_MANY_WORKSPACE_MESSAGES, clientId, topic);
                output.preventPublishDelivery(
                        AckReasonCode.QUOTA_EXCEEDED, "too many messages of the workspace");
            }
        };
    }

    private TokenBucket bucket() {
        return new TokenBucket(ofDevice, BURST_SECONDS * ofDevice, System.nanoTime());
    }

    private TokenBucket rate(
            String topic, Set<UUID> boards, TokenBucket own, Map<UUID, TokenBucket> ofBoards) {
        if (boards.isEmpty()) {
            return own;
        }
        if (ofBoards.size() > boards.size()) {
            ofBoards.keySet().retainAll(boards);
        }
        return Topics.parseUp(topic)
                .map(Topics.Up::deviceId)
                .filter(boards::contains)
                .map(board -> ofBoards.computeIfAbsent(board, _ -> bucket()))
                .orElse(own);
    }

    private TokenBuckets<UUID> bucket(String topic) {
        return topic.endsWith("/up/state") || topic.endsWith("/stop/set") ? states : others;
    }
}
