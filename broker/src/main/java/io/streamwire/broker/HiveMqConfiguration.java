package io.streamwire.broker;

import org.jspecify.annotations.Nullable;

/** The config.xml of the embedded HiveMQ, which can be configured in no other way. */
final class HiveMqConfiguration {

    /**
     * Most messages that wait for one subscriber. A shared subscription takes this size, too, and
     * whatever is beyond it is lost although its sender was told success.
     */
    static final int HUB_QUEUE = 50_000;

    /** Most messages that wait for one device, which acknowledges each at once. */
    static final int DEVICE_QUEUE = 1_000;

    /**
     * How long the hub's session outlives its connection, s: acks wait there for a restarting hub.
     */
    private static final int SESSION_EXPIRY_SECONDS = 86_400;

    /** Connections that only trusted addresses can have, when all others are taken. */
    private static final int RESERVED_CONNECTIONS = 1_000;

    private static final int RECEIVE_MAXIMUM = 1_000;
    private static final int CLIENT_ID_LENGTH = 128;
    private static final int TOPIC_LENGTH = 256;
    private static final int IDLE_WITHOUT_CONNECT_MS = 5_000;

    private HiveMqConfiguration() {}

    static String xml(BrokerSettings settings, @Nullable Certificates certificates) {
        var host = escape(settings.host());
        var limits = settings.limits();
        return """
        <?xml version="1.0"?>
        <hivemq>
          <listeners>
            <tcp-listener>
              <port>%d</port>
              <bind-address>%s</bind-address>
            </tcp-listener>%s%s
          </listeners>
          <mqtt>
            <queued-messages>
              <max-queue-size>%d</max-queue-size>
              <strategy>discard-oldest</strategy>
            </queued-messages>
            <session-expiry>
              <max-interval>%d</max-interval>
            </session-expiry>
            <packets>
              <max-packet-size>%d</max-packet-size>
            </packets>
            <receive-maximum>
              <server-receive-maximum>%d</server-receive-maximum>
            </receive-maximum>
            <keep-alive>
              <max-keep-alive>%d</max-keep-alive>
              <allow-unlimited>false</allow-unlimited>
            </keep-alive>
            <topic-alias>
              <enabled>false</enabled>
            </topic-alias>
          </mqtt>
          <restrictions>
            <max-connections>%d</max-connections>
            <max-client-id-length>%d</max-client-id-length>
            <max-topic-length>%d</max-topic-length>
            <no-connect-idle-timeout>%d</no-connect-idle-timeout>
          </restrictions>
          <security>
            <allow-empty-client-id>
              <enabled>false</enabled>
            </allow-empty-client-id>
          </security>
          <anonymous-usage-statistics>
            <enabled>false</enabled>
          </anonymous-usage-statistics>
          <persistence>
            <mode>in-memory</mode>
          </persistence>
        </hivemq>
        """
                .formatted(
                        settings.port(),
                        host,
                        tls(settings.tls().port(), host, certificates),
                        webSocket(settings.wsPort(), host),
                        HUB_QUEUE,
                        SESSION_EXPIRY_SECONDS,
                        limits.packetBytes(),
                        RECEIVE_MAXIMUM,
                        limits.keepAliveSeconds(),
                        limits.connections() + RESERVED_CONNECTIONS,
                        CLIENT_ID_LENGTH,
                        TOPIC_LENGTH,
                        IDLE_WITHOUT_CONNECT_MS);
    }

    private static String tls(int port, String host, @Nullable Certificates certificates) {
        if (certificates == null) {
            return "";
        }
        return """

        <tls-tcp-listener>
          <port>%d</port>
          <bind-address>%s</bind-address>
          <tls>
            <protocols>
              <protocol>TLSv1.3</protocol>
              <protocol>TLSv1.2</protocol>
            </protocols>
            <keystore>
              <path>%s</path>
              <password>%s</password>
              <private-key-password>%s</private-key-password>
            </keystore>
          </tls>
        </tls-tcp-listener>\
        """
                .formatted(
                        port,
                        host,
                        escape(certificates.keystore().toString()),
                        certificates.password(),
                        certificates.password());
    }

    private static String webSocket(int port, String host) {
        if (port == 0) {
            return "";
        }
        return """

        <websocket-listener>
          <port>%d</port>
          <bind-address>%s</bind-address>
          <path>/mqtt</path>
          <subprotocols>
            <subprotocol>mqtt</subprotocol>
          </subprotocols>
        </websocket-listener>\
        """
                .formatted(port, host);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
