package io.streamwire.contract;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;

/**
 * What a livestream has had so far, an event that tells of it included. Those of gifts count from
 * when the livestream was first followed.
 *
 * @param viewers who watch, by the last count
 * @param likes taps of the room
 * @param diamonds of all gifts
 * @param viewerDiamonds of the gifts of the viewer whose event it is
 */
@JsonPropertyOrder({"viewers", "likes", "diamonds", "viewer_diamonds"})
public record RoomCounters(
        @JsonSetter(nulls = Nulls.AS_EMPTY) long viewers,
        @JsonSetter(nulls = Nulls.AS_EMPTY) long likes,
        @JsonSetter(nulls = Nulls.AS_EMPTY) long diamonds,
        @JsonSetter(nulls = Nulls.AS_EMPTY) long viewerDiamonds) {

    public static final RoomCounters NONE = new RoomCounters(0, 0, 0, 0);
}
