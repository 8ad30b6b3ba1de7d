@NullMarked
package io.streamwire.boards;

import org.jspecify.annotations.NullMarked;
