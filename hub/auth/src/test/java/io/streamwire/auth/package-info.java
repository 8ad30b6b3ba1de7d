@NullMarked
package io.streamwire.auth;

import org.jspecify.annotations.NullMarked;
