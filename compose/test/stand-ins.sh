#!/bin/sh
# Makes images with the names that compose.yaml and the Dockerfile use, out of Debian's packages and
# this machine's JDK, for a machine that can pull none. For tests only: PostgreSQL is Debian's 15,
# Redis 7. Needs root, podman and debootstrap: stand-ins.sh [--force].
set -eu

cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

missing() {
    [ "${force:-}" = --force ] || ! podman image exists "$1"
}
force=${1:-}

# A system with some packages as a tree; without what no container reads.
system() {
    debootstrap --variant=minbase --include="$2" bookworm "$1" >"$work/debootstrap.log" 2>&1 || {
        tail -n 5 "$work/debootstrap.log" >&2
        exit 1
    }
    rm -rf "$1"/var/cache/apt "$1"/var/lib/apt/lists "$1"/usr/share/doc "$1"/usr/share/man \
        "$1"/usr/share/locale "$1"/usr/share/info "$1"/var/log
    mkdir -p "$1"/var/cache/apt/archives/partial "$1"/var/lib/apt/lists/partial "$1"/var/log
}

image() {
    tar -C "$1" --numeric-owner -c . | podman import --quiet - "$2" >/dev/null
    echo "made $2"
}

debian=docker.io/library/debian:12-slim
if missing $debian; then
    system "$work/debian" libssl3
    image "$work/debian" $debian
    rm -rf "$work/debian"
fi

maven=docker.io/library/maven:3.9-eclipse-temurin-25
if missing $maven; then
    : "${JAVA_HOME:?set JAVA_HOME to a JDK 25}"
    # Debian's JDK has its certificates elsewhere, behind a link.
    cacerts=$(readlink -f "$JAVA_HOME/lib/security/cacerts")
    podman build --quiet --tag $maven --volume "$JAVA_HOME:/jdk:ro" --volume "$cacerts:/cacerts:ro" \
        --file - "$work" >/dev/null <<END
FROM $debian
RUN mkdir -p /opt/java && cp -a /jdk /opt/java/openjdk && \
    rm /opt/java/openjdk/lib/security/cacerts && cp /cacerts /opt/java/openjdk/lib/security/cacerts
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
END
    echo "made $maven"
fi

if missing docker.io/library/postgres:18 || missing docker.io/library/redis:8; then
    system "$work/servers" postgresql-15,redis-server
    image "$work/servers" localhost/stand-in-servers
    rm -rf "$work/servers"
    podman build --quiet --tag docker.io/library/postgres:18 --file postgres.Dockerfile . >/dev/null
    echo "made docker.io/library/postgres:18"
    podman build --quiet --tag docker.io/library/redis:8 --file redis.Dockerfile . >/dev/null
    echo "made docker.io/library/redis:8"
    podman rmi --force localhost/stand-in-servers >/dev/null 2>&1 || true
fi
