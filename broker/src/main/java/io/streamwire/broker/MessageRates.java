package io.streamwire.broker;

import com.hivemq.extension.sdk.api.interceptor.publish.PublishInboundInterceptor;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import io.streamwire.broker.BrokerSettings.Limits;
import io.streamwire.broker.Denials.Reason;
import java.util.Optional;
import java.util.UUID;

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

    /** Of one connection; without a workspace it may publish nothing anyway. */
    PublishInboundInterceptor of(String clientId, Optional<UUID> workspace) {
        var rate = new TokenBucket(ofDevice, BURST_SECONDS * ofDevice, System.nanoTime());
        return (input, output) -> {
            var now = System.nanoTime();
            var topic = input.getPublishPacket().getTopic();
            if (!rate.tryTake(now)) {
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

    private TokenBuckets<UUID> bucket(String topic) {
        return topic.endsWith("/up/state") || topic.endsWith("/stop/set") ? states : others;
    }
}
