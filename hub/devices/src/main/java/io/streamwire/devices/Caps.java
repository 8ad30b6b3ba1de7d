package io.streamwire.devices;

import io.helidon.config.Config;
import io.streamwire.service.Configuration;
import io.streamwire.service.Problem;

/**
 * Most things of one workspace, so that none fills the memory of all.
 *
 * @param devices those out of use too
 * @param tokens valid ones of all devices
 * @param tags different ones
 */
record Caps(int devices, int tokens, int groups, int tags) {

    private static final int MOST = 100_000;

    static Caps of(Config config) {
        return new Caps(
                number(config, "devices.most-devices"),
                number(config, "devices.most-tokens"),
                number(config, "devices.most-groups"),
                number(config, "devices.most-tags"));
    }

    private static int number(Config config, String key) {
        return (int) Configuration.number(config, key, 1, MOST);
    }

    Problem tooManyDevices() {
        return reached("too_many_devices", devices, "devices");
    }

    Problem tooManyTokens() {
        return reached("too_many_tokens", tokens, "tokens");
    }

    Problem tooManyGroups() {
        return reached("too_many_groups", groups, "groups");
    }

    Problem tooManyTags() {
        return reached("too_many_tags", tags, "different tags");
    }

    private static Problem reached(String code, int most, String things) {
        return Problem.conflict(code, "A workspace has at most %d %s.".formatted(most, things));
    }
}
