#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Installs RaptScallions on a bare Debian 12 machine from the archive of a release: docs/updating.md. Later releases are
# taken by `rapt update`. What was done is left alone when this is run again after a failure.
set -euo pipefail
umask 022

readonly USER_NAME=raptscallions
readonly VAR=/var/lib/raptscallions
readonly SETTINGS=/etc/raptscallions/environment
# As the systemd unit has it.
readonly HOME_DIR=/opt/raptscallions
WORK=""

say() { printf '%s\n' "$*"; }
die() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}
clear_away() { if [[ -n $WORK ]]; then rm -rf -- "$WORK"; fi; }
trap clear_away EXIT

usage() {
  cat <<'TEXT'
install.sh ARCHIVE --sha256 HEX

  ARCHIVE       raptscallions-VERSION-ARCHITECTURE.tar.gz
  --sha256 HEX  its digest, from where the release was announced: not from where the archive came from

DATABASE_URL and REDIS_URL name servers that are there already. Where one is not set, PostgreSQL or Redis is installed
on this machine. The account of DATABASE_URL owns its database and may make roles (CREATEROLE).
TEXT
}

read_words() {
  ARCHIVE="" DIGEST=""
  while (($# > 0)); do
    case $1 in
      -h | --help) usage && exit 0 ;;
      --sha256)
        (($# > 1)) || die "--sha256 needs the digest."
        DIGEST=$2
        shift
        ;;
      -*) die "There is no option $1. See install.sh --help." ;;
      *)
        [[ -z $ARCHIVE ]] || die "One archive is enough."
        ARCHIVE=$1
        ;;
    esac
    shift
  done
  [[ -n $ARCHIVE ]] || { usage >&2 && exit 2; }
  [[ $DIGEST =~ ^[0-9a-f]{64}$ ]] || die "Say --sha256 with the release's digest: 64 hexadecimal digits."
}

check_machine() {
  [[ $(id -u) == 0 ]] || die "Run this as root."
  local name
  # shellcheck source=/dev/null
  name=$(. /etc/os-release && printf '%s %s' "$ID" "${VERSION_ID:-}")
  [[ $name == "debian 12" ]] || die "This is $name. Releases are built for Debian 12."
  [[ ! -e $HOME_DIR/current && ! -L $HOME_DIR/current ]] ||
    die "RaptScallions is installed already in $HOME_DIR. Go to another release with: rapt update apply VERSION"
}

