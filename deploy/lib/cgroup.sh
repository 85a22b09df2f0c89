# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# A cgroup that the server bounds its modules' memory in. Only root can give one away; it is made below the launcher's own,
# so that limits which hold for the launcher hold for what it starts. Where none can be made the server runs without:
# the modules' memory is then bounded by address space, and ./rapt doctor says so.
set -euo pipefail

# Sets RAPT_CGROUP for the server, and SERVER_CGROUP, which it is started in, where it must be in one itself.
delegate_cgroup() {
  SERVER_CGROUP=''
  is_root && [[ -z ${RAPT_CGROUP:-} ]] || return 0
  local folder
  folder=$(cat -- "$VAR/cgroup" 2>/dev/null) || folder=''
  [[ -n $folder && -d $folder ]] || folder=$(make_cgroup_v1 || make_cgroup_v2) || return 0
  printf '%s\n' "$folder" >"$VAR/cgroup"
  export RAPT_CGROUP=$folder
  # shellcheck disable=SC2034  # programs.sh reads it
  [[ ! -d $folder/host ]] || SERVER_CGROUP=$folder/host
}

# The same for a word that looks at what the running server has.
join_server_cgroup() {
  is_root && [[ -z ${RAPT_CGROUP:-} && -f $VAR/cgroup ]] || return 0
  RAPT_CGROUP=$(<"$VAR/cgroup")
  export RAPT_CGROUP
  [[ ! -d $RAPT_CGROUP/host ]] || printf 0 >"$RAPT_CGROUP/host/cgroup.procs"
}

cgroup_name() { printf 'raptscallions-%s' "$(short_hash "$VAR")"; }

make_cgroup_v1() {
  local own folder
  own=$(sed -nE 's/^[0-9]+:([^:]*,)?memory(,[^:]*)?://p' /proc/self/cgroup)
  own=/sys/fs/cgroup/memory${own%/}
  [[ $own != */../* && -e $own/memory.limit_in_bytes ]] || return 1
  folder=$own/$(cgroup_name)
  { mkdir -p -- "$folder" && chown "$SERVICE_USER" "$folder"; } 2>/dev/null && printf '%s' "$folder"
}

# Below the nearest cgroup that gives the memory controller on: one with members of its own cannot.
make_cgroup_v2() {
  local above folder
  above=$(sed -n 's/^0:://p' /proc/self/cgroup)
  above=/sys/fs/cgroup${above%/}
  [[ $above != */../* && -e $above/cgroup.controllers ]] || return 1
  until grep -qsw memory "$above/cgroup.subtree_control"; do
    [[ $above != /sys/fs/cgroup ]] || return 1
    above=${above%/*}
  done
  folder=$above/$(cgroup_name)
  {
    mkdir -p -- "$folder/host" && printf '+memory +pids' >"$folder/cgroup.subtree_control" &&
      chown "$SERVICE_USER" "$folder" "$folder"/cgroup.{procs,threads,subtree_control} "$folder/host" "$folder/host/cgroup.procs"
  } 2>/dev/null && printf '%s' "$folder"
}

# Once the server is gone: it has removed what it made, unless it was killed.
remove_cgroup() {
  local folder
  [[ -f $VAR/cgroup ]] || return 0
  folder=$(cat -- "$VAR/cgroup")
  if [[ $folder == /sys/fs/cgroup/*/raptscallions-* && -d $folder ]]; then
    find "$folder" -mindepth 1 -maxdepth 1 -type d -exec rmdir -- {} + 2>/dev/null || true
    rmdir -- "$folder" 2>/dev/null || warn "$folder is still in use and stays; ./rapt down removes it later"
    [[ ! -d $folder ]] || return 0
  fi
  rm -f -- "$VAR/cgroup"
}
