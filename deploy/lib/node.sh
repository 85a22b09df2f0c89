# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# Node.js and the pages. Debian 12's Node.js is too old for the pages' tools, so a newer one, and its npm, are
# installed as locked npm packages into deploy/node; Debian's npm is used for that alone.
set -euo pipefail

NODE_HOME=$DEPLOY/node
WEB=$ROOT/web

node_arch() {
  case $(uname -m) in
    x86_64) printf x64 ;;
    aarch64) printf arm64 ;;
    *) die "there is no Node.js package for this machine ($(uname -m))." "x86_64 and aarch64 are supported." ;;
  esac
}

node_program() { printf '%s/node_modules/node-linux-%s/bin/node' "$NODE_HOME" "$(node_arch)"; }

# Puts the locked Node.js and npm first in PATH.
use_node() {
  PATH=$(dirname -- "$(node_program)"):$NODE_HOME/node_modules/.bin:$PATH
  export PATH npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false
}

# npm_ci_when_changed FOLDER: installs by the lock file unless exactly that was installed before.
lock_hash() { cat "$1/package.json" "$1/package-lock.json" "$NODE_HOME/package-lock.json" | sha256sum | cut -d' ' -f1; }

lock_is_installed() { [[ -f $1/node_modules/.raptscallions && $(<"$1/node_modules/.raptscallions") == "$(lock_hash "$1")" ]]; }

npm_ci() {
  cd -- "$1"
  npm ci --no-audit --no-fund
  mkdir -p node_modules
  lock_hash "$1" >node_modules/.raptscallions
}

ensure_node() {
  if lock_is_installed "$NODE_HOME" && "$(node_program)" --version >/dev/null 2>&1; then
    say "==> Node.js $("$(node_program)" --version): installed"
  else
    remedy "npm fetches Node.js from its registry; if the network is down, try again later."
    step "Node.js: installing the locked version" node npm_ci "$NODE_HOME"
  fi
  use_node
}

# ensure_npm_packages FOLDER NAME
ensure_npm_packages() {
  ! lock_is_installed "$1" || return 0
  remedy "npm fetches packages from its registry; if the network is down, try again later."
  step "npm packages of $2: installing by the lock file" "npm-$2" npm_ci "$1"
}

pages_hash() { hash_of_files "$WEB"; }

build_pages() {
  cd -- "$WEB"
  npm run build
  pages_hash >"$ROOT/build/pages.hash"
}

ensure_pages() {
  ensure_npm_packages "$WEB" web
  mkdir -p -- "$ROOT/build"
  if [[ -f $WEB/dist/index.html && -f $WEB/dist-registry/index.html && -f $ROOT/build/pages.hash && $(<"$ROOT/build/pages.hash") == "$(pages_hash)" ]]; then
    say "==> Pages: unchanged"
  else
    remedy "Mend what the log names, then run ./rapt again."
    step "Pages: building" pages build_pages
  fi
}
