package io.streamwire.broker;

import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission.MqttActivity;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission.Retain;
import com.hivemq.extension.sdk.api.packets.auth.ModifiableDefaultPermissions;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.contract.mqtt.Access;
import io.streamwire.contract.mqtt.HomeAssistantTopics;
import io.streamwire.contract.mqtt.Topics;

/** What HiveMQ looks at by itself: all of the hub's access, of a device's only its last will. */
final class DefaultPermissions {

    private DefaultPermissions() {}

    static void ofHub(ModifiableDefaultPermissions permissions) {
        for (var permission : new Access.Hub().permissions()) {
            permissions.add(topicPermission(permission));
        }
    }

    /** HiveMQ asks these about a last will before it asks the authorizer. */
    static void ofClient(ModifiableDefaultPermissions permissions, DeviceIdentity client) {
        permissions.add(
                Builders.topicPermission()
                        .topicFilter(
                                switch (client.role()) {
                                    case DEVICE ->
                                            Topics.upFilter(
                                                    client.workspaceId(), client.deviceId());
                                    case HOME_ASSISTANT ->
                                            HomeAssistantTopics.filter(client.workspaceId());
                                })
                        .activity(MqttActivity.PUBLISH)
                        .build());
    }

    private static TopicPermission topicPermission(Access.Permission permission) {
        return Builders.topicPermission()
                .topicFilter(permission.filter())
                .activity(
                        switch (permission.activity()) {
                            case PUBLISH -> MqttActivity.PUBLISH;
                            case SUBSCRIBE -> MqttActivity.SUBSCRIBE;
                        })
                .retain(
                        permission.activity() == Access.Activity.SUBSCRIBE || permission.retained()
                                ? Retain.ALL
                                : Retain.NOT_RETAINED)
                .build();
    }
}
