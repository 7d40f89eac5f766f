# Completion of athanor(1), by `athanor help --write` from the command line itself.
# In zsh: autoload -U bashcompinit && bashcompinit && source THIS-FILE
_athanor_keys() {
    echo '3N above absolute action align_cell all anisotropic async_recv athanor atoms auto axis backend barostat_time_fs batch below bias biased_potential bitshuffle blosclz buffers capacity category center center_of_mass chain_length checkpoint checksum chunk_rows codec commit converge converged_snapshot cpu csv cuda cutoff degrees_of_freedom delay_steps demo device device_buffer distance documented double downhill_steps dtype durability dynamics edges emulated energy_drift_monitor epsilon extxyz field fields fire fire2 fire2_variable_cell fire_variable_cell float32 float64 fmax freeze_atoms frequency friction_per_fs fully_async fuse given gzip history hooks host host_memory include_kinetic indices initial initial_temperature_kelvin input interval_seconds isotropic journal keep_velocities kinetic_energy largest_first lbfgs lennard_jones level log_clamps logging lz4 lz4hc max max_abs max_atoms max_bytes max_edges max_events max_force max_force_clamp max_step max_steps max_systems mean metric metrics min mixed mixing_decrease mixing_start mode model name nan_detector nccl neighbor_list none norm nph npt nve nvt_langevin nvt_nose_hoover nvtx order output overflow oversized pairs path per_atom_per_step pipeline pipelines plain_zstd position precision pressure pressure_coupling pressure_ev_per_a3 pressure_gpa profiler quarantine raise ranges ranks reduce refill_frequency refuse replicas residual_stress_gpa sampler scalars seed select shard_rows shift shuffle side sigma single_point sink sinks skin slots snapshot species spring_constant stall_timeout_seconds standard step steps stop store_edges strict sum switch_width sync system_chunk_rows systems temperature_kelvin tensorboard thermostat_time_fs threads threshold timestep_decrease timestep_fs timestep_increase timestep_max_fs timestep_min_fs transport triclinic url volume wall warn window wrap_periodic x y yoshida_order z zarr zero_forces zlib zstd'
}

_athanor() {
    local IFS=$' \t\n' words='' files=''
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    if ((COMP_CWORD == 1)); then
        words='-h --help --version run resume validate inspect convert report slurm merge doctor help schema'
    else
        case "${COMP_WORDS[1]}" in
            run)
                case "$before" in
                    --set) : ;;
                    --device) words='auto cpu' ;;
                    --progress) words='auto live plain json none' ;;
                    --metrics) files='!*' ;;
                    --shard) : ;;
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --set --device --progress --metrics --retry-quarantine --dry-run --shard --overwrite --resume'
                        else files='!*.json'; fi ;;
                esac ;;
            resume)
                case "$before" in
                    --set) : ;;
                    --device) words='auto cpu' ;;
                    --progress) words='auto live plain json none' ;;
                    --metrics) files='!*' ;;
                    --shard) : ;;
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --set --device --progress --metrics --retry-quarantine --dry-run --shard'
                        else files='!*.json'; fi ;;
                esac ;;
            validate)
                case "$before" in
                    --set) : ;;
                    --device) words='auto cpu' ;;
                    --ranks) : ;;
                    --ranks-per-node) : ;;
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --set --device --ranks --ranks-per-node'
                        else files='!*.json'; fi ;;
                esac ;;
            inspect)
                case "$before" in
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --json --quick'
                        else files='*'; fi ;;
                esac ;;
            convert)
                case "$before" in
                    --select) : ;;
                    --format) words='extxyz lammps zarr' ;;
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --select --format --overwrite'
                        else files='!*'; fi ;;
                esac ;;
            report)
                case "$before" in
                    --output) files='!*' ;;
                    --metrics) files='!*' ;;
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --output --metrics'
                        else files='!*'; fi ;;
                esac ;;
            slurm)
                case "$before" in
                    --set) : ;;
                    --device) words='auto cpu' ;;
                    -o | --output) files='!*' ;;
                    --nodes) : ;;
                    --ranks) : ;;
                    --cpus-per-task) : ;;
                    --gpus-per-node) : ;;
                    --memory) : ;;
                    --time) : ;;
                    --partition) : ;;
                    --account) : ;;
                    --name) : ;;
                    --log) : ;;
                    --launcher) : ;;
                    --warning) : ;;
                    --max-requeues) : ;;
                    --array) : ;;
                    --sbatch) : ;;
                    --line) : ;;
                    --program) files='!*' ;;
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --set --device -o --output --nodes --ranks --cpus-per-task --gpus-per-node --memory --time --partition --account --name --log --launcher --warning --max-requeues --array --sbatch --line --program'
                        else files='!*.json'; fi ;;
                esac ;;
            merge)
                case "$before" in
                    --set) : ;;
                    --device) words='auto cpu' ;;
                    --shards) : ;;
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --set --device --shards --overwrite'
                        else files='!*.json'; fi ;;
                esac ;;
            doctor)
                case "$before" in
                    --set) : ;;
                    --device) words='auto cpu' ;;
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --set --device --json'
                        else files='!*.json'; fi ;;
                esac ;;
            help)
                case "$before" in
                    --write) files='*' ;;
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help --write'
                        else words=$(_athanor_keys); fi ;;
                esac ;;
            schema)
                case "$before" in
                    *)
                        if [[ "$word" == -* ]]; then words='-h --help'
                        else :; fi ;;
                esac ;;
        esac
    fi
    COMPREPLY=()
    if [[ -n "$words" ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$word"))
    elif [[ -n "$files" ]]; then
        IFS=$'\n'
        COMPREPLY=($(compgen -f -X "$files" -- "$word"; compgen -d -- "$word"))
        COMPREPLY=($(printf '%s\n' "${COMPREPLY[@]}" | sort -u))
        type compopt > /dev/null 2>&1 && compopt -o filenames 2> /dev/null
    fi
}
complete -F _athanor athanor
