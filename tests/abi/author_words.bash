#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A new module with every hook there is: it builds, its own tests pass, it answers its sample contexts and holds every promise.
#   author_words.bash LANGUAGE BUILD_FOLDER WORK_FOLDER
set -euo pipefail
language=$1 work=$3
export PATH=$2/bin:$PATH
rm -rf -- "$work"
mkdir -p -- "$work"
cd -- "$work"

# From an installed SDK, as an author has it, and not from beside the program.
cmake --install "$2" --component sdk --prefix "$PWD/sdk" >installed
export RAPT_SDK=$PWD/sdk
PKG_CONFIG_PATH=$(dirname "$(find sdk -name rapt-sdk.pc)") pkg-config --cflags rapt-sdk >flags
printf '#include <rapt/jobs.h>\n#include <rapt/hooks.h>\n' >alone.c
# shellcheck disable=SC2046  # several words
cc -std=c11 $(cat flags) -c alone.c -o alone.o

hooks=(chat:on_message chat:before_ai chat:after_ai chat:on_delta session:start session:end product:before_ai product:after_ai run:complete)
rapt new new-module --language "$language" --publisher my-school --dir made "${hooks[@]/#/--hook=}"
rapt build made --test | grep -F 'new-module 0.1.0, tested'
for hook in "${hooks[@]}"; do
  rapt run "$hook" made --context "made/contexts/${hook/:/_}.json"
done
rapt check made --calls 1000 --same-answer --seed 20
rapt keygen my-school
rapt pack made/build/stage/new-module --key my-school.key
rapt check new-module-0.1.0.rapt --calls 100 --json | grep -F '"broken":0'

# Tables: what the manifest names is staged, packed and seen; what is gone is gone from the bundle.
mkdir made/sql
echo 'CREATE TABLE notes (id integer);' > made/sql/0001_notes.sql
echo 'DROP TABLE notes;' > made/sql/0001_notes.down.sql
echo 'CREATE TABLE more (id integer);' > made/sql/0002_more.sql
sed -i 's|"permissions": \[\]|"permissions": [{"name": "sql", "reason": "It keeps notes."}], "migrations": "sql"|' made/manifest.json
rapt build made
rapt pack made/build/stage/new-module --key my-school.key --out tables.rapt
rapt inspect tables.rapt --json | grep -F '"migrations":["sql/0001_notes.sql","sql/0002_more.sql"]'
rapt inspect tables.rapt --json | grep -F 'sql/0001_notes.down.sql'
rm made/sql/0002_more.sql
rapt build made
rapt pack made/build/stage/new-module --key my-school.key --out fewer.rapt
rapt inspect fewer.rapt --json | grep -F '"migrations":["sql/0001_notes.sql"]'
rm made/sql/*.sql
if rapt build made 2>refused; then echo "a module without the migrations that it names was built" && exit 1; fi
grep -F 'there is no .sql in' refused

# Beside hooks: a table of its own, routes, a job and a panel, end to end.
if [[ $language == c ]]; then
  if rapt new notes --language c --with routes 2>refused; then echo "there is no such template" && exit 1; fi
  grep -F 'for C++ and Rust' refused
else
  rapt new notes --language "$language" --publisher my-school --with routes,jobs,panels
  rapt build notes --test | grep -F 'notes 0.1.0, tested'
  database=${TEST_DATABASE_URL:?a PostgreSQL server: ./rapt test starts one}
  rapt run route notes --request notes/requests/route.json --database "$database" | grep -F '"status": 201'
  rapt run panel notes --request notes/requests/panel.json --database "$database" | grep -F '"value": 0'
  rapt run job notes --request notes/requests/job.json --database "$database" | grep -F 'sql.query  ok'
  rapt check notes --database "$database" --calls 300 --same-answer
  rapt pack notes/build/stage/notes --key my-school.key --out notes.rapt
  rapt inspect notes.rapt --json | grep -F '"migrations":["sql/0001_notes.sql"]'
fi

# A table alone, another server, a login provider.
if [[ $language != c ]]; then
  rapt new table --language "$language" --with sql
  rapt build table --test | grep -F 'table 0.1.0, tested'
  rapt check table --database "$database" --calls 50
fi
if [[ $language == cpp ]]; then
  rapt new weather --with http
  rapt build weather --test | grep -F 'weather 0.1.0, tested'
  rapt run job weather --request weather/requests/job-look-up.json | grep -F 'The server cannot be reached.'
  rapt check weather --calls 50
  rapt new campus-login --with auth-provider
  rapt build campus-login --test | grep -F 'campus-login 0.1.0, tested'
  rapt check campus-login | grep -F 'auth:start'
  rapt new everything --with routes,jobs,panels,http,auth-provider
  rapt build everything --test | grep -F 'everything 0.1.0, tested'
else
  if rapt new weather --language "$language" --with http 2>refused; then echo "there is no such template" && exit 1; fi
  grep -F 'for C++' refused
fi

if rapt new new-module --dir made 2>refused; then echo "an existing folder was overwritten" && exit 1; fi
grep -F 'exists already' refused
