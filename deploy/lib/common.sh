# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# Words that every other part of the launcher uses: errors, hashes, encodings, ports. Sourced, never run.
set -euo pipefail

DEPLOY=$ROOT/deploy
PRESET=${RAPT_PRESET:-release}
BUILD=$ROOT/build/$PRESET
# shellcheck disable=SC2034  # these are read by the other files
readonly DEPLOY PRESET BUILD

# Says what went wrong (first argument) and what to do (the others, a line each), and ends with status 1.
die() {
  printf '\nrapt: %s\n' "$1" >&2
  shift
  [[ $# -eq 0 ]] || printf '      %s\n' "$@" >&2
  exit 1
}

warn() { printf 'rapt: %s\n' "$*" >&2; }

no_more_arguments() {
  local word=$1
  shift
  [[ $# -eq 0 ]] || die "\`$word\` takes no argument, but got: $*" "See ./rapt help."
}

is_root() { [[ $EUID -eq 0 ]]; }

has() { command -v "$1" >/dev/null 2>&1; }

# A short name for a text, the same on every run.
short_hash() { printf '%s' "$1" | sha256sum | cut -c1-12; }

# A hash over the contents and names of the given files and folders; node_modules and dist are not looked into.
hash_of_files() {
  find "$@" \( -name node_modules -o -name dist -o -name dist-registry \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

url_encode() {
  local LC_ALL=C text=$1 out='' char i
  for ((i = 0; i < ${#text}; i++)); do
    char=${text:i:1}
    case $char in
      [a-zA-Z0-9._~-]) out+=$char ;;
      *) printf -v char '%%%02X' "'$char" && out+=$char ;;
    esac
  done
  printf '%s' "$out"
}

# Random text that can be read out aloud without doubt: no 0, o, 1, l, i. 15 characters of 31: 74 bits.
readable_secret() {
  local letters=''
  while ((${#letters} < 15)); do
    letters+=$(head -c 256 /dev/urandom | LC_ALL=C tr -dc 'abcdefghjkmnpqrstuvwxyz23456789')
  done
  printf '%s-%s-%s' "${letters:0:5}" "${letters:5:5}" "${letters:10:5}"
}

# Succeeds when something listens on TCP port $1 of any local address (read from the kernel; nothing is connected to).
port_is_busy() {
  local hex
  printf -v hex '%04X' "$1"
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '
    $4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'
}

# Prints the first free TCP port from $1 on.
free_port() {
  local port=$1
  while port_is_busy "$port"; do
    port=$((port + 1))
    ((port < 65536)) || die "there is no free TCP port from $1 on." "Stop something that listens, then try again."
  done
  printf '%s' "$port"
}

check_port() {
  if [[ ! $2 =~ ^[0-9]{1,5}$ ]] || ((10#$2 < 1 || 10#$2 > 65535)); then
    die "$1 must be a number from 1 to 65535, but is \"$2\"." "For example: $1=8080 ./rapt up"
  fi
}
