#!/usr/bin/env bash
# Stop what start.sh started: jobs first, because their steps outlive slurmd, then each daemon by its own pid file.
set -u
STATE=${SLURM_STATE:-/var/tmp/seqgraft-slurm}

stop() {
  local number
  number=$(cat "$2" 2>/dev/null) || return 0
  [ "$(cat "/proc/$number/comm" 2>/dev/null)" = "$1" ] || return 0
  kill "$number"
  for _ in $(seq 150); do
    sleep 0.2
    [ "$(cat "/proc/$number/comm" 2>/dev/null)" = "$1" ] || return 0
  done
  echo "$1 (process $number) did not end" >&2
}

if timeout 5 scontrol ping >/dev/null 2>&1; then
  mapfile -t jobs < <(squeue --noheader --format %A)
  if [ "${#jobs[@]}" -gt 0 ]; then
    scancel "${jobs[@]}"
    for _ in $(seq 60); do [ -n "$(squeue --noheader)" ] || break; sleep 0.5; done
  fi
fi
stop slurmd "$STATE/run/slurmd.pid"
stop slurmctld "$STATE/run/slurmctld.pid"
stop slurmdbd "$STATE/run/slurmdbd.pid"
stop mariadbd "$STATE/socket/pid"
stop munged /run/munge/munged.pid
# slurmd leaves its empty cgroups behind.
for group in /sys/fs/cgroup/*/slurm_node1; do
  [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
done
exit 0
