# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# Sourced, not run: a Slurm of one's own on this machine, as root, without systemd and cgroups.
#   slurm_up FOLDER NODES CPUS   munged, slurmctld, a slurmd for each node; SLURM_CONF is set
#   slurm_down                   ends exactly what slurm_up started
# FOLDER must not lie in /dev/shm. With several nodes each is a network, host name and mount
# namespace with a /dev/shm of its own, so that MPI takes them for hosts. Logs are in FOLDER.

slurm_id=$$ # several clusters may be up at once
slurm_net=10.$((slurm_id / 250 % 250 + 1)).$((slurm_id % 250 + 1))
slurm_port=$((20000 + slurm_id % 2000 * 16)) # of slurmctld; node i has the i-th after it
slurm_folder=
slurm_nodes=0

# slurm_missing: prints what is not there, or nothing.
slurm_missing() {
    local program
    for program in munged slurmctld slurmd srun sbatch; do
        command -v "$program" > /dev/null || { echo "$program is not installed"; return; }
    done
    ((EUID == 0)) || echo "only root can start its daemons"
}

slurm_hosts_up() { # NODES
    local i
    ip link add "ats$slurm_id" type bridge &&
        ip addr add "$slurm_net.254/24" dev "ats$slurm_id" &&
        ip link set "ats$slurm_id" up || return 1
    for ((i = 1; i <= $1; ++i)); do
        ip netns add "ats$slurm_id-$i" &&
            ip link add "ats$slurm_id.$i" type veth peer name eth0 netns "ats$slurm_id-$i" &&
            ip link set "ats$slurm_id.$i" master "ats$slurm_id" up &&
            ip -n "ats$slurm_id-$i" link set lo up &&
            ip -n "ats$slurm_id-$i" addr add "$slurm_net.$i/24" dev eth0 &&
            ip -n "ats$slurm_id-$i" link set eth0 up || return 1
    done
    unshare --uts --mount true
}

slurm_hosts_down() {
    local i
    for ((i = 1; i <= 8; ++i)); do
        ip netns pids "ats$slurm_id-$i" 2> /dev/null | xargs -r kill -9
        ip netns del "ats$slurm_id-$i" 2> /dev/null
    done
    ip link del "ats$slurm_id" 2> /dev/null
    return 0
}

slurm_write_configuration() { # NODES CPUS
    local i controller=127.0.0.1 host address memory
    memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
    (($1 == 1)) || controller=$slurm_net.254
    cat > "$slurm_folder/slurm.conf" << END
ClusterName=athanor-test-$slurm_id
SlurmctldHost=localhost($controller)
SlurmctldPort=$slurm_port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm_folder/munge.socket
CredType=cred/munge
StateSaveLocation=$slurm_folder/state
SlurmctldPidFile=$slurm_folder/slurmctld.pid
SlurmctldLogFile=$slurm_folder/slurmctld.log
SlurmdPidFile=$slurm_folder/slurmd-%n.pid
SlurmdLogFile=$slurm_folder/slurmd-%n.log
SlurmdSpoolDir=$slurm_folder/spool-%n
# More CPUs than there are may be claimed.
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=64
# Two devices in every node, in name only.
GresTypes=gpu
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=0,bf_interval=1
ReturnToService=2
KillWait=5
SlurmctldTimeout=30
SlurmdTimeout=30
JobRequeue=1
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
END
    for ((i = 1; i <= $1; ++i)); do
        host=$(hostname -s) address=127.0.0.1
        (($1 == 1)) || { host=node$i; address=$slurm_net.$i; }
        echo "NodeName=node$i NodeHostname=$host NodeAddr=$address Port=$((slurm_port + i))" \
            "CPUs=$2 RealMemory=$memory Gres=gpu:2 State=UNKNOWN"
    done >> "$slurm_folder/slurm.conf"
    echo "PartitionName=test Nodes=node[1-$1] Default=YES MaxTime=INFINITE State=UP" \
        >> "$slurm_folder/slurm.conf"
}

