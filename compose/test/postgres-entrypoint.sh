#!/bin/sh
# What the official image does on its first start, as far as compose.yaml relies on it.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    pg_ctl -w -o '-c listen_addresses=' start
    for script in /docker-entrypoint-initdb.d/*; do
        "$script"
    done
    pg_ctl -w -m fast stop
fi
exec "$@"
