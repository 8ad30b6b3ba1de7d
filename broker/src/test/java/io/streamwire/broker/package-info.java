@NullMarked
package io.streamwire.broker;

import org.jspecify.annotations.NullMarked;
