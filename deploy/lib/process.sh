# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# Long-running parts: started in a session of their own, written down with enough to know them again, and ended only
# when what runs under that number is still what was started. Nothing is ever ended by name.
#
# A record (pids/NAME) is one line: PID START BOOT EXE. START is the kernel's start time of the process and BOOT the
# boot's id, so neither a reused number nor a record from before a reboot is believed. EXE must
# fit as well, unless the program's file is gone: a linker moves the old one away under another name while it still runs.
set -euo pipefail

record_of() { printf '%s/%s' "$PIDS" "$1"; }

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# Field 22 of /proc/PID/stat; the name in field 2 may hold spaces, so it is cut off first. Fails when there is none, or
# when all of it is over: field 3 is Z as soon as its first thread has ended, field 20 counts the others.
start_time() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  [[ $1 != Z || ${18} -gt 1 ]] || return 1
  printf '%s' "${20}"
}

write_record() {
  local name=$1 pid=$2 exe=$3 started
  started=$(start_time "$pid") || return 1
  printf '%s %s %s %s\n' "$pid" "$started" "$(boot_id)" "$exe" >"$(record_of "$name").new"
  mv -f -- "$(record_of "$name").new" "$(record_of "$name")"
}

# Prints the record of part NAME when its process is still there: "PID EXE".
believed_record() {
  local pid started boot exe
  read -r pid started boot exe 2>/dev/null <"$(record_of "$1")" || return 1
  [[ $pid =~ ^[0-9]+$ && $boot == "$(boot_id)" ]] || return 1
  [[ $(start_time "$pid") == "$started" ]] || return 1
  printf '%s %s' "$pid" "$exe"
}

# Prints the process id of part NAME when it runs and is the one that was started; fails otherwise.
pid_of() {
  local record pid exe now
  record=$(believed_record "$1") || return 1
  pid=${record%% *} exe=${record#* }
  now=$(readlink "/proc/$pid/exe" 2>/dev/null) || return 1
  [[ $now == "$exe" || $now == *' (deleted)' ]] || return 1
  printf '%s' "$pid"
}

is_running() { pid_of "$1" >/dev/null; }

# Whether part NAME was killed and its process is not gone: the kernel takes its program away before it closes its files.
is_ending() {
  local record
  record=$(believed_record "$1") || return 1
  ! readlink "/proc/${record%% *}/exe" >/dev/null 2>&1
}

# Until then it holds its port and its locks, on a busy machine for seconds. Who comes too late finds them taken and says so.
await_end() {
  local deadline=$((SECONDS + 30))
  while is_ending "$1" && ((SECONDS < deadline)); do sleep 0.05; done
}

# Closes everything but standard input, output and error, so that a part keeps no pipe or lock of its starter open.
close_other_files() {
  local fd
  for fd in "/proc/$BASHPID/fd/"*; do
    fd=${fd##*/}
    ((fd <= 2)) || eval "exec $fd>&-" 2>/dev/null || true
  done
}

# start_part NAME PROGRAM ARGUMENT…: starts PROGRAM as the service user, output to its log, and records it.
start_part() {
  local name=$1 program=$2 exe pid tries log=$LOGS/$1.log
  exe=$(readlink -f -- "$program") || die "$program, which runs $name, is not there." "Build it with ./rapt build."
  shift 2
  rotate_log "$log"
  printf -- '--- %s starts %s\n' "$(date -u +%FT%TZ)" "$name" >>"$log"
  (
    close_other_files
    cd /
    [[ -z ${PART_CGROUP:-} ]] || printf 0 >"$PART_CGROUP/cgroup.procs"
    exec setsid "${AS_SERVICE[@]}" "$program" "$@"
  ) </dev/null >>"$log" 2>&1 &
  pid=$!
  disown "$pid"
  # Until setsid and setpriv have become the program, its record would not be recognised.
  for ((tries = 0; tries < 100; tries++)); do
    [[ $(readlink "/proc/$pid/exe" 2>/dev/null) != "$exe" ]] || break
    start_time "$pid" >/dev/null || break
    sleep 0.05
  done
  write_record "$name" "$pid" "$exe" || part_failed "$name" "it ended at once"
}

# stop_part NAME SIGNAL SECONDS: asks with SIGNAL, waits, and only then kills.
stop_part() {
  local name=$1 signal=$2 patience=$3 pid deadline
  pid=$(pid_of "$name") || { await_end "$name" && rm -f -- "$(record_of "$name")" && return 0; }
  kill -s "$signal" "$pid" 2>/dev/null || true
  deadline=$((SECONDS + patience))
  while is_running "$name"; do
    if ((SECONDS >= deadline)); then
      warn "$name (process $pid) did not stop within $patience s and is killed; see $LOGS/$name.log"
      kill -s KILL "$pid" 2>/dev/null || true
      deadline=$((SECONDS + 10))
    fi
    sleep 0.1
  done
  await_end "$name"
  rm -f -- "$(record_of "$name")"
  note "stopped $name"
}

# wait_for NAME SECONDS COMMAND…: until COMMAND succeeds; fails early when part NAME has ended.
wait_for() {
  local name=$1 patience=$2 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    is_running "$name" || part_failed "$name" "it ended while starting"
    ((SECONDS < deadline)) || part_failed "$name" "it was not ready within $patience s"
    sleep 0.1
  done
}

part_failed() {
  local log=$LOGS/$1.log
  printf '\n--- the last lines of %s\n' "$log" >&2
  tail -n 25 -- "$log" >&2
  [[ $1 != server || ! -s $LOGS/ready.json ]] || printf -- '--- it says of itself\n%s\n' "$(head -c 2000 -- "$LOGS/ready.json")" >&2
  printf -- '---\n' >&2
  die "$1 could not be started: $2." "The reason is in the lines above (whole log: $log). Mend it and run ./rapt up again; ./rapt doctor checks this machine."
}
