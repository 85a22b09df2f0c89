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

if rapt new new-module --dir made 2>refused; then echo "an existing folder was overwritten" && exit 1; fi
grep -F 'exists already' refused
