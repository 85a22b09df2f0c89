#!/usr/bin/env bats
# SPDX-License-Identifier: AGPL-3.0-or-later
# The private PostgreSQL and Redis, through crashes and lost records.

load helper.bash

setup() {
  setup_instance
  PG_FLAGS=(-c fsync=off)
  read_settings
}

teardown() { teardown_instance; }

@test "PostgreSQL answers at its address only, without TCP, and has ltree" {
  start_postgres
  run as_service psql "$DATABASE_URL" -XAtc "CREATE EXTENSION ltree; SELECT 'district.school'::ltree <@ 'district'"
  [[ $output == *t ]]
  [[ $(psql_as postgres -d postgres -Atc 'SHOW listen_addresses') == "" ]]
  [[ $(stat -c %a -- "$SOCKETS") == 700 ]]
}

@test "the database's owner is no superuser, but may make roles" {
  start_postgres
  [[ $(as_service psql "$DATABASE_URL" -XAtc 'SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user') == "f|t" ]]
}

@test "PostgreSQL starts again after it was killed, with what was committed" {
  start_postgres
  as_service psql "$DATABASE_URL" -Xqc 'CREATE TABLE kept AS SELECT 1 AS one'
  kill -KILL "$(pid_of postgres)"
  until ! is_running postgres; do :; done
  start_postgres
  [[ $(as_service psql "$DATABASE_URL" -XAtc 'SELECT one FROM kept') == 1 ]]
}

@test "a lock file that names a stranger's process does not stop PostgreSQL" {
  start_postgres
  stop_postgres
  printf '%s\n' "$$" | as_service tee "$(postgres_data)/postmaster.pid" >/dev/null
  start_postgres
  is_running postgres
  kill -0 $$
}

@test "servers whose records were lost are taken over, not started twice" {
  start_postgres
  start_redis
  postgres=$(pid_of postgres) redis=$(pid_of redis)
  rm -- "$PIDS"/*
  start_postgres
  start_redis
  [[ $(pid_of postgres) == "$postgres" && $(pid_of redis) == "$redis" ]]
}

@test "Redis keeps what it was told through a kill" {
  start_redis
  as_service redis-cli -s "$SOCKETS/redis.sock" set kept yes
  as_service redis-cli -s "$SOCKETS/redis.sock" waitaof 1 0 1000 || as_service redis-cli -s "$SOCKETS/redis.sock" config set appendfsync always
  as_service redis-cli -s "$SOCKETS/redis.sock" set kept yes
  kill -KILL "$(pid_of redis)"
  until ! is_running redis; do :; done
  start_redis
  [[ $(as_service redis-cli -s "$SOCKETS/redis.sock" get kept) == yes ]]
}

@test "a checkout with a long path, blanks and accents works" {
  teardown_instance
  INSTANCE="$BATS_TEST_TMPDIR/a long pâth $(printf 'x%.0s' {1..120})/var"
  mkdir -p -- "$INSTANCE"
  use_instance "$INSTANCE"
  [[ $SOCKETS == /tmp/raptscallions-* ]]
  unset DATABASE_URL REDIS_URL
  read_settings
  start_postgres
  start_redis
  [[ $(as_service psql "$DATABASE_URL" -XAtc 'SELECT 1') == 1 ]]
}

@test "a socket folder that somebody else prepared is refused" {
  mkdir -m 0777 -- "$SOCKETS"
  run ensure_socket_folder
  [[ $status -eq 1 && $output == *"mode 700"* ]]
}
