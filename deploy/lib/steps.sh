# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# Visible progress: a step is a command whose output goes to a log file while its name, its last line and its
# seconds are shown; when it fails, the end of the log and the remedy are shown and the launcher ends.
set -euo pipefail

STEP_PID=''
STEP_REMEDY=''

on_terminal() { [[ -t 1 && ${TERM:-dumb} != dumb && -z ${CI:-} ]]; }

say() { printf '%s\n' "$*"; }

note() { printf '    %s\n' "$*"; }

# Sets what the next step tells a reader to do if it fails.
remedy() { STEP_REMEDY=$*; }

last_line() { tail -c 2000 -- "$1" 2>/dev/null | tr '\r' '\n' | sed 's/[^[:print:]]//g;/^[[:space:]]*$/d' | tail -n 1; }

show_progress() {
  local seconds=$1 line
  line=$(last_line "$STEP_LOG") || line=''
  if on_terminal; then
    printf '\r\033[K    %4d s  %s' "$seconds" "${line:0:$((${COLUMNS:-80} - 14))}"
  elif ((seconds > 0 && seconds % 30 == 0)); then
    note "$seconds s  ${line:0:120}"
  fi
}

# step NAME LOG COMMAND…: runs COMMAND (a program or a function) in a process group of its own, output to log LOG.
# Never call it in a condition: bash would then ignore failures inside COMMAND.
step() {
  local name=$1 began=$SECONDS status=0 seconds=0
  STEP_LOG=$LOGS/$2.log
  shift 2
  rotate_log "$STEP_LOG" 0
  say "==> $name"
  set -m
  (set +m -euo pipefail; "$@") >>"$STEP_LOG" 2>&1 </dev/null &
  STEP_PID=$!
  set +m
  while kill -0 "$STEP_PID" 2>/dev/null; do
    [[ $((SECONDS - began)) -eq $seconds ]] || { seconds=$((SECONDS - began)) && show_progress "$seconds"; }
    sleep 0.1
  done
  wait "$STEP_PID" || status=$?
  STEP_PID=''
  ! on_terminal || printf '\r\033[K'
  [[ $status -eq 0 ]] || step_failed "$name" "$status"
  STEP_REMEDY=''
  note "done in $((SECONDS - began)) s"
}

step_failed() {
  printf '\n--- the last lines of %s\n' "$STEP_LOG" >&2
  tail -n 40 -- "$STEP_LOG" >&2
  printf -- '---\n' >&2
  die "\"$1\" failed (exit status $2)." "${STEP_REMEDY:-The whole log is in $STEP_LOG.}"
}

# Ends the step that is running, with all that it started.
abandon_step() {
  [[ -n $STEP_PID ]] || return 0
  kill -TERM -- "-$STEP_PID" 2>/dev/null || true
  STEP_PID=''
}

# What a signal does: the step that runs ends with all that it started, then the launcher, whose EXIT trap tidies up.
interrupted() {
  trap '' INT TERM HUP PIPE
  abandon_step
  exit 130
}

# rotate_log FILE [BYTES]: begins a new log once the last has grown beyond BYTES (a megabyte), and keeps three older ones.
rotate_log() {
  local log=$1 limit=${2:-1048576}
  [[ -f $log ]] || { : >"$log" && return 0; }
  (($(stat -c %s -- "$log") > limit)) || return 0
  [[ ! -f $log.2 ]] || mv -f -- "$log.2" "$log.3"
  [[ ! -f $log.1 ]] || mv -f -- "$log.1" "$log.2"
  mv -f -- "$log" "$log.1"
  : >"$log"
}
