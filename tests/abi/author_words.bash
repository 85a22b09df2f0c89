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
if rapt new new-module --dir made 2>refused; then echo "an existing folder was overwritten" && exit 1; fi
grep -F 'exists already' refused
