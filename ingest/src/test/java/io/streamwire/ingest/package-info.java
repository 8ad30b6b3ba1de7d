@NullMarked
package io.streamwire.ingest;

import org.jspecify.annotations.NullMarked;
