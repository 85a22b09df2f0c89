#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The modules that prove the SDK are built as a stranger would: from an installed SDK, outside of this tree, with nothing else of it.
# Each of them, without its tests, has less than 200 lines.
#   proof_modules.bash MODULES_FOLDER LICENSE BUILD_FOLDER WORK_FOLDER
set -euo pipefail
modules=$1 license=$2 build=$3 work=$4
names=(reading-log class-webhook oidc)
rm -rf -- "$work"
mkdir -p -- "$work"
cd -- "$work"
cmake --install "$build" --component sdk --prefix "$PWD/sdk" >installed

for name in "${names[@]}"; do
  cp -R -- "$modules/$name" "$name"
  lines=$(find "$name/src" -name '*.?pp' ! -name '*_test.cpp' -exec cat {} + | wc -l)
  echo "$name: $lines lines"
  ((lines < 200)) || { echo "$name has grown beyond 200 lines" && exit 1; }
done
cp -- "$license" LICENSE

# What the modules' own files take from this tree beside the SDK: a way to name their tests.
cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(proof LANGUAGES C CXX)
find_package(rapt-sdk 1.3 REQUIRED CONFIG)
find_package(GTest REQUIRED)
enable_testing()
set(RAPT_BUILD_TESTS ON)
add_library(rapt_testkit INTERFACE)
target_link_libraries(rapt_testkit INTERFACE rapt-sdk::testkit)
function(rapt_tests name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
foreach(module reading-log class-webhook oidc)
  add_subdirectory(${module})
endforeach()
CMAKE
cmake -S . -B made -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$PWD/sdk" >configured
if grep -rlF "$(dirname -- "$modules")/sdk" made/build.ninja; then echo "the tree's own SDK was used" && exit 1; fi
cmake --build made --parallel 2 --target all reading-log-stage class-webhook-stage oidc-stage
ctest --test-dir made --output-on-failure

# As a host takes them: signed, whole, with the library for this machine.
rapt=$build/bin/rapt
"$rapt" keygen raptscallions
for name in "${names[@]}"; do
  "$rapt" pack "made/stage/$name" --key raptscallions.key --out "$name.rapt"
  "$rapt" inspect "$name.rapt" --json | grep -F "\"name\":\"$name\"" >"$name.json"
done
