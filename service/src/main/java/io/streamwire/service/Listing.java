package io.streamwire.service;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor what to send as {@code cursor} for the next page, null on the last
 */
public record Listing<T>(List<T> items, @Nullable String nextCursor) {

    public Listing {
        items = List.copyOf(items);
    }

    /**
     * Cuts {@link Page#rows()} rows down to a page.
     *
     * @param position what identifies an item in the order of the list
     */
    public static <T> Listing<T> cut(Page page, List<T> rows, Function<T, Object> position) {
        if (rows.size() <= page.limit()) {
            return new Listing<>(rows, null);
        }
        var items = rows.subList(0, page.limit());
        return new Listing<>(items, Page.encoded(position.apply(items.getLast()).toString()));
    }
}
