# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# Sourced, not run: . launch/mpi_environment.sh; athanor_mpi_environment RANKS
# Sets what Open MPI 4 needs to start RANKS processes on this machine, and only that. A value that
# is already set stays: whoever set it knows more.

# Processes that mpirun starts here without being told to oversubscribe: cores we may use (not
# hardware threads), or what a Slurm allocation grants.
athanor_mpi_slots() {
    if [[ -n "${SLURM_NTASKS:-}" ]]; then
        echo "$SLURM_NTASKS"
        return
    fi
    local usable cores
    usable=$(nproc)
    cores=$(lscpu -p=CORE,SOCKET 2> /dev/null | grep -v '^#' | sort -u | wc -l) || cores=0
    ((cores > 0 && cores < usable)) && usable=$cores
    echo "$usable"
}

athanor_mpi_environment() {
    local ranks=$1 slots
    slots=$(athanor_mpi_slots)

    # mpirun refuses root unless both are set. Containers often have no other user; a person who is
    # root elsewhere still gets mpirun's own warning, because nothing is set for anybody else.
    if ((EUID == 0)); then
        export OMPI_ALLOW_RUN_AS_ROOT="${OMPI_ALLOW_RUN_AS_ROOT:-1}"
        export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-1}"
    fi
    # "Not enough slots": only where there are fewer cores than ranks.
    if ((ranks > slots)); then
        export OMPI_MCA_rmaps_base_oversubscribe="${OMPI_MCA_rmaps_base_oversubscribe:-1}"
    fi
    # A rank that waits gives its core away. Without this, two ranks on two cores spin, and a
    # message of eight bytes takes some 300 times longer as soon as anything else wants to run.
    export OMPI_MCA_mpi_yield_when_idle="${OMPI_MCA_mpi_yield_when_idle:-1}"
    # Open MPI ties each of two ranks to one core, and all threads of a rank with it. Off, so that
    # OpenMP threads and the ones that compress and write find the free cores.
    export OMPI_MCA_hwloc_base_binding_policy="${OMPI_MCA_hwloc_base_binding_policy:-none}"
    # A host that cannot be reached any more ends the job after 25 seconds without an answer. By
    # default mpirun waits for it without end, even when all its other processes have gone.
    export OMPI_MCA_oob_tcp_keepalive_time="${OMPI_MCA_oob_tcp_keepalive_time:-10}"
    export OMPI_MCA_oob_tcp_keepalive_intvl="${OMPI_MCA_oob_tcp_keepalive_intvl:-5}"
    export OMPI_MCA_oob_tcp_keepalive_probes="${OMPI_MCA_oob_tcp_keepalive_probes:-3}"
    # Inside a container the kernel usually forbids reading another process's memory directly, and
    # Open MPI fails on large messages instead of falling back.
    if [[ -e /.dockerenv || -e /run/.containerenv || -n "${container:-}" ]]; then
        local key=OMPI_MCA_btl_vader_single_copy_mechanism
        export "$key=${!key:-none}"
    fi
    # Unbound ranks would each start a thread per core; share the cores instead. No result depends
    # on the number of threads.
    local threads=$((slots / ranks))
    export OMP_NUM_THREADS="${OMP_NUM_THREADS:-$((threads > 0 ? threads : 1))}"
}
