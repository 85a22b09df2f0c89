#!/usr/bin/env bats
# SPDX-License-Identifier: AGPL-3.0-or-later
# What root gives the server to bound its modules' memory in, and takes back.

load helper.bash

setup() {
  unset RAPT_CGROUP
  setup_instance
}

teardown() {
  remove_cgroup
  teardown_instance
}

given_cgroup() {
  is_root || skip "not root"
  delegate_cgroup
  [[ -n ${RAPT_CGROUP:-} ]] || skip "no cgroup with the memory controller can be made on this machine"
}

@test "root gives a cgroup that the service user can divide, and takes it away with what is left in it" {
  given_cgroup
  [[ $(stat -c %U "$RAPT_CGROUP") == "$SERVICE_USER" && $(cat "$VAR/cgroup") == "$RAPT_CGROUP" ]]
  as_service mkdir "$RAPT_CGROUP/rapt-1-1"
  remove_cgroup
  [[ ! -e $RAPT_CGROUP && ! -e $VAR/cgroup ]]
}

@test "a cgroup that is there is given again" {
  given_cgroup
  first=$RAPT_CGROUP
  unset RAPT_CGROUP
  delegate_cgroup
  [[ $RAPT_CGROUP == "$first" ]]
}

@test "what is no cgroup of ours is not removed, whatever the record says" {
  mkdir "$BATS_TEST_TMPDIR/precious"
  printf '%s\n' "$BATS_TEST_TMPDIR/precious" >"$VAR/cgroup"
  remove_cgroup
  [[ -d $BATS_TEST_TMPDIR/precious && ! -e $VAR/cgroup ]]
}

@test "a cgroup that the user has named is left alone" {
  RAPT_CGROUP=/sys/fs/cgroup/mine delegate_cgroup
  [[ ! -e $VAR/cgroup ]]
}
