# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# What runs the built programs: where the service user finds them, their environment, and each part of a system.
set -euo pipefail

# Sets BIN, WEB_ROOT, REGISTRY_WEB_ROOT, MIGRATIONS and BUNDLES: the checkout's own, or copies where the service user can read them.
locate_programs() {
  BIN=$BUILD/bin WEB_ROOT=$WEB/dist REGISTRY_WEB_ROOT=$WEB/dist-registry MIGRATIONS=$ROOT/migrations BUNDLES=$BUILD/bundles
  service_can_read "$BUILD/bin" || BIN=$VAR/app/bin WEB_ROOT=$VAR/app/web REGISTRY_WEB_ROOT=$VAR/app/web-registry MIGRATIONS=$VAR/app/migrations BUNDLES=$VAR/app/bundles
}

copy_tree() {
  rm -rf -- "$2.new"
  cp -R -- "$1" "$2.new"
  chmod -R a+rX -- "$2.new"
  rm -rf -- "$2"
  mv -T -- "$2.new" "$2"
}

copy_programs() {
  [[ $BIN != "$BUILD/bin" ]] || return 0
  local program
  install -d -m 0755 -- "$VAR/app" "$BIN"
  for program in rapt rapt-runner rapt-marketplace; do install -C -m 0755 -- "$BUILD/bin/$program" "$BIN/$program"; done
  copy_tree "$WEB/dist" "$WEB_ROOT"
  copy_tree "$WEB/dist-registry" "$REGISTRY_WEB_ROOT"
  copy_tree "$ROOT/migrations" "$MIGRATIONS"
  install -d -m 0755 -- "$BUNDLES"
  rm -f -- "$BUNDLES"/*
  install -m 0644 -- "$BUILD/bundles"/*.rapt "$BUNDLES/"
}

program() { printf '%s/%s' "$BIN" "$1"; }

export_environment() {
  locate_programs
  export RAPT_WEB_ROOT=$WEB_ROOT RAPT_MIGRATIONS_DIR=$MIGRATIONS RAPT_VAR_DIR=$STATE RAPT_RUNNER=$BIN/rapt-runner
  export no_proxy="${no_proxy:+$no_proxy,}127.0.0.1,localhost,::1"
  read_registry_settings
  # Without a mail server of the school's, mails are files for whoever looks after this machine.
  [[ -n ${MAIL_URL:-} ]] || export MAIL_URL=file:$STATE/mail
  DEMO_MODEL=no
  [[ -n ${AI_API_KEY:-}${AI_GATEWAY_URL:-} ]] || use_demo_model
}

use_demo_model() {
  DEMO_MODEL=yes
  MODEL_PORT=$(remembered_port demo-model $((PORT + 2)))
  export RAPT_DEMO_MODEL=1 AI_GATEWAY_URL=http://127.0.0.1:$MODEL_PORT/v1 AI_API_KEY=demonstration
  export AI_DEFAULT_MODEL=${AI_DEFAULT_MODEL:-rapt-demo} AI_EMBEDDING_MODEL=${AI_EMBEDDING_MODEL:-rapt-demo}
}

# What the server said last is kept, to be shown when it does not become ready.
server_is_ready() {
  [[ $(curl --noproxy '*' -sS -o "$LOGS/ready.json" -w '%{http_code}' --max-time 5 "$1/ready") == 200 ]]
}

run_rapt() { as_service "$(program rapt)" "$@"; }

trust_publisher() {
  [[ -f $(publisher_key pub) ]] || { echo "the build left no publisher's key at $(publisher_key pub)" >&2 && return 1; }
  install -d -m 0755 -- "$VAR/keys"
  install -m 0644 -- "$(publisher_key pub)" "$VAR/keys/raptscallions.pub"
  run_rapt trust add "$VAR/keys/raptscallions.pub"
}

start_demo_model() {
  [[ $DEMO_MODEL == yes ]] && ! is_running demo-model || return 0
  say "==> Demonstration model: starting (no AI_API_KEY is set)"
  start_part demo-model "$(program rapt)" demo model --port "$MODEL_PORT"
  wait_for demo-model 30 port_is_busy "$MODEL_PORT"
}

# One password for all demonstration accounts, made once, read by the service user alone.
ensure_demo_password() {
  DEMO_PASSWORD_FILE=$STATE/demo-password
  ! as_service test -s "$DEMO_PASSWORD_FILE" || return 0
  (umask 077 && readable_secret | as_service tee -- "$DEMO_PASSWORD_FILE.new" >/dev/null)
  as_service mv -f -- "$DEMO_PASSWORD_FILE.new" "$DEMO_PASSWORD_FILE"
}

# The seed's answer holds passwords: it goes to a file of mode 0600, never to the log.
seed_demo_data() {
  ensure_demo_password
  (umask 077 && run_rapt demo seed --password-file "$DEMO_PASSWORD_FILE" --json >"$VAR/seed.json")
}

start_server() {
  ! is_running server || return 0
  need_port
  say "==> Server: starting at $(base_url)"
  delegate_cgroup
  PART_CGROUP=$SERVER_CGROUP start_part server "$(program rapt)" serve
  printf '%s %s\n' "$HOST" "$PORT" >"$VAR/address"
  rm -f -- "$LOGS/ready.json"
  wait_for server 120 server_is_ready "$(base_url)"
}

# The server's port must be free, if need be after the end of a server that was killed a moment ago.
need_port() {
  local holder
  await_end server
  port_is_busy "$PORT" || return 0
  holder=$(ss -Hltnp "sport = :$PORT" 2>/dev/null | sed -n 's/.*users:((\(.*\)))$/ (\1)/p' | head -n 1) || holder=''
  die "port $PORT is in use by another program$holder." "Choose another: PORT=$((PORT + 10)) ./rapt up" "or stop that program and try again."
}

stop_system() {
  stop_part server TERM 40
  remove_cgroup
  stop_part demo-model TERM 10
  stop_part registry TERM 10
  stop_redis
  stop_postgres
  rm -f -- "$RUN_JSON" "$VAR/address"
}
