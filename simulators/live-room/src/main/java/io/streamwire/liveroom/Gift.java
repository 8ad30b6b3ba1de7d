package io.streamwire.liveroom;

/**
 * A gift that viewers can send.
 *
 * @param diamonds the price of one
 * @param streakable several in a row come as one streak with a growing count
 */
public record Gift(long id, String name, int diamonds, boolean streakable) {
    public static final Gift ROSE = new Gift(5655, "Rose", 1, true);
    public static final Gift FINGER_HEART = new Gift(5487, "Finger Heart", 5, true);
    public static final Gift GALAXY = new Gift(11046, "Galaxy", 1000, false);
}
