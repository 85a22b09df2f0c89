#!/usr/bin/env bats
# SPDX-License-Identifier: AGPL-3.0-or-later
# Only what was started here, and still is what was started, is ever ended.

load helper.bash

setup() {
  setup_instance
  STRANGER='' LISTENER=''
}

teardown() {
  [[ -z $STRANGER ]] || kill "$STRANGER"
  [[ -z $LISTENER ]] || kill "$LISTENER"
  teardown_instance
}

@test "a part that was started is known, and stopped" {
  start_part sleeper /bin/sleep 600
  pid=$(pid_of sleeper)
  [[ $(readlink "/proc/$pid/exe") == "$(readlink -f /bin/sleep)" ]]
  stop_part sleeper TERM 10
  run is_running sleeper
  [[ $status -ne 0 && ! -e $PIDS/sleeper ]]
}

@test "a part keeps no file of its starter open" {
  exec 8>"$BATS_TEST_TMPDIR/held"
  start_part sleeper /bin/sleep 600
  exec 8>&-
  for file in "/proc/$(pid_of sleeper)/fd/"*; do [[ ${file##*/} -le 2 ]]; done
}

@test "as root, a part runs as the service user" {
  is_root || skip "not root"
  start_part sleeper /bin/sleep 600
  [[ $(stat -c %U "/proc/$(pid_of sleeper)") == "$SERVICE_USER" ]]
}

@test "a record whose number another process has by now is not believed" {
  start_stranger
  printf '%s 1 %s %s\n' "$STRANGER" "$(boot_id)" "$(readlink -f /bin/sleep)" >"$PIDS/server"
  run is_running server
  [[ $status -ne 0 ]]
  stop_part server TERM 10
  kill -0 "$STRANGER"
}

@test "a record from before a reboot is not believed" {
  start_stranger
  printf '%s %s %s %s\n' "$STRANGER" "$(start_time "$STRANGER")" 00000000-0000-0000-0000-000000000000 "$(readlink -f /bin/sleep)" >"$PIDS/server"
  stop_part server TERM 10
  kill -0 "$STRANGER"
}

@test "a record that names another program is not believed" {
  start_stranger
  printf '%s %s %s /usr/bin/other\n' "$STRANGER" "$(start_time "$STRANGER")" "$(boot_id)" >"$PIDS/server"
  stop_part server TERM 10
  kill -0 "$STRANGER"
}

@test "a record that makes no sense is not believed" {
  printf 'what is this\n' >"$PIDS/server"
  stop_part server TERM 10
  [[ ! -e $PIDS/server ]]
}

@test "a part that ends at once is reported with its last lines" {
  run start_and_wait_for_nothing
  [[ $status -eq 1 ]]
  [[ $output == *"No such file"* && $output == *"broken could not be started"* ]]
}

start_and_wait_for_nothing() {
  start_part broken /bin/cat /nonexistent-file
  wait_for broken 10 false
}

@test "down leaves processes alone that it did not start" {
  start_stranger
  RAPT_INSTANCE=$INSTANCE run "$ROOT/rapt" down
  [[ $status -eq 0 ]]
  kill -0 "$STRANGER"
}

@test "up says which port is taken and what to do" {
  start_listener
  PORT=$LISTENER_PORT RAPT_INSTANCE=$INSTANCE run "$ROOT/rapt" up --detach
  [[ $status -eq 1 && $output == *"port $LISTENER_PORT is in use"* && $output == *"PORT="* ]]
  kill -0 "$LISTENER"
}

@test "two parts never choose one port, whatever they remember" {
  PORT=4800
  mkdir -p "$VAR/ports"
  echo 4850 >"$VAR/ports/registry"
  echo 4850 >"$VAR/ports/demo-model"
  first=$(remembered_port registry 4801)
  second=$(remembered_port demo-model 4802)
  [[ $first != "$second" && $first != "$PORT" && $second != "$PORT" ]]
  PORT=$first
  [[ $(remembered_port registry "$first") != "$PORT" ]]
}
