package io.streamwire.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class InstancesTest {

    @Test
    void aNameIsEachOfItsAddresses() {
        assertThat(Instances.of(URI.create("http://localhost:8002/internal")))
                .contains(URI.create("http://127.0.0.1:8002/internal"))
                .doesNotContain(URI.create("http://localhost:8002/internal"));
    }

    @Test
    void anAddressIsItself() {
        assertThat(Instances.of(URI.create("http://127.0.0.1:8002")))
                .containsExactly(URI.create("http://127.0.0.1:8002"));
        assertThat(Instances.of(URI.create("http://[0:0:0:0:0:0:0:1]")))
                .containsExactly(URI.create("http://[0:0:0:0:0:0:0:1]"));
    }

    @Test
    void aNameThatIsUnknownOrHasACertificateStays() {
        assertThat(Instances.of(URI.create("http://nobody.invalid:1")))
                .containsExactly(URI.create("http://nobody.invalid:1"));
        assertThat(Instances.of(URI.create("https://localhost")))
                .containsExactly(URI.create("https://localhost"));
    }
}
