package io.streamwire.ingest.webcast;

/**
 * A user's LIVE.
 *
 * @param username the @name, lower case, without the @
 * @param id int64, positive
 */
public record Room(String username, long id) {}
