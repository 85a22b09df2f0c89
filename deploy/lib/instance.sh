# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# An instance is one whole system: its folder (var/, or one below it for tests), its addresses, its environment.
set -euo pipefail

# use_instance FOLDER: sets where everything of this instance lives, and makes the folders.
use_instance() {
  ensure_service_user
  [[ $1 != "$ROOT/var"* ]] || ensure_var
  mkdir -p -- "$1"
  VAR=$(readlink -f -- "$1")
  service_can_read "$VAR" || die "$VAR cannot be reached by the user $SERVICE_USER, who runs the database and the server." \
    "Choose a folder outside of private ones."
  LOGS=$VAR/log
  PIDS=$VAR/pids
  RUN_JSON=$VAR/run.json
  STATE=$VAR/server
  mkdir -p -- "$LOGS" "$PIDS"
  choose_socket_folder
}

# PostgreSQL's and Redis' sockets live in a folder that only the service user may enter. A socket's address has room
# for 107 bytes, so a long path gives way to one in /tmp.
choose_socket_folder() {
  SOCKETS=$VAR/run
  ((${#SOCKETS} <= 85)) || SOCKETS=/tmp/raptscallions-$EUID-$(short_hash "$VAR")
}

ensure_socket_folder() {
  local owner=$EUID
  ! is_root || owner=$(id -u "$SERVICE_USER")
  if [[ -e $SOCKETS || -L $SOCKETS ]]; then
    [[ ! -L $SOCKETS && -d $SOCKETS && $(stat -c '%u %a' -- "$SOCKETS") == "$owner 700" ]] ||
      die "$SOCKETS is not a folder of user $owner with mode 700." "It must hold the database's socket safely: remove it and run ./rapt again."
  else
    service_dir "$SOCKETS"
  fi
}

# One launcher at a time may change an instance. The lock ends with the process that holds it.
lock_instance() {
  exec {LOCK}>"$VAR/lock"
  flock --nonblock "$LOCK" || {
    note "waiting for another ./rapt that works on $VAR"
    flock --timeout 900 "$LOCK" || die "another ./rapt has been working on $VAR for 15 minutes." "Look at it with: ./rapt status"
  }
}

unlock_instance() { exec {LOCK}>&-; }

# Reads PORT, HOST and the two URLs that replace private parts, and checks them. A running system's own address is the
# default, so that a part of it can be started again without naming it.
read_settings() {
  local host=127.0.0.1 port=3000
  [[ ! -f $VAR/address ]] || read -r host port <"$VAR/address"
  HOST=${HOST:-$host}
  PORT=${PORT:-$port}
  check_port PORT "$PORT"
  [[ $HOST =~ ^[A-Za-z0-9.:-]+$ ]] || die "HOST must be an address or a host name, but is \"$HOST\"." "For example: HOST=0.0.0.0 ./rapt up"
  OWN_DATABASE=yes OWN_REDIS=yes
  [[ -z ${DATABASE_URL:-} ]] || OWN_DATABASE=no
  [[ -z ${REDIS_URL:-} ]] || OWN_REDIS=no
  [[ $OWN_DATABASE == no ]] || DATABASE_URL="postgresql://raptscallions@/raptscallions?host=$(url_encode "$SOCKETS")"
  [[ $OWN_REDIS == no ]] || REDIS_URL="unix://$SOCKETS/redis.sock"
  export HOST PORT DATABASE_URL REDIS_URL
}

base_url() {
  local host=$HOST
  case $host in
    0.0.0.0) host=127.0.0.1 ;;
    ::) host='[::1]' ;;
    *:*) host="[$host]" ;;
  esac
  printf 'http://%s:%s' "$host" "$PORT"
}

# Where the running system is; it may differ from what HOST and PORT ask for.
running_url() {
  local HOST PORT
  read -r HOST PORT <"$VAR/address"
  base_url
}

# is_spoken_for NAME PORT: whether the server's own PORT or another part's remembered one is that number.
is_spoken_for() {
  local other
  [[ $2 != "$PORT" ]] || return 0
  for other in "$VAR/ports"/*; do
    [[ ! -f $other || ${other##*/} == "$1" || $(<"$other") != "$2" ]] || return 0
  done
  return 1
}

# A port that this instance chose before, or the first free one from $2 on.
remembered_port() {
  local file=$VAR/ports/$1 port
  mkdir -p -- "$VAR/ports"
  await_end "$1"
  if [[ -f $file ]] && port=$(<"$file") &&
    { is_running "$1" || { ! is_spoken_for "$1" "$port" && ! port_is_busy "$port"; }; }; then
    printf '%s' "$port"
    return
  fi
  port=$(free_port "$2")
  while is_spoken_for "$1" "$port"; do port=$(free_port $((port + 1))); done
  printf '%s\n' "$port" >"$file"
  printf '%s' "$port"
}
