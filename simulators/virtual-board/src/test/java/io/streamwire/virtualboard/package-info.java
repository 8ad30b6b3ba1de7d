@NullMarked
package io.streamwire.virtualboard;

import org.jspecify.annotations.NullMarked;
