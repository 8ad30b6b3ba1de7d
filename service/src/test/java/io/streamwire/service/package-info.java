@NullMarked
package io.streamwire.service;

import org.jspecify.annotations.NullMarked;
