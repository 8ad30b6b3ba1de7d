package io.streamwire.service;

/** A group of routes that belong together. */
public interface Api {
    void routes(Routes routes);
}