slurm_start_node() { # I NODES
    local configuration=$slurm_folder/etc-node$1
    # The PMIx plugin names the folder of its clients by job and step alone.
    mkdir -p "$configuration" "$slurm_folder/spool-node$1" "$slurm_folder/pmix-node$1"
    ln -sf "$slurm_folder/slurm.conf" "$configuration/slurm.conf"
    echo "PMIxCliTmpDirBase=$slurm_folder/pmix-node$1" > "$configuration/mpi.conf"
    printf 'Name=gpu File=%s\n' /dev/null /dev/zero > "$configuration/gres.conf"
    if (($2 == 1)); then
        slurmd -f "$configuration/slurm.conf" -N "node$1" -c
        return
    fi
    # shellcheck disable=SC2016 # of the inner shell
    # `ip netns exec` would mount a /sys without the control groups that slurmd looks for.
    nsenter "--net=/run/netns/ats$slurm_id-$1" unshare --uts --mount sh -c '
        hostname "$1"; mount -t tmpfs tmpfs /dev/shm; exec slurmd -f "$2/slurm.conf" -N "$1" -c' \
        _ "node$1" "$configuration"
}

# slurm_up FOLDER NODES CPUS: gives 1, with a message, when the cluster does not come up.
slurm_up() {
    local turn i
    slurm_folder=$1
    slurm_nodes=$2
    mkdir -p "$slurm_folder/state"
    chmod 711 "$slurm_folder" # munged refuses a socket that others cannot reach
    head -c 1024 /dev/urandom > "$slurm_folder/munge.key"
    chmod 400 "$slurm_folder/munge.key"
    munged --key-file="$slurm_folder/munge.key" --socket="$slurm_folder/munge.socket" \
        --pid-file="$slurm_folder/munged.pid" --log-file="$slurm_folder/munged.log" \
        --seed-file="$slurm_folder/munged.seed" || return 1
    slurm_write_configuration "$2" "$3"
    export SLURM_CONF=$slurm_folder/slurm.conf
    (($2 == 1)) || slurm_hosts_up "$2" || return 1
    slurmctld -f "$SLURM_CONF" -c 2>> "$slurm_folder/slurmctld.log" || return 1
    for ((i = 1; i <= $2; ++i)); do slurm_start_node "$i" "$2" || return 1; done
    for ((turn = 0; turn < 100; ++turn)); do
        (($(sinfo -h -N -o %T 2> /dev/null | grep -cx idle) == $2)) && return 0
        sleep 0.2
    done
    echo "the nodes of Slurm did not come up:"
    sinfo -N -l
    tail -n 5 "$slurm_folder"/*.log
    return 1
}

slurm_stop() { # PIDFILE: TERM, five seconds, KILL; a zombie counts as gone
    local pid turn
    [[ -s "$1" ]] || return 0
    pid=$(< "$1")
    kill -TERM "$pid" 2> /dev/null || return 0
    for ((turn = 0; turn < 50; ++turn)); do
        case $(ps -o stat= -p "$pid") in '' | Z*) return 0 ;; esac
        sleep 0.1
    done
    kill -KILL "$pid" 2> /dev/null
}

slurm_down() {
    local file turn
    [[ -n "$slurm_folder" ]] || return 0
    timeout 5 scancel -u root 2> /dev/null
    for ((turn = 0; turn < 40; ++turn)); do
        [[ -z "$(timeout 5 squeue -h 2> /dev/null)" ]] && break
        sleep 0.2
    done
    for file in "$slurm_folder"/slurmd-*.pid; do slurm_stop "$file"; done
    slurm_stop "$slurm_folder/slurmctld.pid"
    slurm_stop "$slurm_folder/munged.pid"
    ((slurm_nodes == 1)) || slurm_hosts_down
    slurm_folder=
}
