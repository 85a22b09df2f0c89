# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# The private PostgreSQL cluster and the private Redis of an instance: no TCP at all, only sockets in a folder that
# nobody else may enter. Both survive a crash, a reboot, and a launcher that lost its record of them.
set -euo pipefail

PG_BIN=/usr/lib/postgresql/15/bin
PG_FLAGS=()

postgres_data() { printf '%s/postgres/data' "$VAR"; }

psql_as() {
  local user=$1
  shift
  as_service "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$SOCKETS" -U "$user" "$@"
}

# The cluster is made beside its place and moved there when whole, so that an interrupted first start leaves nothing.
init_postgres() {
  local data
  data=$(postgres_data)
  ! as_service test -f "$data/PG_VERSION" || return 0
  service_dir "$VAR/postgres"
  as_service rm -rf -- "$data.new"
  as_service "$PG_BIN/initdb" -D "$data.new" -U postgres --auth-local=trust --auth-host=reject --encoding=UTF8 --locale=C.UTF-8
  as_service mv -T -- "$data.new" "$data"
}

# Succeeds when process $1 is a PostgreSQL process of our data.
is_our_postgres() {
  [[ $(readlink "/proc/$1/exe") == "$PG_BIN/postgres" && $(readlink "/proc/$1/cwd") == "$(postgres_data)" ]]
}

# A server that runs on our data without a record of ours is taken over; lock files that name anything else are stale.
adopt_postgres() {
  local data pid
  data=$(postgres_data)
  pid=$(as_service head -n 1 -- "$data/postmaster.pid" 2>/dev/null) || return 0
  if is_our_postgres "$pid"; then
    write_record postgres "$pid" "$PG_BIN/postgres"
    note "took over the PostgreSQL server that runs on $data (process $pid)"
  else
    await_orphans
    as_service rm -f -- "$data/postmaster.pid" "$SOCKETS/.s.PGSQL.5432.lock"
  fi
}

# The children of a server that was killed end by themselves, and must have before another may start.
await_orphans() {
  local process deadline=$((SECONDS + 30))
  for process in /proc/[0-9]*; do
    while is_our_postgres "${process#/proc/}" && ((SECONDS < deadline)); do sleep 0.1; done
  done
}

postgres_answers() { as_service "$PG_BIN/pg_isready" -q -h "$SOCKETS" -U postgres -d postgres; }

start_postgres() {
  local data
  data=$(postgres_data)
  [[ -x $PG_BIN/postgres ]] || die "PostgreSQL 15 is not at $PG_BIN." "Install it: apt-get install postgresql-15"
  is_running postgres || adopt_postgres
  if ! is_running postgres; then
    ensure_socket_folder
    as_service test -f "$data/PG_VERSION" || step "PostgreSQL: making a cluster" initdb init_postgres
    say "==> PostgreSQL: starting"
    start_part postgres "$PG_BIN/postgres" -D "$data" -c listen_addresses= -c "unix_socket_directories=\"$SOCKETS\"" \
      -c unix_socket_permissions=0700 -c max_connections=100 "${PG_FLAGS[@]}"
  fi
  wait_for postgres 120 postgres_answers
  ensure_database
}

# The program owns its database and may make roles (a module with SQL storage gets one); it is no superuser.
ensure_database() {
  psql_as postgres -d postgres <<'SQL' 2>&1 | sed 's/^/    /'
SELECT 'CREATE ROLE raptscallions LOGIN CREATEROLE CREATEDB'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'raptscallions') \gexec
SELECT 'CREATE DATABASE raptscallions OWNER raptscallions'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'raptscallions') \gexec
SQL
}

redis_answers() { [[ $(as_service redis-cli -s "$SOCKETS/redis.sock" ping) == PONG ]]; }

adopt_redis() {
  local pid
  redis_answers 2>/dev/null || return 0
  pid=$(as_service redis-cli -s "$SOCKETS/redis.sock" info server | tr -d '\r' | sed -n 's/^process_id://p')
  write_record redis "$pid" "$(readlink "/proc/$pid/exe")"
  note "took over the Redis that listens at $SOCKETS/redis.sock (process $pid)"
}

start_redis() {
  has redis-server || die "redis-server is not installed." "Install it: apt-get install redis-server"
  is_running redis || adopt_redis
  if ! is_running redis; then
    say "==> Redis: starting"
    ensure_socket_folder
    service_dir "$VAR/redis"
    start_part redis "$(command -v redis-server)" --port 0 --unixsocket "$SOCKETS/redis.sock" \
      --unixsocketperm 700 --dir "$VAR/redis" --appendonly yes --save '' --daemonize no
  fi
  wait_for redis 60 redis_answers
}

# Fast shutdown: clients are told, transactions roll back, nothing is lost.
stop_postgres() { stop_part postgres INT 60; }
stop_redis() { stop_part redis TERM 30; }
