package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RouteTest {

    private static Route route(String path) {
        return new Route(Method.GET, path, path, Permission.PUBLIC, (_, _) -> {}, 0);
    }

    @Test
    void literalSegmentsComeFirst() {
        var sorted =
                Stream.of("/a/*", "/a/{id}/b", "/a/{id}", "/a/b").map(RouteTest::route).sorted();

        assertThat(sorted.map(Route::path)).containsExactly("/a/b", "/a/{id}", "/a/{id}/b", "/a/*");
    }

    @Test
    void anyNumberOfRoutesCanBeSorted() {
        var routes =
                Stream.of("/a", "/a/{id}", "/a/b", "/a/{id}/c", "/{id}", "/a/*", "/", "/{id}/b")
                        .map(RouteTest::route)
                        .toList();

        for (var one : routes) {
            for (var other : equals(routes, one)) {
                for (var third : routes) {
                    assertThat(Integer.signum(one.compareTo(third)))
                            .isEqualTo(Integer.signum(other.compareTo(third)));
                }
            }
        }
    }

    private static List<Route> equals(List<Route> routes, Route one) {
        return routes.stream().filter(other -> one.compareTo(other) == 0).toList();
    }
}
