#!/usr/bin/env bash
# Runs the whole stack for real and breaks it: builds the image, starts compose.yaml, lets streamers
# go live in a local room and move virtual boards, scales ingest, rules and devices to two, kills one
# of each under load, and prints figures. Fails unless nothing is lost and nothing happens twice.
#
# smoke.sh [--no-build]; with Docker, or with podman and podman-compose. Where no image can be pulled
# run test/stand-ins.sh before. It touches neither secrets/ nor .env of this folder.
set -euo pipefail

project=streamwire-smoke
image=${STREAMWIRE_IMAGE:-streamwire:local}
largest=350000000 # bytes of the image
port=${SMOKE_PORT:-18000}
play=${SMOKE_SECONDS:-120}
here=$(cd "$(dirname "$0")" && pwd)

say() {
    printf 'smoke: %s\n' "$*" >&2
}

if docker info >/dev/null 2>&1; then
    engine=docker
    compose=(docker compose)
elif command -v podman-compose >/dev/null && podman info >/dev/null 2>&1; then
    engine=podman
    compose=(podman-compose)
else
    say "needs Docker, or podman and podman-compose"
    exit 1
fi

work=$(mktemp -d)
containers() {
    "$engine" ps --all --filter "label=com.docker.compose.project=$project" \
        ${1:+--filter "label=com.docker.compose.service=$1"} --format '{{.Names}}' | sort
}

clean() {
    local status=$?
    trap - EXIT INT TERM
    if [ "$status" -ne 0 ]; then
        for name in $(containers); do
            say "the last words of $name:"
            "$engine" logs --tail 15 "$name" >&2 || true
        done
    fi
    say "cleaning up"
    "$engine" rm --force "$project-load" >/dev/null 2>&1 || true
    for name in $(containers); do
        "$engine" rm --force --volumes "$name" >/dev/null 2>&1 || true
    done
    (cd "$work" && "${compose[@]}" -p "$project" down --volumes >/dev/null 2>&1) || true
    for kind in network volume; do
        "$engine" "$kind" ls --filter "label=com.docker.compose.project=$project" --format '{{.Name}}' |
            while read -r left; do "$engine" "$kind" rm --force "$left" >/dev/null 2>&1 || true; done
    done
    rm -rf "$work"
    exit "$status"
}
trap clean EXIT
trap 'exit 130' INT TERM

# A container that cannot start is started again and again.
falters() {
    local name
    for name in $(containers); do
        if [ "$("$engine" inspect --format '{{.RestartCount}}' "$name")" -gt 3 ]; then
            say "$name does not stay up"
            return 0
        fi
    done
    return 1
}

await() {
    local seconds=$1 what=$2 end
    shift 2
    end=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$end" ] || falters; then
            say "not within $seconds s: $what"
            return 1
        fi
        sleep 0.5
    done
}

http_ok() {
    exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$1" >&3
    local status=
    read -r -t 5 _ status _ <&3
    exec 3>&-
    [ "$status" = 200 ]
}

ready() {
    local name
    for name in $(containers "$1"); do
        "$engine" exec "$name" streamwire-health || return 1
    done
}

# Resident memory of a container's first process, MiB.
resident() {
    local pid
    pid=$("$engine" inspect --format '{{.State.Pid}}' "$1")
    awk '/^VmRSS/ {printf "%d", $2 / 1024}' "/proc/$pid/status" 2>/dev/null || printf '?'
}

if [ "${1:-}" != --no-build ]; then
    tree=source
    [ ! -f "$here/../hub/standalone/target/streamwire.jar" ] || tree=built
    say "building $image of the $tree tree"
    "$engine" build --build-arg TREE=$tree --file "$here/Dockerfile" --tag "$image" "$here/.." >"$work/build.log" 2>&1 || {
        tail -n 30 "$work/build.log" >&2
        exit 1
    }
