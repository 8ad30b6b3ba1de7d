package io.streamwire.devices;

import io.streamwire.contract.mqtt.HomeAssistantTopics;
import java.util.ArrayList;
import java.util.List;

/** Sorts what arrives: to the boards' side, or to Home Assistant's. */
final class HomeAssistant implements MqttLine.Receiver {

    /** Presses: every instance hears them, and the owner of the workspace runs them or nobody. */
    static final List<String> PRESSES = List.of(HomeAssistantTopics.everyPress());

    private final MqttLine.Receiver boards;
    private final HomeAssistantMirror mirror;
    private final HomeAssistantWishes wishes;

    HomeAssistant(
            MqttLine.Receiver boards, HomeAssistantMirror mirror, HomeAssistantWishes wishes) {
        this.boards = boards;
        this.mirror = mirror;
        this.wishes = wishes;
    }

    /** What is retained for Home Assistant, which every instance hears, beside boards' reports. */
    static List<String> reports(List<String> ofBoards) {
        var reports = new ArrayList<>(ofBoards);
        reports.addAll(HomeAssistantTopics.everyTold());
        return List.copyOf(reports);
    }

    @Override
    public void connected() {
        mirror.connected();
        boards.connected();
    }

    @Override
    public void arrived(String topic, byte[] payload) {
        if (HomeAssistantTopics.workspace(topic).isEmpty()) {
            boards.arrived(topic, payload);
            return;
        }
        HomeAssistantTopics.parseWish(topic)
                .ifPresentOrElse(
                        wish -> wishes.arrived(wish, payload),
                        () -> mirror.arrived(topic, payload));
    }
}
