#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Follows MODULES.md as a stranger would, from the top to the bottom, in an empty home: writes every fenced block that names a file
# (```cpp file=a/b.cpp), and runs every block marked `sh run`.
#   modules_md.bash MODULES.md BUILD_FOLDER WORK_FOLDER
set -euo pipefail
guide=$1 build=$2 work=$3
rm -rf -- "$work"
mkdir -p -- "$work/blocks"
cd -- "$work"

awk '
  /^```/ && open { close(out); open = 0; next }
  /^```[a-z]+ file=/ { path = $2; sub(/^file=/, "", path); files++; kind = "file " path }
  /^```sh run$/ { steps++; kind = "run" }
  kind { out = sprintf("blocks/%03d", ++blocks); printf "" > out; print out, kind > "index"; kind = ""; open = 1; next }
  open { print > out }
  END { if (files < 8 || steps < 6) { print "only " files " files and " steps " steps found" > "/dev/stderr"; exit 1 } }
' "$guide"

export DATABASE_URL=${TEST_DATABASE_URL:?a PostgreSQL server: ./rapt test starts one}
# rustup keeps its compilers in the home that is left here.
export RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} HOME=$PWD RAPT_BUILD=$build PATH=$build/bin:$PATH

# Says little of what goes well: whoever sees the beginning of this output alone shall see what failed. All of it is in blocks/*.out.
run() {
  local block=$1 status=0 began=$SECONDS
  bash -euo pipefail -x "$block" >"$block.out" 2>&1 || status=$?
  if ((status == 0)); then
    echo "== $block: $(grep -c '^+ ' "$block.out") commands in $((SECONDS - began)) s"
    return
  fi
  echo "== $block FAILED with exit code $status after $((SECONDS - began)) s, the last lines of its output:"
  tail -n 40 -- "$block.out"
  echo "== $block FAILED with exit code $status at or before: $(grep '^+ ' "$block.out" | tail -n 1)"
  return "$status"
}

while read -r block kind path <&3; do
  if [[ $kind == file ]]; then
    mkdir -p -- "$(dirname -- "$path")"
    cp -- "$block" "$path"
    echo "== $path"
  else
    run "$block"
  fi
done 3<index
