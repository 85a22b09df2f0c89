#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The example in Rust: its own tests pass, it says what it should, and it holds every promise.
#   rust_example.bash SOURCE_FOLDER BUILD_FOLDER WORK_FOLDER
set -euo pipefail
source=$1 work=$3
export PATH=$2/bin:$PATH
rm -rf -- "$work"
rapt build "$source" --out "$work" --test | grep -F 'answer-language 1.0.0, tested'
rapt run chat:before_ai "$work/stage/answer-language" --context "$source/contexts/chat_before_ai.json" |
  grep -F 'Answer in the language with the tag "pt".'
rapt check "$work/stage/answer-language" --calls 1000 --same-answer --seed 20
