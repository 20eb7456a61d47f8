#!/usr/bin/env bash
# Start a real SLURM of one node on this machine, for tests: munge, MariaDB, slurmdbd (accounting), slurmctld, slurmd.
#
# For root on Debian only. What is missing is installed from Debian's packages; no daemon is left to the package scripts.
# Everything listens on the loopback interface and lives below $SLURM_STATE; stop.sh ends it. The node has two GPUs that
# are copies of /dev/null. To be run again at any time: what runs already stays.
#
# Status 77: this machine cannot do it, and the last line says why. Any other error is a failure.
set -euo pipefail

STATE=${SLURM_STATE:-/var/tmp/seqgraft-slurm}
OURS="# for tests of seqgraft"
NODE=$(hostname -s)
CORES=$(getconf _NPROCESSORS_ONLN)
MEMORY=$(awk '/^MemTotal/ {print int($2 / 1024 * 0.85)}' /proc/meminfo)

cannot() { echo "$*"; exit 77; }
failed() { echo "slurm did not start: $*" >&2; exit 1; }

# running NAME PIDFILE: the process of that number has that name.
running() {
  local number
  number=$(cat "$2" 2>/dev/null) && [ "$(cat "/proc/$number/comm" 2>/dev/null)" = "$1" ]
}

# within SECONDS COMMAND: try until it succeeds.
within() {
  local left=$(($1 * 5))
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.2
  done
}

# --- can it be done here

[ "$(id -u)" = 0 ] || cannot "a SLURM for tests needs root"
command -v apt-get >/dev/null && [ -e /etc/debian_version ] || cannot "a SLURM for tests needs Debian"
getent ahostsv4 "$NODE" | grep -q '^127\.' || cannot "the host name $NODE must lead to 127.x.x.x (see /etc/hosts)"
for file in slurm slurmdbd gres cgroup; do
  file=/etc/slurm/$file.conf
  [ ! -e "$file" ] || head -1 "$file" | grep -qxF "$OURS" || cannot "$file belongs to a SLURM that is in use here"
done

install -d -m 755 "$STATE" /etc/slurm
wanted=()
for package in slurm-wlm slurmdbd munge mariadb-server; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || wanted+=("$package")
done
if [ "${#wanted[@]}" -gt 0 ]; then
  # Debian asks this program whether a package may start its daemon; 101 is no.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  {
    apt-get install -y --no-install-recommends "${wanted[@]}" || {
      apt-get update && apt-get install -y --no-install-recommends "${wanted[@]}"
    }
  } > "$STATE/apt.log" 2>&1 </dev/null || cannot "Debian's packages of SLURM could not be installed, see $STATE/apt.log"
fi

# --- settings

for owner in slurm:control slurm:log slurm:run root:spool mysql:database mysql:socket; do
  install -d -m 755 -o "${owner%%:*}" -g "${owner%%:*}" "$STATE/${owner#*:}"
done
install -d -m 755 -o munge -g munge /run/munge
for gpu in 0 1; do
  [ -e "$STATE/gpu$gpu" ] || mknod -m 666 "$STATE/gpu$gpu" c 1 3
done

# Memory is limited by the kernel where slurmd may make version 1 cgroups, else by looking every two seconds.
if grep -q '^cgroup /sys/fs/cgroup/memory ' /proc/mounts && mkdir /sys/fs/cgroup/memory/.seqgraft 2>/dev/null; then
  rmdir /sys/fs/cgroup/memory/.seqgraft
  limits="ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup,task/affinity
JobAcctGatherType=jobacct_gather/cgroup"
else
  limits="ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherParams=OverMemoryKill"
fi

