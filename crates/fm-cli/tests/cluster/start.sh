#!/bin/bash
# Starts a Slurm cluster on this machine's loopback interface, as root: one controller, and as many
# nodes of one core as asked for. Debian's packages: slurmctld slurmd slurm-client munge.
#
#   tests/cluster/start.sh FOLDER NODES [PORT]
#   export SLURM_CONF=FOLDER/slurm.conf          # for sbatch, squeue, scontrol
#   kill $(cat FOLDER/pids/*)                    # ends it
#
# FOLDER must be absolute. PORT (16800) and the NODES ports after it are used.
set -eu
folder=$1 nodes=$2 port=${3:-16800}
host=$(hostname -s)
mkdir -p "$folder"/{state,spool,logs,pids,sockets}
export SLURM_CONF=$folder/slurm.conf

# start NAME PROGRAM...: in the background, its number in pids/NAME.
start() {
  local name=$1
  shift
  "$@" >"$folder/logs/$name.out" 2>&1 &
  echo $! >"$folder/pids/$name"
}

cat >"$SLURM_CONF" <<CONF
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
# A requeued job waits until its credential has expired: 2 minutes by default.
AuthInfo=socket=$folder/sockets/munge,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/state/slurmctld.pid
SlurmdPidFile=$folder/state/slurmd-%n.pid
SlurmctldLogFile=$folder/logs/slurmctld.log
SlurmdLogFile=$folder/logs/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MailProg=/bin/true
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=bf_interval=1,sched_interval=2,batch_sched_delay=0
MaxArraySize=5
ReturnToService=2
SlurmdTimeout=10
KillWait=2
# Nodes of one core each, whatever this machine has.
SlurmdParameters=config_overrides
NodeName=n[1-$nodes] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + nodes))] CPUs=1 RealMemory=1000
PartitionName=main Nodes=ALL Default=YES
CONF

if [ ! -e "$folder/munge.key" ]; then
  (umask 077 && head -c 128 /dev/urandom >"$folder/munge.key")
fi
start munged munged -F --key-file="$folder/munge.key" --socket="$folder/sockets/munge" \
  --pid-file="$folder/state/munged.pid" --log-file="$folder/logs/munged.log" \
  --seed-file="$folder/state/munge.seed"
until [ -S "$folder/sockets/munge" ]; do sleep 0.05; done
start slurmctld slurmctld -D
for node in $(seq "$nodes"); do
  start "n$node" slurmd -D -N "n$node"
done
for _ in $(seq 300); do
  idle=$(sinfo --noheader --Node --states=idle --format=%N 2>/dev/null | wc -l)
  [ "$idle" = "$nodes" ] && exit
  sleep 0.1
done
echo "the nodes are not idle after 30 s; see $folder/logs" >&2
exit 1
