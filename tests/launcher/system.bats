#!/usr/bin/env bats
# SPDX-License-Identifier: AGPL-3.0-or-later
# A whole system, with the built programs: up twice, after a crash, and down.

load helper.bash

setup() {
  setup_instance
  [[ -x $BUILD/bin/rapt ]] || skip "the programs are not built: ./rapt build"
  export RAPT_INSTANCE=$INSTANCE PORT
  PORT=$(free_port 4500)
}

teardown() { teardown_instance; }

# The process ids in run.json, a line each.
pids_in_run_json() { sed -n '/"pids"/,/}/s/.*: \([0-9]*\),*$/\1/p' "$RUN_JSON"; }

@test "up is ready when it returns, harmless twice, heals after a crash of all or of one part, and down stops all of it" {
  run "$ROOT/rapt" up --detach
  [[ $status -eq 0 ]] || { echo "$output" && false; }
  curl --noproxy '*' -fsS "http://127.0.0.1:$PORT/ready"
  [[ $(stat -c %a -- "$RUN_JSON") == 600 ]]
  first=$(pids_in_run_json)
  [[ $(wc -l <<<"$first") -eq 5 ]]

  run "$ROOT/rapt" up --detach
  [[ $status -eq 0 && $output == *"running already"* && $output != *"building"* ]]
  [[ $(pids_in_run_json) == "$first" ]]

  for pid in $first; do kill -KILL "$pid"; done
  for part in "${PARTS[@]}"; do until ! is_running "$part"; do :; done; done
  run "$ROOT/rapt" up --detach
  [[ $status -eq 0 ]] || { echo "$output" && false; }
  curl --noproxy '*' -fsS "http://127.0.0.1:$PORT/ready"

  for part in "${PARTS[@]}"; do
    kill -KILL "$(pid_of "$part")"
    until ! is_running "$part"; do :; done
    run "$ROOT/rapt" up --detach
    [[ $status -eq 0 ]] || { echo "after $part alone: $output" && false; }
    is_running "$part"
  done
  curl --noproxy '*' -fsS "http://127.0.0.1:$PORT/ready"

  second=$(pids_in_run_json)
  run "$ROOT/rapt" down
  [[ $status -eq 0 && ! -e $RUN_JSON ]]
  for pid in $second; do [[ -z $(start_time "$pid") ]]; done
  ! port_is_busy "$PORT"
}

@test "a server that cannot start is explained, and what was started for it is stopped" {
  REDIS_URL=nonsense://nowhere run "$ROOT/rapt" up --detach
  [[ $status -eq 1 && $output == *"the last lines of"* && $output == *"Stopping what was started"* ]]
  run "$ROOT/rapt" status
  [[ $output != *running* ]]
}
