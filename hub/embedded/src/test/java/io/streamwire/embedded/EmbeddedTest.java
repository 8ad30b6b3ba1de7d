package io.streamwire.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import org.junit.jupiter.api.Test;

class EmbeddedTest {
    @Test
    void starts() throws Exception {
        try (Embedded embedded = Embedded.startTemporary()) {
            embedded.check();
            try (var connection =
                    DriverManager.getConnection(
                            embedded.jdbcUrl("auth_db"),
                            embedded.databaseUser(),
                            embedded.databasePassword())) {
                assertThat(connection.isValid(1)).isTrue();
            }
        }
    }
}
