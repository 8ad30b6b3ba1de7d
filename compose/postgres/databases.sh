#!/bin/sh
# Makes each service's database with its own user, and gives every user the password that its file has
# now. PostgreSQL runs it on the first start; run it again after a new password (README, secrets).
set -eu

# psql takes a file that it cannot read for an empty one, and an empty password for none.
for name in postgres_password auth_db_password tiktok_db_password rules_db_password device_db_password; do
    if [ ! -r "/run/secrets/$name" ] || [ ! -s "/run/secrets/$name" ]; then
        echo "databases.sh: /run/secrets/$name is empty or not for $(id -u) to read" >&2
        exit 1
    fi
done

database() {
    psql -v ON_ERROR_STOP=1 -q -U postgres -d postgres -v name="$1" -v owner="$2" <<END
\\set password \`cat /run/secrets/$3\`
SELECT format('CREATE ROLE %I LOGIN', :'owner')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \\gexec
ALTER ROLE :"owner" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'owner')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
END
}

database auth_db auth auth_db_password
database tiktok_db ingest tiktok_db_password
database rules_db rules rules_db_password
database device_db devices device_db_password
psql -v ON_ERROR_STOP=1 -q -U postgres -d postgres <<END
\\set password \`cat /run/secrets/postgres_password\`
ALTER ROLE postgres PASSWORD :'password';
END
