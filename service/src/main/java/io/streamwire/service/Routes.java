package io.streamwire.service;

import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The routes of one server: the only way to register one, so that none lacks a permission. */
public final class Routes {

    private final List<Route> all;
    private final List<String> prefixes;
    private final UnaryOperator<Handler> around;

    Routes() {
        this(new ArrayList<>(), List.of(""), UnaryOperator.identity());
    }

    private Routes(List<Route> all, List<String> prefixes, UnaryOperator<Handler> around) {
        this.all = all;
        this.prefixes = prefixes;
        this.around = around;
    }

    /**
     * A view that registers every route below each of the prefixes; "" is the root. The first one
     * is what the documents name.
     */
    public Routes at(String... prefixes) {
        return new Routes(all, List.of(prefixes), around);
    }

    /** A view that registers every route with something around its handler. */
    public Routes through(UnaryOperator<Handler> wrapping) {
        return new Routes(all, prefixes, wrapping);
    }

    public Routes get(String path, Permission permission, Handler handler) {
        return route(Method.GET, path, permission, handler);
    }

    public Routes post(String path, Permission permission, Handler handler) {
        return route(Method.POST, path, permission, handler);
    }

    public Routes put(String path, Permission permission, Handler handler) {
        return route(Method.PUT, path, permission, handler);
    }

    public Routes patch(String path, Permission permission, Handler handler) {
        return route(Method.PATCH, path, permission, handler);
    }

    public Routes delete(String path, Permission permission, Handler handler) {
        return route(Method.DELETE, path, permission, handler);
    }

    /** A POST whose body may be larger than {@code http.max-body}. */
    public Routes upload(String path, Permission permission, Handler handler, long largestBody) {
        return route(Method.POST, path, permission, handler, largestBody);
    }

    /** Any method, for what a service only passes on. */
    public Routes route(Method method, String path, Permission permission, Handler handler) {
        return route(method, path, permission, handler, 0);
    }

    private Routes route(
            Method method, String path, Permission permission, Handler handler, long largestBody) {
        var canonical = join(prefixes.getFirst(), path);
        for (var prefix : prefixes) {
            all.add(
                    new Route(
                            method,
                            join(prefix, path),
                            canonical,
                            permission,
                            around.apply(handler),
                            largestBody));
        }
        return this;
    }

    /** Every route of the server so far. */
    public List<Route> all() {
        return List.copyOf(all);
    }

    private static String join(String prefix, String path) {
        var joined = prefix + (path.equals("/") ? "" : path);
        return joined.isEmpty() ? "/" : joined;
    }
}
