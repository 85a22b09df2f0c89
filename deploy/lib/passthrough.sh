# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# Words for the program itself, doctor and bench.
set -euo pipefail

# Words that work on the running system need its database and files, so they run as the service user; an author's
# words work on the author's own files, so they run as whoever calls.
works_on_system() { [[ " serve worker jobs migrate doctor module trust update user demo " == *" $1 "* ]]; }

require_program() {
  [[ -x $BUILD/bin/$1 ]] || die "the program $1 is not built yet (it would be $BUILD/bin/$1)." "Build it with ./rapt build, or build and start everything with ./rapt up."
}

command_passthrough() {
  [[ $1 =~ ^[a-z][a-z-]*$ || $1 == --version ]] || die "\"$1\" is no command." "./rapt help lists them."
  require_program rapt
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  read_settings
  export_environment
  # It installs by the launcher's own words, which know whose the instance's files are.
  [[ $1 != dev ]] || export RAPT_LAUNCHER=$ROOT/rapt
  works_on_system "$1" || exec "$BUILD/bin/rapt" "$@"
  service_dir "$STATE"
  [[ $1 != doctor ]] || join_server_cgroup
  is_running server || copy_programs
  hand_over_files "$@"
  [[ -d $VAR/handed-over ]] || exec "${AS_SERVICE[@]}" "$(program rapt)" "${HANDED_OVER[@]}"
  local status=0
  run_rapt "${HANDED_OVER[@]}" || status=$?
  rm -rf -- "$VAR/handed-over"
  return "$status"
}

# As root, a file that the service user cannot read is named by a copy that only this user can, for as long as it takes.
hand_over_files() {
  local word copy
  HANDED_OVER=()
  rm -rf -- "$VAR/handed-over"
  for word in "$@"; do
    [[ ! -f $word ]] || word=$(readlink -f -- "$word")
    if is_root && [[ -f $word ]] && ! service_can_read "$word"; then
      service_dir "$VAR/handed-over"
      copy=$VAR/handed-over/$(basename -- "$word")
      install -o "$SERVICE_USER" -g "$SERVICE_USER" -m 0600 -- "$word" "$copy"
      word=$copy
    fi
    HANDED_OVER+=("$word")
  done
}

command_doctor() {
  local needed missing
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  if [[ ${1:-} != --json ]]; then
    is_running server || note "system              not running: what is away below comes with ./rapt up"
    mapfile -t needed < <(packages_of build run)
    mapfile -t missing < <(missing_packages "${needed[@]}")
    if [[ ${#missing[@]} -eq 0 ]]; then
      note "Debian packages     all installed"
    else
      note "Debian packages     missing: ${missing[*]}  (./rapt up installs them)"
    fi
    if lock_is_installed "$NODE_HOME"; then note "Node.js             $("$(node_program)" --version)"; else note "Node.js             not installed yet (./rapt up does it)"; fi
    if is_root; then note "account             root; database and server run as $SERVICE_USER"; else note "account             $(id -un)"; fi
  fi
  command_passthrough doctor "$@"
}

command_bench() {
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  prepare "build run" rapt rapt-runner rapt-marketplace bundles rapt-bench >&2
  export RAPT_RUNNER=$BUILD/bin/rapt-runner RAPT_BUNDLES_DIR=$BUILD/bundles RAPT_SOURCE_DIR=$ROOT RAPT_BUILD_DIR=$BUILD
  RAPT_NODE=$(node_program) exec "$BUILD/bin/rapt-bench" "$@"
}
