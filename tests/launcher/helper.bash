# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# The launcher's parts, on an instance of the test's own, with real processes, a real PostgreSQL and a real Redis.

setup_instance() {
  ROOT=$(cd -- "$BATS_TEST_DIRNAME/../.." && pwd -P)
  unset DATABASE_URL REDIS_URL MARKETPLACE_URL AI_API_KEY AI_GATEWAY_URL PORT HOST RAPT_INSTANCE
  local library
  for library in common steps account process packages node build instance services cgroup programs registry system passthrough suite; do
    # shellcheck source=/dev/null
    source "$ROOT/deploy/lib/$library.sh"
  done
  chmod 0755 "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
  INSTANCE=$BATS_TEST_TMPDIR/i
  use_instance "$INSTANCE"
}

teardown_instance() {
  local record
  for record in "$PIDS"/*; do
    [[ ! -f $record ]] || stop_part "$(basename -- "$record")" KILL 10
  done
  [[ $SOCKETS == "$VAR"/* ]] || rm -rf -- "$SOCKETS"
}

# A process that this test owns and the launcher did not start.
start_stranger() {
  sleep 600 3>&- &
  STRANGER=$!
}

# The port of something that listens, which is not ours to stop.
start_listener() {
  LISTENER_PORT=$(free_port 4700)
  perl -MIO::Socket::INET -e '
    my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 1) or die $!; sleep 600' "$LISTENER_PORT" 3>&- &
  LISTENER=$!
  until port_is_busy "$LISTENER_PORT"; do kill -0 "$LISTENER"; done
}
