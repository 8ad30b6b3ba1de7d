@NullMarked
package io.streamwire.ingest.webcast;

import org.jspecify.annotations.NullMarked;
