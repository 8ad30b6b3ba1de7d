/** What every HTTP service is made of. */
@NullMarked
package io.streamwire.service;

import org.jspecify.annotations.NullMarked;
