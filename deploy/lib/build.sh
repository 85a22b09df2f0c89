# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# The programs: configure once, then let Ninja decide what has changed.
set -euo pipefail

# As many compilers at once as there are cores, but no more than memory allows (a heavy file takes about 1.5 GB).
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '$1 == "MemAvailable:" { print int($2 / 1572864) }' /proc/meminfo)
  ((memory >= 1)) || memory=1
  printf '%s' "$((cores < memory ? cores : memory))"
}

configure_and_build() {
  cd -- "$ROOT"
  [[ -f $BUILD/build.ninja ]] || cmake --preset "$PRESET"
  NINJA_STATUS='[%f/%t] ' nice cmake --build --preset "$PRESET" --parallel "$(build_jobs)" "$@"
}

# ensure_programs TARGET…
ensure_programs() {
  local target arguments=()
  for target in "$@"; do arguments+=(--target "$target"); done
  remedy "Mend what the log names, then run ./rapt again. A first build needs about 4 GB of disk."
  step "Programs: building ($PRESET)" build configure_and_build "${arguments[@]}"
}

# prepare SECTIONS TARGET…: everything that must be built before anything can run. One launcher at a time does this in a
# checkout: neither Ninja nor npm bears a second one beside it.
prepare() {
  local sections=$1 lock
  shift
  mkdir -p -- "$ROOT/build"
  exec {lock}>"$ROOT/build/lock"
  flock --nonblock "$lock" || { note "waiting for another ./rapt that builds in this checkout" && flock "$lock"; }
  # shellcheck disable=SC2086
  ensure_packages $sections
  ensure_node
  ensure_programs "$@"
  ensure_pages
  exec {lock}>&-
}

command_build() {
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  prepare "build run" all bundles
}