fi
size=$("$engine" image inspect --format '{{.Size}}' "$image")
say "image: $((size / 1000000)) MB"

# An operator's folder, apart from this one.
cp -r "$here"/{compose.yaml,make-secrets.sh,.env.example,postgres,redis} "$work/"
cd "$work"
{
    grep -v '_PUBLISH=\|_REPLICAS=' .env.example
    cat <<END
STREAMWIRE_IMAGE=$image
GATEWAY_PUBLISH=127.0.0.1:$port
BROKER_PUBLISH=127.0.0.1:$((port + 1))
BROKER_TLS_PUBLISH=127.0.0.1:$((port + 2))
INGEST_TIKTOK_WEB_URL=http://live-room:9000
INGEST_TIKTOK_WEBCAST_URL=http://live-room:9000
INGEST_TIKTOK_SIGN_URL=http://live-room:9000
INGEST_TIKTOK_SOCKET_URL=ws://live-room:9000
END
} >.env
./make-secrets.sh >/dev/null
# What podman-compose gives to a container it reads from the environment or .env.
up() {
    "${compose[@]}" -p "$project" up -d >>"$work/up.log" 2>&1 || {
        tail -n 20 "$work/up.log" >&2
        return 1
    }
}

say "starting the stack with ${compose[*]}"
begin=$(date +%s%N)
up
await 420 "the gateway is ready" http_ok /health/ready
ready_ms=$((($(date +%s%N) - begin) / 1000000))
say "ready after $ready_ms ms"

say "scaling ingest, rules and devices to 2"
export INGEST_REPLICAS=2 RULES_REPLICAS=2 DEVICES_REPLICAS=2
up
for service in ingest rules devices; do
    [ "$(containers $service | wc -l)" -eq 2 ]
    await 420 "both instances of $service are ready" ready $service
done

say "streamers go live"
"$engine" create --name "$project-load" --network "${project}_outside" --network-alias live-room "$image" \
    bench stack --url http://gateway:8000 --mqtt-url tcp://broker:1883 --room-host live-room --room-port 9000 \
    --seconds "$play" >/dev/null
# To the gateway, and to the broker.
for network in edge boards; do
    "$engine" network connect "${project}_$network" "$project-load"
done
"$engine" start "$project-load" >/dev/null
playing() {
    "$engine" logs "$project-load" 2>&1 | grep -q 'bench: playing'
}
await 300 "the rooms play" playing

for service in rules ingest devices; do
    sleep $((play / 8))
    victim=$(containers $service | head -n 1)
    say "killing $victim"
    "$engine" kill --signal KILL "$victim" >/dev/null
    # The other one takes over meanwhile.
    sleep $((play / 8))
    "$engine" start "$victim" >/dev/null
done
load=0
"$engine" wait "$project-load" >/dev/null
load=$("$engine" inspect --format '{{.State.ExitCode}}' "$project-load")
"$engine" logs "$project-load" >"$work/load.log" 2>&1
result=$(grep '^{' "$work/load.log" | tail -n 1)
grep -v '^{' "$work/load.log" | grep -v 'bench:' >&2 || true
for service in ingest rules devices; do
    await 180 "both instances of $service are ready again" ready $service
done

memory=
for service in gateway auth ingest rules devices broker postgres redis; do
    for name in $(containers $service); do
        memory="$memory${memory:+, }\"$(basename "$name" | sed "s/^${project}[_-]//")\": $(resident "$name")"
    done
done
printf '{"image_mb": %d, "ready_ms": %d, "rss_mib": {%s}, "load": %s}\n' \
    $((size / 1000000)) "$ready_ms" "$memory" "${result:-null}"

[ "$size" -le "$largest" ] || {
    say "the image is larger than $((largest / 1000000)) MB"
    exit 1
}
[ "$load" -eq 0 ] || {
    say "the load says that this is not sound"
    exit 1
}
say "nothing lost, nothing twice"
