/** Firmware of boards that runs on this machine, for tests of whatever speaks to boards. */
@NullMarked
package io.streamwire.boards;

import org.jspecify.annotations.NullMarked;
