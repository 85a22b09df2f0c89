# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# Releases of the platform: `./rapt release pack --version V` builds, stages and packs this checkout; every other
# `release …` is the program's own. docs/releasing.md tells the whole way.
set -euo pipefail

command_release() {
  if [[ ${1:-} == pack && ${2:-} == --* && " $* " != *' --help '* ]]; then
    shift
    pack_release "$@"
  else
    command_passthrough release "$@"
  fi
}

# The value of an option among the words.
option_of() {
  local name=$1
  shift
  while [[ $# -gt 0 ]]; do
    case $1 in
      "$name") printf '%s' "${2:-}" && return ;;
      "$name="*) printf '%s' "${1#*=}" && return ;;
    esac
    shift
  done
}

# What the source was, when all of it is committed: then whoever builds the same commit gets the same words.
source_words() {
  [[ -z $(git -C "$ROOT" status --porcelain 2>&1) ]] || { warn "the source is not a clean checkout: the release will not say what it was built of." && return 0; }
  printf -- '--commit\n%s\n--built-at\n%s\n' "$(git -C "$ROOT" rev-parse HEAD)" \
    "$(TZ=UTC git -C "$ROOT" log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)"
}

# What authors of modules need, where the programs of a release look for it. Nobody debugs the test kit there.
stage_sdk() {
  cmake --install "$BUILD" --prefix "$1/sdk" --component sdk
  find "$1/sdk" -name '*.a' -exec strip --strip-debug {} +
}

stage_release() {
  rm -rf -- "$1"
  cmake --install "$BUILD" --prefix "$1" --component release --strip
  stage_sdk "$1"
  node "$DEPLOY/lib/sbom.mjs" "$2" "$1/bin" "$WEB/package-lock.json" >"$1/sbom.json"
}

pack_release() {
  local version source stage=$BUILD/release-stage
  version=$(option_of --version "$@")
  [[ -n $version ]] || die "\`release pack\` needs a version." "./rapt release pack --version 1.2.3"
  use_instance "${RAPT_INSTANCE:-$ROOT/var}"
  prepare "build run" rapt rapt-runner rapt-marketplace >&2
  step "Release: staging below $stage" release-stage stage_release "$stage" "$version" >&2
  mapfile -t source < <(source_words)
  "$BUILD/bin/rapt" release pack "$stage" "${source[@]}" "$@"
}
