package io.streamwire.rules;

import io.streamwire.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The cookbook: every recipe lies in {@code recipes/{name}.json} beside this class. */
final class Recipes {

    /** In the order in which they are shown. */
    private static final List<String> NAMES =
            List.of(
                    "spin-on-comment",
                    "spin-on-command",
                    "three-spins-an-hour",
                    "moderator-button",
                    "gift-flash",
                    "rose-lights",
                    "big-gift-long-spin",
                    "follow-blink",
                    "share-blink",
                    "welcome-blink",
                    "subscriber-celebration",
                    "like-milestone-confetti",
                    "like-thanks",
                    "crowd-spin",
                    "vote-direction",
                    "tug-of-war",
                    "boss-meter");

    private final Map<String, Recipe> recipes = new LinkedHashMap<>();

    Recipes() {
        NAMES.forEach(name -> recipes.put(name, read(name)));
    }

    private static Recipe read(String name) {
        try (var in = Recipes.class.getResourceAsStream("recipes/" + name + ".json")) {
            if (in == null) {
                throw new IllegalStateException("there is no recipe " + name);
            }
            return Json.read(in.readAllBytes(), Recipe.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Recipe> all() {
        return List.copyOf(recipes.values());
    }

    Optional<Recipe> find(String name) {
        return Optional.ofNullable(recipes.get(name));
    }
}
