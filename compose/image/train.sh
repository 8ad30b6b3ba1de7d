#!/bin/sh
# Makes the AOT cache of the image: train.sh /opt/streamwire
#
# The demo runs every service in one process, so its list of classes is every service's. It needs the
# servers of standalone, which the image has not, and a cache holds only for its own class path: so
# the list is made with them, and the cache of the list without them.
set -eu

image=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 1777 "$work"

servers=$(cat "$image/servers")
classpath=$(sed -n 2p "$image/classpath")

set -- /opt/jre/bin/java @compose/image/jvm.options -Xmx768m \
    -XX:DumpLoadedClassList="$work/classes" -Duser.home="$work" -cp "$classpath:$servers" \
    io.streamwire.standalone.Main demo --once --data-dir "$work/data"
# PostgreSQL refuses to run as root. What the demo measures here says nothing about the build.
if [ "$(id -u)" -eq 0 ]; then
    set -- setpriv --reuid="$(id -u nobody)" --regid="$(id -g nobody)" --clear-groups "$@"
fi
"$@" || true
/opt/jre/bin/java @compose/image/jvm.options -Xmx768m -Xshare:dump -Xlog:cds=error,aot=error -XX:+AOTClassLinking -XX:SharedClassListFile="$work/classes" \
    -XX:SharedArchiveFile="$image/streamwire.aot" -cp "$classpath"
