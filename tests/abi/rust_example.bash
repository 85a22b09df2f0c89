#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The examples in Rust: their own tests pass, they say what they should, and hold every promise.
#   rust_example.bash EXAMPLES_FOLDER BUILD_FOLDER WORK_FOLDER
set -euo pipefail
source=$1/answer-language work=$3
export PATH=$2/bin:$PATH
rm -rf -- "$work"
rapt build "$source" --out "$work" --test | grep -F 'answer-language 1.0.0, tested'
rapt run chat:before_ai "$work/stage/answer-language" --context "$source/contexts/chat_before_ai.json" |
  grep -F 'Answer in the language with the tag "pt".'
rapt check "$work/stage/answer-language" --calls 1000 --same-answer --seed 20

# Asks its host: tables, values and figures, and answers a route.
source=$1/page-tally
database=${TEST_DATABASE_URL:?a PostgreSQL server: ./rapt test starts one}
rapt build "$source" --out "$work/tally" --test | grep -F 'page-tally 1.0.0, tested'
stage=$work/tally/stage/page-tally
rapt run chat:on_message "$stage" --context "$source/contexts/chat_on_message.json" --database "$database" | tee "$work/said"
grep -F 'tally {"tool": 1, "own": 1}' "$work/said"
grep -F 'kv.add  ok' "$work/said"
rapt run route "$stage" --request "$source/requests/route.json" --database "$database" | grep -F 'sql.query  ok'
if rapt run chat:on_message "$stage" --context "$source/contexts/chat_on_message.json" >"$work/said"; then
  echo "without tables it cannot count" && exit 1
fi
grep -F 'the host refused sql.query' "$work/said"
rapt check "$stage" --database "$database" --calls 500
