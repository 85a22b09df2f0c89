# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# Debian packages: which of deploy/packages.txt are missing, and how they are installed without starting or touching
# any service of the machine.
set -euo pipefail

# Prints the packages of the given sections.
packages_of() {
  local wanted=" $* " section='' line
  while read -r line; do
    case $line in
      '' | '#'*) ;;
      '['*']') section=${line//[\[\]]/} ;;
      *) [[ $wanted != *" $section "* ]] || printf '%s\n' "$line" ;;
    esac
  done <"$DEPLOY/packages.txt"
}

# Prints those of the given packages that are not installed. A Node.js, npm or rustc of another origin will do, and
# Debian's package might clash with it.
missing_packages() {
  local installed
  # dpkg-query fails when it has never heard of one of them; what it prints about the others counts.
  # shellcheck disable=SC2016
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | awk '$2 == "installed" { print $1 }' || true)
  ! has node || installed+=$'\nnodejs'
  ! has npm || installed+=$'\nnpm'
  ! has rustc || installed+=$'\nrustc'
  printf '%s\n' "$@" | grep -Fxv -f <(printf '%s\n' "$installed") || true
}

# ensure_packages SECTION…
ensure_packages() {
  has dpkg-query || die "this machine has no dpkg." \
    "RaptScallions installs what it needs on Debian 12. Elsewhere, install what deploy/packages.txt names."
  local needed missing
  mapfile -t needed < <(packages_of "$@")
  mapfile -t missing < <(missing_packages "${needed[@]}")
  if [[ ${#missing[@]} -eq 0 ]]; then
    say "==> Debian packages: all ${#needed[@]} are installed"
    return
  fi
  grep -q '^VERSION_CODENAME=bookworm' /etc/os-release 2>/dev/null ||
    warn "this is not Debian 12, so some of the packages may have other names or versions here"
  become_administrator "${missing[@]}"
  remedy "If the network is down, try again later; else run: apt-get install ${missing[*]}"
  step "Debian packages: installing ${#missing[@]} (${missing[*]:0:6}${missing[6]:+ …})" packages install_packages "${missing[@]}"
}

# As an ordinary user: says what sudo is for, and asks for the password in the open, before the step hides its output.
become_administrator() {
  ADMINISTRATOR=()
  ! is_root || return 0
  has sudo || die "these Debian packages are missing, and there is no sudo to install them: $*" \
    "As root, run: apt-get update && apt-get install --no-install-recommends $*" "Then run ./rapt again as yourself."
  say "    sudo is asked for to install Debian packages, and for nothing else: $*"
  sudo -v || die "sudo refused, so these packages stay missing: $*" \
    "As root, run: apt-get update && apt-get install --no-install-recommends $*"
  ADMINISTRATOR=(sudo -n)
}

as_administrator() { "${ADMINISTRATOR[@]}" "$@"; }

install_packages() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  as_administrator "${apt[@]}" update
  keep_services_quiet "$@"
  trap unquiet_services EXIT
  as_administrator "${apt[@]}" install --no-install-recommends "$@"
}

# Debian starts a PostgreSQL cluster and a Redis of its own when their packages arrive. This project runs private
# ones, so those that arrive now are kept from starting; what was there before is left as it is.
keep_services_quiet() {
  local arriving=" $* " quiet='none'
  QUIETED=()
  if [[ ! -d /etc/postgresql-common ]]; then
    write_as_administrator 0644 /etc/postgresql-common/createcluster.d/raptscallions.conf <<<'create_main_cluster = false'
  fi
  [[ $arriving != *" postgresql-15 "* ]] || quiet+='|postgresql*'
  [[ $arriving != *" redis-server "* ]] || quiet+='|redis*'
  [[ ! -e /usr/sbin/policy-rc.d ]] || grep -q "Made by RaptScallions" /usr/sbin/policy-rc.d || return 0
  write_as_administrator 0755 /usr/sbin/policy-rc.d <<TEXT
#!/bin/sh
# Made by RaptScallions' ./rapt while it installs packages; it may be deleted.
case "\$1" in $quiet) exit 101 ;; esac
exit 0
TEXT
}

write_as_administrator() {
  as_administrator mkdir -p -- "$(dirname -- "$2")"
  as_administrator tee -- "$2" >/dev/null
  as_administrator chmod "$1" -- "$2"
  QUIETED+=("$2")
}

unquiet_services() { [[ ${#QUIETED[@]} -eq 0 ]] || as_administrator rm -f -- "${QUIETED[@]}"; }
