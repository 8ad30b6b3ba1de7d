#!/bin/sh
# What the official image does, as far as compose.yaml relies on it.
set -eu

if [ "$1" = redis-server ] && [ "$(id -u)" -eq 0 ]; then
    find . -exec chown redis {} +
    exec setpriv --reuid redis --regid redis --clear-groups --nnp "$0" "$@"
fi
exec "$@"
