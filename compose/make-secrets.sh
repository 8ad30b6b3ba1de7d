#!/bin/sh
# Makes every secret that is not there yet, each in a file of its own below secrets/, readable by its
# owner only: make-secrets.sh [--rotate NAME]. Changes nothing when run again.
set -eu

cd "$(dirname "$0")"
umask 077
names='service_secret metrics_token mqtt_password redis_password postgres_password auth_db_password'
names="$names tiktok_db_password rules_db_password device_db_password grafana_password"

# 256 bits as 64 hexadecimal digits, which no URL and no shell minds.
random() {
    od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}

mkdir -p secrets
if [ "${1:-}" = --rotate ]; then
    name=${2:-}
    case " $names " in
        *" $name "*) ;;
        *)
            echo "make-secrets.sh: no such secret: $name; there are: $names" >&2
            exit 2
            ;;
    esac
    # What is sealed with it is opened with the former one, and sealed anew.
    [ "$name" != service_secret ] || cat secrets/service_secret >secrets/service_former_secret
    # Emptied, not removed: a container that runs sees the file that it was started with.
    : >"secrets/$name"
elif [ $# -gt 0 ]; then
    echo "usage: make-secrets.sh [--rotate NAME]" >&2
    exit 2
fi

for name in $names; do
    if [ ! -s "secrets/$name" ]; then
        random >"secrets/$name"
        echo "made secrets/$name"
    fi
done
printf 'redis://:%s@redis:6379' "$(cat secrets/redis_password)" >secrets/bus_url
# Empty until service_secret is rotated.
[ -e secrets/service_former_secret ] || : >secrets/service_former_secret
# Yours to fill in: the key of a sign server, if you use one.
[ -e secrets/tiktok_sign_key ] || : >secrets/tiktok_sign_key

# The containers run as the owner of these files, since a mounted file keeps its owner and mode.
[ -e .env ] || cp .env.example .env
owner=$(sed -n 's/^STREAMWIRE_USER=\([0-9][0-9]*:[0-9][0-9]*\)$/\1/p' .env | tail -n 1)
if [ -z "$owner" ]; then
    owner=$(id -u):$(id -g)
    [ "${owner%:*}" -ne 0 ] || owner=10001:10001
    printf 'STREAMWIRE_UID=%s\nSTREAMWIRE_USER=%s\n' "${owner%:*}" "$owner" >>.env
fi
if [ "$(id -u)" -eq 0 ]; then
    chown -R "$owner" secrets
fi
