// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace athanor {

/// What a batch job asks Slurm for, and what it does there. Of a text that is empty and an amount
/// that is 0 the script says nothing: Slurm's or the site's own value holds.
struct SlurmOptions {
    std::string name;
    int nodes = 1;
    int ranks = 1;  ///< of each shard
    int cpus_per_rank = 1;
    int gpus_per_node = 0;
    std::string memory_per_node;  ///< as Slurm takes it: "900M", "16G"
    std::string time;             ///< the limit, as Slurm takes it: "30", "04:00:00", "2-12"
    std::string partition, account;
    std::string log;  ///< file, relative to where the job is submitted; "%j" is its number
    int warning_seconds = 180;  ///< from SIGUSR1 to the limit; Slurm may be a minute off
    int max_requeues = 20;
    int shards = 0;                        ///< above 0: an array job of so many
    std::string launcher = "srun-pmix";    ///< or "srun-pmi2", "mpirun"
    std::vector<std::string> directives;   ///< more options of sbatch, "--qos=low"
    std::vector<std::string> shell_lines;  ///< run before the program starts: "module load openmpi"
};

/// The batch script that runs `program run ARGUMENTS --resume` over all ranks, ends with code 75
/// after a warning and is requeued then; with the steps of launch/slurm/campaign.sbatch.
/// `facts`: lines for people, which stand in it as comments.
/// Throws: ConfigError for texts with line ends, and for a time that Slurm does not take or that is
///         no longer than the warning.
[[nodiscard]] std::string slurm_script(SlurmOptions const& options, std::string const& program,
                                       std::vector<std::string> const& arguments,
                                       std::vector<std::string> const& facts);

/// The job that joins what the shards of an array job have written: `program merge ARGUMENTS` on
/// one core. Throws as slurm_script().
[[nodiscard]] std::string slurm_merge_script(SlurmOptions const& options,
                                             std::string const& program,
                                             std::vector<std::string> const& arguments);

/// Seconds of a time limit as Slurm takes it; -1 for no limit ("infinite", "UNLIMITED").
/// Throws: ConfigError.
[[nodiscard]] long slurm_seconds(std::string const& time);

/// The same text as one word of a shell's line.
[[nodiscard]] std::string shell_quoted(std::string const& text);

namespace detail {

/// The part of the script that is the same for every campaign.
[[nodiscard]] std::string_view slurm_steps();

}  // namespace detail
}  // namespace athanor
