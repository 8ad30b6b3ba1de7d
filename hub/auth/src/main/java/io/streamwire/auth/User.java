package io.streamwire.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.helidon.dbclient.DbRow;
import io.streamwire.service.Columns;
import java.util.UUID;

/** A person with an account. */
record User(UUID id, String email, String displayName, @JsonIgnore long version) {

    static User of(DbRow row) {
        return new User(
                Columns.uuid(row, "id"),
                Columns.text(row, "email"),
                Columns.text(row, "display_name"),
                Columns.number(row, "version"));
    }
}
