#!/bin/sh
# Lays out what was built as the image holds it: lay-out.sh hub/standalone/target /opt/streamwire
set -eu

built=$(cd "$1" && pwd)
image=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The jar's manifest names its libraries; libs/ may hold jars of an older build, too.
# A line of a manifest ends after 72 bytes and goes on behind a space.
(cd "$work" && "$JAVA_HOME/bin/jar" xf "$built/streamwire.jar" META-INF/MANIFEST.MF)
libraries=$(tr -d '\r' <"$work/META-INF/MANIFEST.MF" |
    sed -e ':next' -e 'N' -e '$!b next' -e 's/\n //g' | sed -n 's/^Class-Path: //p')
if [ -z "$libraries" ]; then
    echo "lay-out.sh: $built/streamwire.jar names no libraries" >&2
    exit 1
fi

mkdir -p "$image/lib" "$image/own"
servers=
for library in $libraries; do
    jar=$built/$library
    case ${jar##*/} in
        # The servers of standalone; here PostgreSQL and Redis are containers of their own.
        embedded-postgres-binaries-* | embedded-redis-*) servers=$servers:$jar ;;
        *-SNAPSHOT.jar) cp -p "$jar" "$image/own/" ;;
        *) cp -p "$jar" "$image/lib/" ;;
    esac
done
cp -p "$built/streamwire.jar" "$image/own/"

# The half of all libraries are RocksDB's programs for every platform; our broker keeps its state in memory.
for rocks in "$image"/lib/rocksdbjni-*.jar; do
    unpacked=$work/rocksdbjni
    mkdir "$unpacked"
    (cd "$unpacked" && "$JAVA_HOME/bin/jar" xf "$rocks" && rm -f ./librocksdbjni* && "$JAVA_HOME/bin/jar" cf "$rocks" .)
    rm -rf "$unpacked"
done

# An AOT cache holds only for the very class path that it was made with.
{
    printf '%s\n' -cp
    for jar in "$image"/lib/*.jar "$image"/own/*.jar; do
        printf '%s\n' "$jar"
    done | LC_ALL=C sort | paste -s -d : -
} >"$image/classpath"
# For train.sh.
printf '%s\n' "${servers#:}" >"$image/servers"
