# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# Who owns what. As an ordinary user everything runs as that user. As root, PostgreSQL, Redis and the server run as
# the system user `raptscallions`; and where that user cannot reach the checkout (below /root, say), var/ is a link
# into /var/lib/raptscallions and the built programs are copied there before they start.
set -euo pipefail

SERVICE_USER=raptscallions

# What a command is put behind to run as the service user: in a folder and with a home that this user has.
AS_SERVICE=()
[[ $EUID -ne 0 ]] ||
  AS_SERVICE=(env -C / HOME=/nonexistent setpriv --reuid="$SERVICE_USER" --regid="$SERVICE_USER" --init-groups --)

as_service() { "${AS_SERVICE[@]}" "$@"; }

ensure_service_user() {
  is_root && ! getent passwd "$SERVICE_USER" >/dev/null || return 0
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$SERVICE_USER" ||
    die "the system user $SERVICE_USER could not be made." "PostgreSQL refuses to run as root, so one is needed: adduser --system --group $SERVICE_USER"
  note "made the system user $SERVICE_USER, which runs the database and the server"
}

service_can_read() { as_service test -r "$1" && { [[ ! -d $1 ]] || as_service test -x "$1"; }; }

# Makes var/, or a link to a folder that the service user can reach, when it is not there. Every clone gets a folder of
# its own: a new clone at an old path does not find the old one's data.
ensure_var() {
  local home
  if is_root && [[ ! -L $ROOT/var ]] && ! service_can_read "$ROOT"; then
    install -d -m 0755 /var/lib/raptscallions
    home=$(mktemp -d "/var/lib/raptscallions/$(basename -- "$ROOT")-XXXXXX")
    chmod 0755 -- "$home"
    if [[ -d $ROOT/var ]]; then
      cp -a -- "$ROOT/var/." "$home/" && rm -rf -- "${ROOT:?}/var"
    fi
    ln -s -- "$home" "$ROOT/var"
  fi
  mkdir -p -- "$ROOT/var" || die "$ROOT/var is a link to a folder that is gone." "Remove the link; ./rapt up then makes a new one."
}

# A folder that only the service user may enter.
service_dir() {
  if is_root; then
    install -d -o "$SERVICE_USER" -g "$SERVICE_USER" -m 0700 -- "$1"
  else
    install -d -m 0700 -- "$1"
  fi
}
