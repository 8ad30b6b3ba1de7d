@NullMarked
package io.streamwire.rules.analytics;

import org.jspecify.annotations.NullMarked;