# The one thing that is believed is the digest; nothing in the archive runs before it was compared.
check_archive() {
  [[ -f $ARCHIVE ]] || die "There is no file $ARCHIVE."
  local name found
  name=$(basename -- "$ARCHIVE" .tar.gz)
  [[ $name =~ ^raptscallions-([0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*)-(x86_64|aarch64)-linux-gnu$ ]] ||
    die "$ARCHIVE is not named raptscallions-VERSION-ARCHITECTURE.tar.gz."
  VERSION=${BASH_REMATCH[1]} FOLDER=$name
  [[ ${BASH_REMATCH[2]} == "$(uname -m)" ]] || die "The release is for ${BASH_REMATCH[2]}, and this machine is $(uname -m)."
  # A copy of its own, so that what is compared is what is unpacked.
  mkdir -p -- "$HOME_DIR/releases"
  WORK=$(mktemp -d -- "$HOME_DIR/install.XXXXXX")
  cp -- "$ARCHIVE" "$WORK/archive.tar.gz"
  found=$(sha256sum "$WORK/archive.tar.gz")
  [[ ${found%% *} == "$DIGEST" ]] || die "The digest of $ARCHIVE is ${found%% *}, not $DIGEST: it is another file, or damaged."
  tar -xzf "$WORK/archive.tar.gz" -C "$WORK" --no-same-owner
  [[ -x $WORK/$FOLDER/bin/rapt && -f $WORK/$FOLDER/release.json ]] || die "$ARCHIVE holds no release."
}

install_packages() {
  local -a wanted missing=()
  mapfile -t wanted < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$WORK/$FOLDER/deploy/bare/packages.txt")
  [[ -n ${DATABASE_URL:-} ]] || wanted+=(postgresql-15)
  [[ -n ${REDIS_URL:-} ]] || wanted+=(redis-server)
  local one
  for one in "${wanted[@]}"; do
    [[ $(dpkg-query -W -f '${Status}' "$one" 2>/dev/null) == "install ok installed" ]] || missing+=("$one")
  done
  if ((${#missing[@]} > 0)); then
    say "Installing ${missing[*]}"
    apt-get update -q || die "The lists of packages could not be fetched. Is there a network?"
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" ||
      die "Packages could not be installed: ${missing[*]}"
  fi
  local absent
  absent=$(ldd "$WORK/$FOLDER/bin/rapt" | sed -n 's/^[[:space:]]*\([^ ]*\) => not found$/\1/p' | tr '\n' ' ')
  [[ -z $absent ]] || die "Libraries are missing that the release needs: $absent"
}

make_account() {
  getent passwd "$USER_NAME" >/dev/null ||
    useradd --system --user-group --home-dir "$VAR" --shell /usr/sbin/nologin "$USER_NAME"
  install -d -o "$USER_NAME" -g "$USER_NAME" -m 0700 "$VAR"
  install -d -m 0755 /etc/raptscallions
}

# Modules with tables log in with a password of their own, which PostgreSQL's usual pg_hba.conf allows from 127.0.0.1.
make_database() {
  local password=$1
  systemctl start postgresql 2>/dev/null || service postgresql start >/dev/null || die "PostgreSQL could not be started."
  local verb=CREATE there
  there=$(as_postgres -tAc "SELECT 1 FROM pg_roles WHERE rolname = '$USER_NAME'") || die "PostgreSQL cannot be asked."
  [[ $there != 1 ]] || verb=ALTER
  # By standard input: no argument holds a password.
  as_postgres -v ON_ERROR_STOP=1 -q <<<"$verb ROLE $USER_NAME LOGIN CREATEROLE PASSWORD '$password'" ||
    die "The account $USER_NAME could not be made in PostgreSQL."
  there=$(as_postgres -tAc "SELECT 1 FROM pg_database WHERE datname = '$USER_NAME'")
  [[ $there == 1 ]] || as_postgres -q -c "CREATE DATABASE $USER_NAME OWNER $USER_NAME" || die "The database could not be made."
}
as_postgres() { (cd / && runuser -u postgres -- psql -X "$@"); }

write_settings() {
  if [[ -e $SETTINGS ]]; then
    say "Keeping $SETTINGS"
    return
  fi
  local database=${DATABASE_URL:-} redis=${REDIS_URL:-redis://127.0.0.1:6379/0} password
  if [[ -z $database ]]; then
    password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    make_database "$password"
    database=postgresql://$USER_NAME:$password@127.0.0.1/$USER_NAME
  fi
  local part
  part=$(mktemp /etc/raptscallions/.environment.XXXXXX)
  cat >"$part" <<TEXT
# Settings of RaptScallions: \`rapt config\` tells them all. This file holds secrets.
DATABASE_URL=$database
REDIS_URL=$redis
# Where people reach it. Put a server that speaks HTTPS in front of 127.0.0.1:3000.
PUBLIC_URL=
AI_GATEWAY_URL=https://openrouter.ai/api/v1
AI_API_KEY=
# The registry that modules and releases come from, and whether releases are taken without being asked.
MARKETPLACE_URL=
AUTO_UPDATE=0
TEXT
  chown root:"$USER_NAME" "$part"
  chmod 0640 "$part"
  mv -- "$part" "$SETTINGS"
}

# As systemd reads it: one NAME=value a line, nothing is expanded.
run_rapt() {
  local -a set=()
  mapfile -t set < <(grep -E '^[A-Z][A-Z0-9_]*=' "$SETTINGS")
  (cd "$VAR" && export "${set[@]}" DEPLOYMENT_TYPE=bare RAPT_HOME="$HOME_DIR" RAPT_VAR_DIR="$VAR" \
    RAPT_ENV=production RAPT_MIGRATIONS_DIR="$HOME_DIR/releases/$VERSION/migrations" &&
    runuser -u "$USER_NAME" --preserve-environment -- "$HOME_DIR/releases/$VERSION/bin/rapt" "$@")
}

put_release() {
  local whole=$HOME_DIR/releases/$VERSION
  if [[ -e $whole ]]; then rm -rf -- "$whole"; fi
  find "$WORK/$FOLDER" -type f -exec chmod a-w,a+r {} +
  mv -T -- "$WORK/$FOLDER" "$whole"
  chown "$USER_NAME:$USER_NAME" "$HOME_DIR" "$HOME_DIR/releases"
  chown -R "$USER_NAME:$USER_NAME" "$whole"
  sync -f "$whole"
}

start_service() {
  ln -sfn "releases/$VERSION" "$HOME_DIR/current.part"
  chown -h "$USER_NAME:$USER_NAME" "$HOME_DIR/current.part"
  mv -T -- "$HOME_DIR/current.part" "$HOME_DIR/current"
  ln -sfn "$HOME_DIR/current/bin/rapt" /usr/local/bin/rapt
  install -m 0644 "$HOME_DIR/current/deploy/systemd/raptscallions.service" /etc/systemd/system/raptscallions.service
  if [[ ! -d /run/systemd/system ]]; then
    say "RaptScallions $VERSION is installed. systemd does not run here: start \`rapt agent\` as $USER_NAME yourself."
    return
  fi
  systemctl daemon-reload
  systemctl enable --now raptscallions.service ||
    die "The service does not start. Read: journalctl -u raptscallions.service"
  say "RaptScallions $VERSION serves on 127.0.0.1:3000. Settings: $SETTINGS, then: systemctl restart raptscallions"
}

main() {
  read_words "$@"
  check_machine
  check_archive
  install_packages
  make_account
  write_settings
  put_release
  run_rapt migrate || die "The database could not be migrated. Mend DATABASE_URL in $SETTINGS and run this again."
  start_service
}

main "$@"
