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

# start_ending_part NAME: a part whose first thread has ended and whose second holds LISTENED for another second, as a
# killed one looks while the kernel has not come to its other threads. 60 is exit(2), which ends one thread alone.
start_ending_part() {
  LISTENED=$(free_port 4750)
  # shellcheck disable=SC2016
  start_part "$1" /usr/bin/perl -Mthreads -MIO::Socket::INET -e '
    my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 1) or die $!;
    threads->create(sub { sleep 1 until -e $ARGV[1]; sleep 1; exit 0 })->detach;
    sleep 1 until -e $ARGV[1];
    syscall(60, 0);' "$LISTENED" "$BATS_TEST_TMPDIR/end"
  until port_is_busy "$LISTENED"; do is_running "$1"; done
  touch "$BATS_TEST_TMPDIR/end"
  until ! is_running "$1"; do :; done
  is_ending "$1"
}

@test "up waits for the port of a server that was killed and is not gone yet" {
  start_ending_part server
  PORT=$LISTENED
  need_port
  [[ $(free_port "$LISTENED") == "$LISTENED" ]]
}

@test "a part that was killed gets its port again" {
  start_ending_part registry
  PORT=4800
  mkdir -p "$VAR/ports"
  echo "$LISTENED" >"$VAR/ports/registry"
  [[ $(remembered_port registry 4801) == "$LISTENED" ]]
}

@test "down ends when the port of what it stops is free" {
  start_ending_part server
  stop_part server TERM 10
  [[ $(free_port "$LISTENED") == "$LISTENED" && ! -e $PIDS/server ]]
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
