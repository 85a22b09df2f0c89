#!/usr/bin/env bats
# SPDX-License-Identifier: AGPL-3.0-or-later
# What the launcher says to good and bad words, and what its helpers promise.

load helper.bash

setup() { setup_instance; }
teardown() { teardown_instance; }

@test "help names every command" {
  run "$ROOT/rapt" help
  [[ $status -eq 0 ]]
  for word in up down test bench build doctor status logs; do [[ $output == *"./rapt $word"* ]]; done
}

@test "what is no command is refused with the way to the list" {
  run "$ROOT/rapt" '../../etc'
  [[ $status -eq 1 && $output == *"no command"* && $output == *"./rapt help"* ]]
}

@test "an unknown option of up is named" {
  run "$ROOT/rapt" up --detatch
  [[ $status -eq 1 && $output == *'"--detatch"'* ]]
}

@test "a port that is no port is refused before anything is done" {
  for port in 0 65536 http 3000x -1 ''; do
    [[ -n $port ]] || continue
    PORT=$port RAPT_INSTANCE=$INSTANCE run "$ROOT/rapt" up --detach
    [[ $status -eq 1 && $output == *"PORT must be a number from 1 to 65535"* ]]
  done
}

@test "status of nothing says so and fails" {
  RAPT_INSTANCE=$INSTANCE run "$ROOT/rapt" status
  [[ $status -ne 0 && $output == *"server       stopped"* ]]
}

@test "a log's name cannot lead out of the log folder" {
  RAPT_INSTANCE=$INSTANCE run "$ROOT/rapt" logs ../../../etc/passwd
  [[ $status -eq 1 && $output == *"there is no log called"* ]]
}

@test "addresses keep every byte of a path" {
  [[ $(url_encode '/a b/é%?') == '%2Fa%20b%2F%C3%A9%25%3F' ]]
}

@test "secrets are long and never the same" {
  one=$(readable_secret)
  [[ $one =~ ^[a-z2-9]{5}-[a-z2-9]{5}-[a-z2-9]{5}$ && $one != "$(readable_secret)" ]]
}

@test "a failed step shows the end of its log and the remedy" {
  run failing_step
  [[ $status -eq 1 && $output == *"the reason"* && $output == *"do this"* ]]
}

failing_step() {
  remedy "do this"
  step "Something" something fail_with_reason
}

fail_with_reason() {
  echo "the reason"
  return 1
}

@test "logs are kept for three starts once they are long" {
  log=$LOGS/part.log
  for text in first second; do
    printf '%s' "$text" >"$log"
    head -c 1100000 /dev/zero >>"$log"
    rotate_log "$log"
  done
  [[ ! -s $log && $(head -c 6 "$log.1") == second && $(head -c 5 "$log.2") == first ]]
}

@test "the packages of a section are those listed under it" {
  [[ $(packages_of test) == *chromium* && $(packages_of build run) != *chromium* ]]
  [[ $(packages_of build run) == *postgresql-15* ]]
}

@test "missing packages are those that are not installed" {
  [[ $(missing_packages bash no-such-package-here) == no-such-package-here ]]
}

@test "reports of every runner are added up" {
  use_node
  report=$BATS_TEST_TMPDIR/report.xml
  cat >"$report" <<'XML'
<testsuites><testsuite name="a > b">
<testcase name="one" time="1"/>
<testcase name="two"><system-out>&lt;testcase/> <failure></system-out></testcase>
<testcase name="three &gt; 3"><failure message="a > b">no</failure><system-out>one&#10;two &lt;2&gt;&#27;[2J&#0;</system-out></testcase>
<testcase name="four" status="notrun"><skipped message="why"/></testcase>
<testcase name="five > four"><system-out><![CDATA[<testcase name="fake"/>]]></system-out></testcase>
</testsuite></testsuites>
XML
  [[ $(node "$DEPLOY/lib/count-tests.mjs" "$report") == $'3 1 1\nFAILED: three > 3\n  | no\n  | one\n  | two <2>[2J' ]]
  [[ $(node "$DEPLOY/lib/count-tests.mjs" /nonexistent 2>/dev/null) == "0 0 0" ]]
}

@test "the shell scripts are clean" {
  cd -- "$ROOT"
  run shellcheck -x rapt .ci/run
  [[ $status -eq 0 ]] || { echo "$output" && false; }
}

@test "no lock file names where packages were fetched from" {
  cd -- "$ROOT"
  run git grep -l '"resolved"' -- '*package-lock.json'
  [[ $status -eq 1 ]] || { echo "$output" && false; }
}

@test "a step that is interrupted takes its children with it" {
  interruptible_step 3>&- >/dev/null 2>&1 &
  launcher=$!
  until [[ -s $BATS_TEST_TMPDIR/child ]]; do kill -0 "$launcher"; done
  child=$(<"$BATS_TEST_TMPDIR/child")
  kill -TERM "$launcher"
  run wait "$launcher"
  until ! start_time "$child"; do :; done
}

interruptible_step() {
  trap interrupted INT TERM
  step "Something long" long sleep_and_tell
}

sleep_and_tell() {
  sleep 600 &
  printf '%s\n' "$!" >"$BATS_TEST_TMPDIR/child"
  wait
}
