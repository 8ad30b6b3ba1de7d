package io.streamwire.bridge;

/** Bare outputs that keep no limits by themselves. Thread-safe; never blocks for long. */
interface PinDriver extends AutoCloseable {

    /** One pin, off until somebody sets it. */
    interface Output {

        /**
         * Sets it.
         *
         * @param level 0 is off, 100 fully on; a pin without levels is on above 0
         */
        void set(int level);
    }

    /**
     * Makes a pin an output that is off.
     *
     * @throws IllegalStateException with one line when it cannot be one
     */
    Output output(BridgeSettings.Pin pin);

    /** Everything off. */
    @Override
    void close();
}
