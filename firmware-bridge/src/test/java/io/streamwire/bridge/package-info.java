@NullMarked
package io.streamwire.bridge;

import org.jspecify.annotations.NullMarked;
