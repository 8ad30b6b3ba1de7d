/** Users, workspaces, members, sessions and the keys that sign access tokens. */
@NullMarked
package io.streamwire.auth;

import org.jspecify.annotations.NullMarked;
