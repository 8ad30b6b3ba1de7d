#!/bin/sh
# What the official image does, as far as compose.yaml relies on it.
set -eu

if [ "$1" = redis-server ] && [ "$(id -u)" -eq 0 ]; then
    find . -exec chown redis {} +
    exec setpriv --reuid redis --regid redis --clear-groups --nnp \
        --inh-caps=-all --ambient-caps=-all --bounding-set=-all "$0" "$@"
fi
# Debian's setpriv says nothing when SETPCAP is missing; a newer one fails.
if [ "$1" = redis-server ] && ! grep -q '^CapBnd:[[:space:]]*0*$' /proc/self/status; then
    echo "the bounding set is not empty: SETPCAP is missing" >&2
    exit 1
fi
exec "$@"
