@NullMarked
package io.streamwire.ingest.recording;

import org.jspecify.annotations.NullMarked;
