package io.streamwire.bridge;

import java.util.List;

/** Where boards may be plugged in. May block; not on the bridge's thread. */
interface Ports {

    /** What is there now. */
    List<Found> list();

    /** A device was unplugged: what was found before may not be it any more. From any thread. */
    void forget();

    /**
     * A port.
     *
     * @param path to open it by
     * @param names what it may be told apart by, the best first: USB vendor, product and serial
     *     number, then where it is plugged in
     * @param description for people
     * @param lasting it is configured: whatever happens, it is tried again
     */
    record Found(String path, List<String> names, String description, boolean lasting) {
        public Found {
            names = List.copyOf(names);
        }

        /** Whether a name is a USB serial number: of a board, wherever it is plugged in. */
        static boolean isSerialNumber(String name) {
            return name.startsWith("usb:") && !name.contains(":at:");
        }
    }
}
