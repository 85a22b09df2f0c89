#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Runs `rapt` in a dyno. Its files are gone when it ends, so the instance's keys come from config vars, which stay.
set -eu
umask 077
export RAPT_VAR_DIR=/tmp/raptscallions
mkdir -p "$RAPT_VAR_DIR/keys"
printf %s "${INSTANCE_KEY_PSEUDONYMS:?is no config var: heroku config:set INSTANCE_KEY_PSEUDONYMS=\$(openssl rand -hex 32)}" \
  > "$RAPT_VAR_DIR/keys/pseudonym.key"
printf %s "${INSTANCE_KEY_SECRETS:?is no config var: heroku config:set INSTANCE_KEY_SECRETS=\$(openssl rand -hex 32)}" \
  > "$RAPT_VAR_DIR/keys/secrets.key"
unset INSTANCE_KEY_PSEUDONYMS INSTANCE_KEY_SECRETS
exec /opt/raptscallions/bin/rapt "$@"
