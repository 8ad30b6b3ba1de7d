package io.streamwire.service;

/**
 * One thing that is wrong with a request's body.
 *
 * @param pointer JSON pointer (RFC 6901) to the value, "" for the whole body
 */
public record Violation(String pointer, String detail) {}
