#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Every kind of module that `rapt new` makes, from an installed SDK alone: it builds without a warning, its own tests pass, it
# answers its samples, holds every promise, and packs.
#   author_kinds.bash LANGUAGE BUILD_FOLDER WORK_FOLDER
set -euo pipefail
language=$1 work=$3
rustc=$(command -v rustc || true)
export PATH=$work/bin:$2/bin:$PATH
rm -rf -- "$work"
mkdir -p -- "$work/bin"
cd -- "$work"
cmake --install "$2" --component sdk --prefix "$PWD/sdk" >installed
export RAPT_SDK=$PWD/sdk CFLAGS="-Wall -Wextra -Wpedantic -Werror"
export CXXFLAGS="$CFLAGS -Wno-restrict" # g++ 12 finds one in every "[" + text (its bug 105651)
database=${TEST_DATABASE_URL:?a PostgreSQL server: ./rapt test starts one}
printf 'sesame' >token.txt
# shellcheck disable=SC2016  # for that script
printf '#!/bin/sh\nexec %q -D warnings "$@"\n' "$rustc" >bin/rustc
chmod +x bin/rustc
rapt keygen my-school >/dev/null

made=0
# kind NAME OPTION…: makes one, and looks at what every kind has.
kind() {
  local name=$1 file
  shift
  echo "== $name: $*"
  rapt new "$name" --language "$language" --publisher my-school "$@" >"$name.made"
  rapt build "$name" --test | tee "$name.built" | grep -F "$name 0.1.0, tested"
  for file in README.md CHANGELOG.md LICENSE; do [[ -s $name/$file ]] || { echo "$name has no $file" && exit 1; }; done
  rapt check "$name" --database "$database" --calls 20 --seed 20
  rapt pack "$name/build/stage/$name" --key my-school.key --out "$name.rapt"
  made=$((made + 1))
}
# ask NAME CALL REQUEST WANTED OPTION…
ask() {
  local name=$1 call=$2 request=$3 wanted=$4
  shift 4
  rapt run "$call" "$name/build/stage/$name" --request "$name/requests/$request.json" "$@" | tee answered | grep -F -e "$wanted" ||
    { cat answered && echo "$name $call: not $wanted" && exit 1; }
}
# What administrators may set reaches the module.
has_setting() { rapt inspect "$1.rapt" --json >inspected && grep -F "\"$2\"" "$1/config.schema.json" >/dev/null; }

kind stream-filter --hook chat:on_delta
rapt run chat:on_delta stream-filter/build/stage/stream-filter --context stream-filter/contexts/chat_on_delta.json | grep -F 'The [removed] can wait.'
echo '{"phrase": "number line"}' >config.json
rapt run chat:on_delta stream-filter/build/stage/stream-filter --context stream-filter/contexts/chat_on_delta.json --config config.json |
  grep -F 'on the [removed], if'
has_setting stream-filter phrase

kind class-notes --with sql
ask class-notes route route '"status": 201' --database "$database"
ask class-notes panel panel '"value": 0' --database "$database"
rapt inspect class-notes.rapt --json | grep -F '"migrations":["sql/0001_notes.sql"]'
rapt inspect class-notes.rapt --json | grep -F 'sql/0001_notes.down.sql'
has_setting class-notes newest

kind night-work --with jobs,exports --hook chat:after_ai
ask night-work job job 'sql.query  ok' --database "$database"
ask night-work export export 'in 1 pieces' --database "$database"
rapt run chat:after_ai night-work/build/stage/night-work --context night-work/contexts/chat_after_ai.json --database "$database" |
  grep -F 'sql.query  ok'
has_setting night-work keep_days

kind weather --with http
ask weather job job-look-up 'The server cannot be reached.' --secret token=token.txt
has_setting weather token

kind follow-up --with events
ask follow-up event event 'events.publish  ok'
ask follow-up event event 'kv.put  ok'

kind campus-login --with auth-provider
rapt check campus-login/build/stage/campus-login --calls 20 | grep -F 'auth:start'
has_setting campus-login client_id

kind everything --with sql,jobs,exports,http,events,auth-provider --hook chat:on_message --hook chat:on_delta --hook session:end
((made == 7)) || { echo "only $made kinds were made" && exit 1; }

# What cannot be made says why, and makes nothing.
if rapt new nothing --language "$language" --with tables 2>refused; then echo "there is no such part" && exit 1; fi
grep -F 'sql, routes, panels, jobs, exports, http, events and auth-provider' refused
[[ ! -e nothing ]]
