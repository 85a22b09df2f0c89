# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
set -euo pipefail
# Every test, stage by stage, each by its own runner; their JUnit reports are added up to one closing line.
# All runs on databases, sockets and ports of its own below var/test, beside whatever ./rapt up is running.

PASSED=0 FAILED=0 SKIPPED=0
TOLD=() FAILURES=()

command_test() {
  [[ $# -le 1 && ${1:-} != -* ]] || die "\`test\` takes one argument at most, part of the names of the tests to run." "For example: ./rapt test chat"
  FILTER=${1:-}
  use_instance "$ROOT/var/test"
  lock_instance
  REPORTS=$VAR/reports
  rm -rf -- "$REPORTS"
  mkdir -p -- "$REPORTS"
  trap 'close_suite $?' EXIT
  prepare "build run test" all bundles
  run_stages
  ((FAILED == 0 && PASSED > 0))
}

# Ends what the tests ran on and prints the closing line, also when the suite was cut short (which is a failure).
close_suite() {
  local status=$1 line
  trap '' EXIT INT TERM HUP
  set +e
  abandon_step
  end_test_systems
  ((status == 0 || FAILED > 0)) || FAILED=1
  say ""
  # Last, since whoever keeps only the end of a long log wants these.
  for line in "${FAILURES[@]}"; do say "$line"; done
  for line in "${TOLD[@]}"; do note "$line"; done
  note "whole: $SECONDS s; reports in $REPORTS"
  printf '%s passed, %s failed%s\n' "$PASSED" "$FAILED" "$( ((SKIPPED == 0)) || printf ', %s skipped' "$SKIPPED")"
  exit "$status"
}

run_stages() {
  unset DATABASE_URL REDIS_URL MARKETPLACE_URL AI_API_KEY AI_GATEWAY_URL AI_DEFAULT_MODEL AI_EMBEDDING_MODEL PORT HOST
  start_scratch_services
  run_stage launcher launcher_tests
  # The programs' tests start an S3 server from there.
  ensure_npm_packages "$ROOT/tests/s3" s3
  run_stage programs ctest_tests
  run_stage web web_tests
  ensure_npm_packages "$ROOT/tests/tuf" tuf
  run_stage tuf node_tests "$ROOT/tests/tuf"
  run_stage update node_tests "$ROOT/tests/update"
  run_system_stages
}

# Folders of tests that ask a running system from outside, by Node's own runner.
run_system_stages() {
  local folder folders=()
  for folder in e2e browser; do
    compgen -G "$ROOT/tests/$folder/*.test.mjs" >/dev/null || continue
    folders+=("$folder")
    [[ ! -f $ROOT/tests/$folder/package.json ]] || ensure_npm_packages "$ROOT/tests/$folder" "$folder"
  done
  [[ ${#folders[@]} -gt 0 ]] || return 0
  start_test_system
  for folder in "${folders[@]}"; do run_stage "$folder" node_tests "$ROOT/tests/$folder"; done
}

# run_stage NAME COMMAND…: COMMAND writes its report to $REPORT. A runner that fails without saying which test did, or
# that ran none, counts as one failure, so that it cannot pass unseen.
run_stage() {
  local name=$1 began=$SECONDS status=0 passed failed skipped
  shift
  REPORT=$REPORTS/$name.xml
  say "==> Tests: $name"
  "$@" 2>&1 | tee -- "$REPORTS/$name.log" || status=$?
  {
    read -r passed failed skipped
    mapfile -t -O "${#FAILURES[@]}" FAILURES
  } < <(node "$DEPLOY/lib/count-tests.mjs" "$REPORT" 2>>"$REPORTS/$name.log")
  if ((status != 0 && failed == 0)); then
    FAILURES+=("FAILED: the tests of $name ended with status $status and named no failed test; see $REPORTS/$name.log")
    failed=1
  elif ((passed + failed == 0)) && [[ -z $FILTER ]]; then
    FAILURES+=("FAILED: no test of $name was run")
    failed=1
  fi
  PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
  TOLD+=("$(printf '%-9s %4d passed, %d failed, %d skipped, %d s' "$name" "$passed" "$failed" "$skipped" $((SECONDS - began)))")
}

launcher_tests() {
  local filter=() status=0
  [[ -z $FILTER ]] || filter=(--filter "$FILTER")
  bats --report-formatter junit --output "$REPORTS" "${filter[@]}" "$ROOT/tests/launcher" || status=$?
  mv -f -- "$REPORTS/report.xml" "$REPORT" && return "$status"
}

ctest_tests() {
  local filter=()
  [[ -z $FILTER ]] || filter=(--tests-regex "$FILTER")
  ctest --test-dir "$BUILD" --output-junit "$REPORT" --output-on-failure --parallel "$(nproc)" "${filter[@]}"
}

web_tests() {
  local filter=()
  [[ -z $FILTER ]] || filter=(--testNamePattern "$FILTER" --passWithNoTests)
  cd -- "$WEB" || return
  npm test -- --reporter=default --reporter=junit --outputFile.junit="$REPORT" "${filter[@]}"
}

node_tests() {
  local filter=()
  [[ -z $FILTER ]] || filter=(--test-name-pattern "$FILTER")
  cd -- "$1" || return
  node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=junit --test-reporter-destination="$REPORT" "${filter[@]}"
}

# What an earlier run left, were it cut short or not, is ended and removed.
empty_instance() {
  stop_system
  rm -rf -- "$VAR/postgres" "$VAR/redis" "$VAR/server" "$VAR/ports"
}

# A cluster and a Redis for the programs' tests. They are thrown away, so the cluster need not survive a power cut.
start_scratch_services() {
  use_instance "$ROOT/var/test/scratch"
  empty_instance
  PG_FLAGS=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
  read_settings
  start_postgres
  start_redis
  # Each connection is a new process of PostgreSQL, which a busy machine may leave without a processor for seconds.
  export TEST_DATABASE_URL="$DATABASE_URL&connect_timeout=60" TEST_REDIS_URL=$REDIS_URL
  export RAPT_RUNNER=$BUILD/bin/rapt-runner RAPT_BUNDLES_DIR=$BUILD/bundles RAPT_MIGRATIONS_DIR=$ROOT/migrations RAPT_SOURCE_DIR=$ROOT RAPT_BUILD_DIR=$BUILD
  unset DATABASE_URL REDIS_URL PORT HOST
}

# A second whole system, made anew, for what is tested from outside. BASE_URL and RUN_JSON tell where it is;
# RAPT_INSTANCE lets a test stop and start its parts: $RAPT_LAUNCHER stop postgres.
start_test_system() {
  use_instance "$ROOT/var/test/system"
  empty_instance
  PG_FLAGS=(-c fsync=off)
  PORT=$(free_port 4100)
  unset "${!RAPT_@}" MAIL_URL
  # Registering is closed by default; its tests need it.
  export REGISTRATION=open
  read_settings
  start_system
  # What the programs were told must not reach the tests: for a launcher that they call it would be a user's wish.
  unset DATABASE_URL REDIS_URL MARKETPLACE_URL AI_GATEWAY_URL AI_API_KEY "${!RAPT_@}"
  BASE_URL=$(base_url)
  export BASE_URL RUN_JSON RAPT_PRESET=$PRESET RAPT_INSTANCE=$VAR RAPT_LAUNCHER=$ROOT/rapt RAPT_BUILD_DIR=$BUILD CHROMIUM=/usr/bin/chromium SCREENSHOT_DIR=$REPORTS/screenshots
}

end_test_systems() {
  local system
  for system in system scratch; do
    [[ -d $ROOT/var/test/$system ]] || continue
    use_instance "$ROOT/var/test/$system"
    stop_system
  done
}
