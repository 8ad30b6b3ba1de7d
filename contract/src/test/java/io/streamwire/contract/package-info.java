@NullMarked
package io.streamwire.contract;

import org.jspecify.annotations.NullMarked;
