#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# An author with nothing but an unpacked release: its SDK is found, and new, build, run, check and pack work there.
#   release_sdk.bash CHECKOUT BUILD_FOLDER WORK_FOLDER
set -euo pipefail
checkout=$1 build=$2 work=$3
rm -rf -- "$work"
mkdir -p -- "$work"
cd -- "$work"

# As `./rapt release pack` stages and packs, without the pages.
mkdir -p stage/bin
for program in rapt rapt-runner rapt-marketplace; do
  install -m 0755 -s "$build/bin/$program" "stage/bin/$program"
done
cp -- "$checkout/LICENSE" "$checkout/CHANGELOG.md" stage/
cp -R -- "$checkout/migrations" stage/
(
  # shellcheck source=deploy/lib/release.sh
  . "$checkout/deploy/lib/release.sh"
  BUILD=$build
  stage_sdk stage >staged
)
echo '{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": []}' >stage/sbom.json
stage/bin/rapt release pack stage --version 9.9.9 --out .
archive=$(echo raptscallions-9.9.9-*.tar.gz)
mkdir opt
tar -xzf "$archive" -C opt
du -sk "$archive" opt/*/sdk

# Elsewhere, without this build, its variables or an SDK of the machine's; nobody may write into a release.
chmod -R a-w opt
root=$PWD/$(echo opt/raptscallions-9.9.9-*)
author() { env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$PWD" ${RUSTUP_HOME:+RUSTUP_HOME="$RUSTUP_HOME"} "$root/bin/rapt" "$@"; }
author keygen my-school
languages=(c cpp)
if env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$PWD" rustc --version; then languages+=(rust); fi
for language in "${languages[@]}"; do
  name=from-$language
  author new "$name" --language "$language" --publisher my-school
  author build "$name" --test | grep -F "$name 0.1.0, tested"
  author run chat:after_ai "$name" --context "$name/contexts/chat_after_ai.json" | grep -F 'answer-words'
  author check "$name" --calls 100
  author pack "$name/build/stage/$name" --key my-school.key --out "$name.rapt"
  grep -E "^rapt-sdk_DIR:[A-Z]+=$root/sdk/" "$name/build/CMakeCache.txt" || { echo "another SDK was used" && exit 1; }
done
chmod -R u+w opt
