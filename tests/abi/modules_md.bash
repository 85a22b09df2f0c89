#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Follows MODULES.md as a stranger would: writes every fenced block that names a file (```cpp file=a/b.cpp), and runs every block
# marked `sh run`, in order, in an empty home.
#   modules_md.bash MODULES.md BUILD_FOLDER WORK_FOLDER
set -euo pipefail
guide=$1 build=$2 work=$3
rm -rf -- "$work"
mkdir -p -- "$work"
cd -- "$work"

awk '
  /^```/ && open { close(out); open = 0; next }
  /^```[a-z]+ file=/ { out = $2; sub(/^file=/, "", out); system("mkdir -p \"$(dirname \"" out "\")\""); open = 1; files++; next }
  /^```sh run$/ { out = sprintf("step-%02d.sh", ++steps); open = 1; next }
  open { print > out }
  END { if (files < 5 || steps < 4) { print "only " files " files and " steps " steps found" > "/dev/stderr"; exit 1 } }
' "$guide"

export HOME=$PWD RAPT_BUILD=$build PATH=$build/bin:$PATH
for step in step-*.sh; do
  echo "== $step"
  bash -euo pipefail -x "$step"
done
