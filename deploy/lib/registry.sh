# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# A registry of this system's own: its database, its keys, and the modules of this checkout, published as any author would.
set -euo pipefail

registry_dir() { printf '%s/registry' "$VAR"; }
registry_keys() { printf '%s/root/online' "$(registry_dir)"; }
registry_root() { printf '%s/root/metadata/1.root.json' "$(registry_dir)"; }

# Sets OWN_REGISTRY, REGISTRY_PORT, REGISTRY_DATABASE_URL and MARKETPLACE_URL.
read_registry_settings() {
  OWN_REGISTRY=yes REGISTRY_DATABASE_URL=${MARKETPLACE_DATABASE_URL:-}
  [[ -z ${MARKETPLACE_URL:-} ]] || OWN_REGISTRY=no
  [[ $OWN_REGISTRY == yes ]] || return 0
  ! registry_needs_cluster || REGISTRY_DATABASE_URL="postgresql://raptscallions@/raptscallions_registry?host=$(url_encode "$SOCKETS")"
  REGISTRY_PORT=$(remembered_port registry $((PORT + 1)))
  export MARKETPLACE_URL=http://127.0.0.1:$REGISTRY_PORT
}

# A registry without a database of its own has one in the private cluster, also where the server's is somebody's own.
registry_needs_cluster() { [[ $OWN_REGISTRY == yes && -z ${MARKETPLACE_DATABASE_URL:-} ]]; }

needs_cluster() { [[ $OWN_DATABASE == yes ]] || registry_needs_cluster; }

ensure_registry_database() {
  registry_needs_cluster || return 0
  psql_as postgres -d postgres <<'SQL' 2>&1 | sed 's/^/    /'
SELECT 'CREATE DATABASE raptscallions_registry OWNER raptscallions'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'raptscallions_registry') \gexec
SQL
}

# The address of a database may hold a password: it is never an argument.
run_registry() {
  local -x MARKETPLACE_DATABASE_URL=$REGISTRY_DATABASE_URL
  as_service "$(program rapt-marketplace)" "$@"
}

# Keys and metadata of a registry for demonstration: no ceremony, and all in one place.
make_registry() {
  service_dir "$(registry_dir)"
  run_registry migrate
  run_registry root develop "$(registry_dir)/root"
  run_registry root take "$(registry_dir)"/root/metadata/*.json --keys "$(registry_keys)"
}

start_registry() {
  [[ $OWN_REGISTRY == yes ]] && ! is_running registry || return 0
  ensure_registry_database
  step "Registry: its database and its keys" registry-keys make_registry
  say "==> Registry: starting at $MARKETPLACE_URL"
  local -x MARKETPLACE_DATABASE_URL=$REGISTRY_DATABASE_URL
  start_part registry "$(program rapt-marketplace)" serve --blobs "$(registry_dir)/blobs" --keys "$(registry_keys)" \
    --web "$REGISTRY_WEB_ROOT" --rapt "$(program rapt)" --public-url "$MARKETPLACE_URL" --port "$REGISTRY_PORT"
  wait_for registry 60 registry_answers
}

registry_answers() { curl --noproxy '*' -sSf -o /dev/null --max-time 5 "$MARKETPLACE_URL/health"; }

# The key that signed the demonstration modules, made by the build target `bundles`.
publisher_key() { printf '%s/keys/raptscallions.%s' "$BUILD" "$1"; }

category_of() {
  case $1 in
    safety-filter*) printf safety ;;
    struggle-detector*) printf analytics ;;
    oidc*) printf login ;;
    class-webhook*) printf integration ;;
    reading-log*) printf content ;;
    *) printf other ;;
  esac
}

# Whoever runs the registry knows this publisher, and looks at what the registry's check could not judge.
publish_modules() {
  local name
  run_registry publisher add raptscallions "$VAR/keys/raptscallions.pub" --again --title RaptScallions --keys "$(registry_keys)"
  for name in safety-filter struggle-detector reading-log class-webhook oidc; do
    publish_module "$BUNDLES/$name"-*.rapt || is_published_otherwise "$BUNDLES/$name"-*.rapt
  done
}

publish_module() {
  local said
  said=$(hand_in "$1" --json) || { printf '%s\n' "$said"; return 1; }
  printf '%s\n' "$said"
  [[ $said == *'"state": "review"'* || $said == *'"state":"review"'* ]] || return 0
  run_registry review approve "$(basename -- "$1" .rapt | sed 's/-\([0-9]\)/@\1/')" --note 'It comes with this registry.' && hand_in "$1"
}

hand_in() {
  XDG_STATE_HOME=$VAR/author "$(program rapt)" publish "$1" --key "$(publisher_key key)" --registry "$MARKETPLACE_URL" \
    --root "$(registry_root)" --category "$(category_of "$(basename -- "$1")")" "${@:2}"
}

# A module that was built anew under a version that is published is no fault of who builds it: a host of this system gets
# it from its file.
is_published_otherwise() {
  local module
  module=$(basename -- "$1" .rapt)
  curl --noproxy '*' -sSf -o /dev/null --max-time 10 "$MARKETPLACE_URL/api/modules/${module%-*}/versions/${module##*-}" || return 1
  echo "$module is in the registry with other bytes: raise its version to publish it."
}

# The build may have made these bundles anew under the same version.
install_demo_modules() {
  local name
  [[ $OWN_REGISTRY == no ]] || run_rapt trust root "$(registry_root)"
  for name in safety-filter struggle-detector; do install_demo_module "$name" "$BUNDLES/$name"-*.rapt || return 1; done
}

install_demo_module() {
  if [[ $OWN_REGISTRY == yes ]] && ! offers_bytes_of "$1" "$2"; then
    run_rapt module install "$2" --yes --replace
  else
    run_rapt module install "$1" --yes --replace
  fi
}

offers_bytes_of() {
  local version sum
  version=$(basename -- "$2" .rapt)
  sum=$(sha256sum -- "$2")
  curl --noproxy '*' -sS --max-time 10 "$MARKETPLACE_URL/api/modules/$1/versions/${version##*-}" | grep -q -- "${sum%% *}"
}
