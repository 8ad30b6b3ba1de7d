package io.streamwire.broker;

import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import com.hivemq.extension.sdk.api.parameter.ClientBasedInput;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.broker.Denials.Reason;
import io.streamwire.contract.mqtt.Access;
import java.util.HashSet;
import java.util.Set;

/** Decides for one connection of a device or of Home Assistant; a refused PUBLISH ends it. */
final class ClientAuthorizer implements PublishAuthorizer, SubscriptionAuthorizer {

    private final DeviceIdentity client;
    private final Children children;
    private final Denials denials;
    private final int mostFilters;
    private final Set<String> filters = new HashSet<>(); // guarded by itself

    ClientAuthorizer(DeviceIdentity client, Children children, Denials denials, int mostFilters) {
        this.client = client;
        this.children = children;
        this.denials = denials;
        this.mostFilters = mostFilters;
    }

    private Access access() {
        return client.role()
                .access(client.workspaceId(), client.deviceId(), children.of(client.deviceId()));
    }

    @Override
    public void authorizePublish(PublishAuthorizerInput input, PublishAuthorizerOutput output) {
        var publish = input.getPublishPacket();
        if (ConnectionAccess.isAdmitted(input)
                && access().mayPublish(publish.getTopic(), publish.getRetain())) {
            output.authorizeSuccessfully();
            return;
        }
        deny(Reason.FOREIGN_PUBLISH, input, publish.getTopic());
        output.failAuthorization(AckReasonCode.NOT_AUTHORIZED);
    }

    @Override
    public void authorizeSubscribe(
            SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
        var filter = input.getSubscription().getTopicFilter();
        if (!ConnectionAccess.isAdmitted(input) || !access().maySubscribe(filter)) {
            deny(Reason.FOREIGN_SUBSCRIBE, input, filter);
            output.failAuthorization(SubackReasonCode.NOT_AUTHORIZED);
            return;
        }
        if (!isWithinLimit(filter)) {
            deny(Reason.TOO_MANY_SUBSCRIPTIONS, input, filter);
            output.failAuthorization(SubackReasonCode.QUOTA_EXCEEDED);
            return;
        }
        output.authorizeSuccessfully();
    }

    private boolean isWithinLimit(String filter) {
        synchronized (filters) {
            if (filters.contains(filter)) {
                return true;
            }
            return filters.size() < mostFilters && filters.add(filter);
        }
    }

    private void deny(Reason reason, ClientBasedInput input, String topic) {
        denials.add(reason, input.getClientInformation().getClientId(), topic);
    }
}
