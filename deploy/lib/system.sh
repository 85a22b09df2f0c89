# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# A whole system: up, down, status, logs, and its parts one by one.
set -euo pipefail

PARTS=(postgres redis registry demo-model server)

command_up() {
  local detach=no
  case ${1:-} in
    --detach | -d) detach=yes && shift ;;
  esac
  [[ $# -eq 0 ]] || die "\`up\` does not know \"$1\"." "It takes --detach, or nothing; ./rapt help lists the environment it reads."
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  read_settings
  lock_instance
  if is_running server; then
    already_up
    return
  fi
  need_port
  prepare "build run" rapt rapt-runner rapt-marketplace bundles
  trap 'undo_failed_start $?' EXIT
  start_system
  trap - EXIT
  unlock_instance
  show_summary
  [[ $detach == yes ]] || stay_in_foreground
}

# Everything that an instance needs, in the order in which each needs the one before. What runs already stays.
start_system() {
  export_environment
  service_dir "$STATE"
  copy_programs
  ! needs_cluster || start_postgres
  [[ $OWN_REDIS == no ]] || start_redis
  remedy "./rapt doctor checks the database; the statement that failed is in the log."
  step "Database: migrating" migrate run_rapt migrate
  step "Publisher's key: trusting it" trust trust_publisher
  start_registry
  remedy "The reason is in the log; ./rapt logs registry shows the registry's side."
  [[ $OWN_REGISTRY == no ]] || step "Modules: publishing in the registry" publish publish_modules
  step "Modules: installing from the registry" modules install_demo_modules
  step "Demonstration data: adding what is missing" seed seed_demo_data
  start_demo_model
  start_server
  write_run_json
}

already_up() {
  local url
  url=$(running_url)
  [[ $url == "$(base_url)" ]] || warn "it runs at $url; to have it at $(base_url), run ./rapt down first"
  export_environment
  ! needs_cluster || start_postgres
  [[ $OWN_REDIS == no ]] || start_redis
  start_registry
  start_demo_model
  wait_for server 60 server_is_ready "$url"
  renew_run_json
  say "RaptScallions is running already."
  show_summary
}

undo_failed_start() {
  [[ $1 -ne 0 ]] || return 0
  trap - EXIT
  abandon_step
  say "==> Stopping what was started"
  stop_system
  exit "$1"
}

stay_in_foreground() {
  trap 'ASKED_TO_STOP=yes' INT TERM HUP
  ASKED_TO_STOP=no
  say "    Ctrl-C stops everything."
  while [[ $ASKED_TO_STOP == no ]] && is_running server; do sleep 1 || true; done
  trap '' INT TERM HUP
  local status=0
  [[ $ASKED_TO_STOP == yes ]] || { status=1 && warn "the server has ended; see $LOGS/server.log"; }
  say "==> Stopping"
  lock_instance
  stop_system
  exit "$status"
}

# Prints PART=PID for each part that runs.
running_parts() {
  local part pid
  for part in "${PARTS[@]}"; do
    if pid=$(pid_of "$part"); then printf '%s=%s\n' "$part" "$pid"; fi
  done
}

write_run_json() {
  local parts
  mapfile -t parts < <(running_parts)
  BASE_URL=$(base_url) DEMO_MODEL=$DEMO_MODEL OWN_DATABASE=$OWN_DATABASE OWN_REDIS=$OWN_REDIS \
    node "$DEPLOY/lib/run-json.mjs" write "$VAR/seed.json" "$RUN_JSON" "${parts[@]}"
  rm -f -- "$VAR/seed.json"
}

# After a part was started again: the file names its new process.
renew_run_json() {
  [[ -f $RUN_JSON ]] || return 0
  local parts
  mapfile -t parts < <(running_parts)
  use_node
  node "$DEPLOY/lib/run-json.mjs" renew "$RUN_JSON" "${parts[@]}"
}

show_summary() { node "$DEPLOY/lib/run-json.mjs" show "$RUN_JSON"; }

command_down() {
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  lock_instance
  say "==> Stopping RaptScallions"
  stop_system
  say "Nothing of it runs any more; its data is kept in $VAR."
}

command_status() {
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  local part pid running=no
  for part in "${PARTS[@]}"; do
    if pid=$(pid_of "$part"); then
      printf '%-12s running   process %s\n' "$part" "$pid"
      running=yes
    else
      printf '%-12s stopped\n' "$part"
    fi
  done
  if is_running server; then
    printf '\n%s/ready: %s\n' "$(running_url)" "$(curl --noproxy '*' -sS --max-time 5 "$(running_url)/ready" 2>&1)"
  fi
  [[ $running == yes ]]
}

command_logs() {
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  local part='' follow=()
  while [[ $# -gt 0 ]]; do
    case $1 in
      -f | --follow) follow=(-f) ;;
      *) part=$1 ;;
    esac
    shift
  done
  if [[ -z $part ]]; then
    printf 'Logs in %s:\n' "$LOGS"
    find "$LOGS" -name '*.log' -printf '  %f\n' | sed 's/\.log$//' | sort
    say "Show one with: ./rapt logs NAME [-f]"
    return
  fi
  [[ $part =~ ^[a-z0-9-]+$ && -f $LOGS/$part.log ]] || die "there is no log called \"$part\"." "./rapt logs lists them."
  exec tail -n 100 "${follow[@]}" -- "$LOGS/$part.log"
}

# One part of a running system, for maintenance: what is stopped here is started again by `start` or by `up`.
command_part() {
  local verb=$1 part=${2:-}
  [[ $# -eq 2 && " ${PARTS[*]} " == *" $part "* ]] || die "\`$verb\` takes one of: ${PARTS[*]}"
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  read_settings
  lock_instance
  export_environment
  if [[ $verb == stop ]]; then
    case $part in
      postgres | redis) "stop_$part" ;;
      *) stop_part "$part" TERM 40 ;;
    esac
  else
    "start_${part//-/_}"
  fi
  renew_run_json
}
