package io.streamwire.broker;

import com.hivemq.extension.sdk.api.events.client.ClientLifecycleEventListener;
import com.hivemq.extension.sdk.api.events.client.parameters.AuthenticationSuccessfulInput;
import com.hivemq.extension.sdk.api.events.client.parameters.ConnectionStartInput;
import com.hivemq.extension.sdk.api.events.client.parameters.DisconnectEventInput;
import com.hivemq.extension.sdk.api.packets.general.DisconnectedReasonCode;
import io.streamwire.broker.Denials.Reason;

/** Counts the connections that HiveMQ ends because their client sent too long a packet. */
final class ConnectionEnds implements ClientLifecycleEventListener {

    private final Denials denials;

    ConnectionEnds(Denials denials) {
        this.denials = denials;
    }

    @Override
    public void onMqttConnectionStart(ConnectionStartInput input) {
        // nothing to count yet
    }

    @Override
    public void onAuthenticationSuccessful(AuthenticationSuccessfulInput input) {
        // nothing to count yet
    }

    @Override
    public void onDisconnect(DisconnectEventInput input) {
        if (input.getReasonCode().orElse(null) == DisconnectedReasonCode.PACKET_TOO_LARGE) {
            denials.add(Reason.PACKET_TOO_LARGE, input.getClientInformation().getClientId(), "");
        }
    }
}
