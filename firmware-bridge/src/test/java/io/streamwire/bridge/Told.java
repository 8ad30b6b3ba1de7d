package io.streamwire.bridge;

import io.streamwire.contract.mqtt.Ack;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what is told of a movement: {@code on}, {@code off}, {@code cut} and why, or why not.
 */
final class Told implements Movement.Progress {

    private final List<String> words = new CopyOnWriteArrayList<>();
    private volatile Lane.@Nullable Refusal refusal;

    List<String> words() {
        return words;
    }

    /** From now on it may not switch on any more. */
    void forbid(Ack.Status status, String why) {
        refusal = new Lane.Refusal(status, why);
    }

    @Override
    public Lane.@Nullable Refusal refusal() {
        return refusal;
    }

    @Override
    public void on(long at) {
        words.add("on");
    }

    @Override
    public void off(long on, long off) {
        words.add("off");
    }

    @Override
    public void cut(@Nullable Long on, @Nullable Long off, String why) {
        words.add("cut " + why);
    }

    @Override
    public void refused(Ack.Status status, String why) {
        words.add(why);
    }
}
