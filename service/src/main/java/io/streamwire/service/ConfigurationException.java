package io.streamwire.service;

/** A setting that is missing or wrong; the message is one line that names the key and the value. */
public final class ConfigurationException extends RuntimeException {
    public ConfigurationException(String message) {
        super(message);
    }
}