cat > /etc/slurm/cgroup.conf <<END
$OURS
CgroupPlugin=cgroup/v1
CgroupAutomount=no
CgroupMountpoint=/sys/fs/cgroup
ConstrainCores=yes
ConstrainRAMSpace=yes
ConstrainSwapSpace=no
ConstrainDevices=no
END
cat > /etc/slurm/gres.conf <<END
$OURS
NodeName=node1 Name=gpu Type=fake File=$STATE/gpu[0-1]
END
cat > /etc/slurm/slurm.conf <<END
$OURS
ClusterName=seqgraft
SlurmctldHost=$NODE(127.0.0.1)
SlurmctldPort=17817
SlurmdPort=17818
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SrunPortRange=17900-17999
AuthType=auth/munge
SlurmUser=slurm
SlurmdUser=root
StateSaveLocation=$STATE/control
SlurmdSpoolDir=$STATE/spool
SlurmctldPidFile=$STATE/run/slurmctld.pid
SlurmdPidFile=$STATE/run/slurmd.pid
SlurmctldLogFile=$STATE/log/slurmctld.log
SlurmdLogFile=$STATE/log/slurmd.log
MailProg=/bin/true
ReturnToService=2
$limits
JobAcctGatherFrequency=task=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2,requeue_delay=0
DefMemPerCPU=500
GresTypes=gpu
# Requeueing is what preemption does to a job.
JobRequeue=1
KillWait=5
OverTimeLimit=0
MinJobAge=300
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=17819
AccountingStorageTRES=gres/gpu
# The plugin for Snakemake finds its jobs by their comments.
AccountingStoreFlags=job_comment
SlurmdParameters=config_overrides
NodeName=node1 NodeHostname=$NODE NodeAddr=127.0.0.1 CPUs=$CORES RealMemory=$MEMORY Gres=gpu:fake:2 State=UNKNOWN
PartitionName=main Nodes=node1 Default=YES MaxTime=1-00:00:00 DefaultTime=00:10:00 State=UP
END
[ -s "$STATE/secret" ] || (umask 077; od -An -tx1 -N18 /dev/urandom | tr -d ' \n' > "$STATE/secret")
secret=$(cat "$STATE/secret")
(umask 077; cat > /etc/slurm/slurmdbd.conf <<END
$OURS
AuthType=auth/munge
DbdHost=$NODE
DbdAddr=127.0.0.1
DbdPort=17819
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=slurm
LogFile=$STATE/log/slurmdbd.log
PidFile=$STATE/run/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=17806
StorageUser=slurm
StoragePass=$secret
StorageLoc=slurm_acct_db
END
)
chown slurm:slurm /etc/slurm/slurmdbd.conf

# --- daemons, each when the one before it answers

if ! running munged /run/munge/munged.pid; then
  [ -s /etc/munge/munge.key ] || mungekey --create --keyfile /etc/munge/munge.key
  chown munge:munge /etc/munge/munge.key
  chmod 400 /etc/munge/munge.key
  install -d -m 700 -o munge -g munge /var/lib/munge /var/log/munge
  runuser -u munge -- munged --syslog
fi
within 10 munge -n || failed "munged gives no answer"

if ! running mariadbd "$STATE/socket/pid"; then
  [ -d "$STATE/database/mysql" ] || mariadb-install-db --no-defaults --user=mysql --datadir="$STATE/database" \
    --skip-test-db --auth-root-authentication-method=socket > "$STATE/log/install-db.log" 2>&1 \
    || failed "the database could not be made, see $STATE/log/install-db.log"
  setsid mariadbd --no-defaults --user=mysql --datadir="$STATE/database" --socket="$STATE/socket/db" \
    --pid-file="$STATE/socket/pid" --bind-address=127.0.0.1 --port=17806 --innodb-buffer-pool-size=128M \
    --innodb-lock-wait-timeout=900 --innodb-flush-log-at-trx-commit=2 </dev/null > "$STATE/log/mariadbd.log" 2>&1 &
fi
database() { mariadb --no-defaults --socket="$STATE/socket/db" -u root "$@"; }
within 60 database -e 'select 1' || failed "mariadbd gives no answer, see $STATE/log/mariadbd.log"
for host in localhost 127.0.0.1; do
  echo "CREATE DATABASE IF NOT EXISTS slurm_acct_db;
    CREATE USER IF NOT EXISTS slurm@'$host' IDENTIFIED BY '$secret';
    GRANT ALL ON slurm_acct_db.* TO slurm@'$host';" | database
done

running slurmdbd "$STATE/run/slurmdbd.pid" || runuser -u slurm -- slurmdbd
within 60 sacctmgr --noheader show cluster || failed "slurmdbd gives no answer, see $STATE/log/slurmdbd.log"
known() { sacctmgr --noheader --parsable2 show "$@" | grep -q .; }
known cluster where name=seqgraft || sacctmgr -i add cluster seqgraft >/dev/null
known account where name=lab || sacctmgr -i add account lab Cluster=seqgraft Description=tests Organization=tests >/dev/null
known assoc where user=root account=lab || sacctmgr -i add user root Account=lab Cluster=seqgraft >/dev/null

running slurmctld "$STATE/run/slurmctld.pid" || runuser -u slurm -- slurmctld
within 30 scontrol ping || failed "slurmctld gives no answer, see $STATE/log/slurmctld.log"
running slurmd "$STATE/run/slurmd.pid" || setsid slurmd -N node1
ready() { sinfo --noheader --nodes node1 --format %T | grep -qE '^(idle|mixed|allocated)'; }
within 20 ready || { scontrol update nodename=node1 state=resume || true; within 20 ready; } \
  || failed "the node is not ready: $(sinfo --noheader --list-reasons), see $STATE/log/slurmd.log"
echo "SLURM $(sinfo --version | cut -d' ' -f2) runs: $(sinfo --noheader --format '%c cores, %m MB, %G')"
