package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleBookTest {

    @Test
    void everyInstanceHearsOfAChange() {
        var never = Duration.ofHours(1);
        var config =
                Configuration.load(
                        Map.of(
                                "database.url", Servers.EMBEDDED.jdbcUrl("rules_db"),
                                "database.user", Servers.EMBEDDED.databaseUser(),
                                "database.password", Servers.EMBEDDED.databasePassword()),
                        null);
        var workspaceId = Ids.next();
        var rule =
                new RuleExamples(workspaceId)
                        .rule(new Trigger.Comment(CommentMode.CONTAINS, "spin"));

        try (var database = Database.open(config, "rules");
                var bus = Servers.bus();
                var otherBus = Servers.bus();
                var book = new RuleBook(new RuleStore(database), bus, never);
                var otherBook = new RuleBook(new RuleStore(database), otherBus, never)) {
            book.start();
            otherBook.start();
            assertThat(otherBook.engine(workspaceId).listensTo("tiktok.comment")).isFalse();

            var _ =
                    new RuleStore(database)
                            .create(workspaceId, rule.id(), rule.definition(), Ids.next());
            book.changed(workspaceId);

            Await.until(() -> book.engine(workspaceId).listensTo("tiktok.comment"));
            Await.until(() -> otherBook.engine(workspaceId).listensTo("tiktok.comment"));
        }
    }
}
