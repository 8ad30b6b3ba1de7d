/** What Streamwire's parts say to each other on the bus. */
@NullMarked
package io.streamwire.contract;

import org.jspecify.annotations.NullMarked;
