// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/convergence.hpp"
#include "stages/degrees_of_freedom.hpp"
#include "stages/demo.hpp"
#include "stages/fire.hpp"
#include "stages/fire2.hpp"
#include "stages/fire2_variable_cell.hpp"
#include "stages/fire_variable_cell.hpp"
#include "stages/fused_order.hpp"
#include "stages/hooks/align_cell.hpp"
#include "stages/hooks/center_of_mass_bias.hpp"
#include "stages/hooks/distance_bias.hpp"
#include "stages/hooks/energy_drift_monitor.hpp"
#include "stages/hooks/freeze_atoms.hpp"
#include "stages/hooks/max_force_clamp.hpp"
#include "stages/hooks/nan_detector.hpp"
#include "stages/hooks/profiler.hpp"
#include "stages/hooks/wall_bias.hpp"
#include "stages/hooks/wrap_periodic.hpp"
#include "stages/lbfgs.hpp"
#include "stages/nph.hpp"
#include "stages/npt.hpp"
#include "stages/nve.hpp"
#include "stages/nvt_langevin.hpp"
#include "stages/nvt_nose_hoover.hpp"
#include "stages/single_point.hpp"

namespace athanor {

/// Which dynamics a stage runs: one alternative per word of the configuration.
using DynamicsSpec =
    std::variant<SinglePointOptions, NveOptions, NvtLangevinOptions, FireOptions, Fire2Options,
                 LbfgsOptions, NvtNoseHooverOptions, DemoOptions, NptOptions, NphOptions,
                 FireVariableCellOptions, Fire2VariableCellOptions>;

/// Rows of all samples of the stage, every `frequency` of their own steps.
struct SnapshotSpec {
    std::string sink;
    int frequency = 1;
    bool initial = false;  ///< also frame 0, at admission
    bool operator==(SnapshotSpec const&) const = default;
};

/// One row of every sample that converges.
struct ConvergedSnapshotSpec {
    std::string sink;
    bool operator==(ConvergedSnapshotSpec const&) const = default;
};

enum class LogBackend { csv, tensorboard };
enum class LogColumn { kinetic_energy, volume, pressure };

/// A line per sample every `frequency` of its own steps, in a file of its own.
struct LoggingSpec {
    LogBackend backend = LogBackend::csv;
    std::string path;  ///< csv: a file; tensorboard: a folder
    int frequency = 1;
    std::vector<LogColumn> scalars;  ///< after energy, fmax and temperature
    bool operator==(LoggingSpec const&) const = default;
};

/// A bias on top of the model: one alternative per word of the configuration.
struct BiasedPotentialSpec {
    std::variant<CenterOfMassBiasOptions, DistanceBiasOptions, WallBiasOptions> bias;
    bool operator==(BiasedPotentialSpec const&) const = default;
};

/// Which hook: one alternative per word of the configuration.
using HookSpec =
    std::variant<SnapshotSpec, ConvergedSnapshotSpec, LoggingSpec, MaxForceClampOptions,
                 WrapPeriodicOptions, FreezeAtomsOptions, NanDetectorOptions,
                 EnergyDriftMonitorOptions, AlignCellOptions, BiasedPotentialSpec, ProfilerOptions>;

/// One stage: what it does to a sample, and when the sample is done with it.
struct StageSpec {
    std::string name;
    DynamicsSpec dynamics;
    std::vector<Criterion> converge;          ///< all must hold; empty: never
    std::optional<std::int64_t> step_budget;  ///< `steps` or `max_steps`; none: no limit
    std::optional<double> initial_temperature_kelvin;
    DegreesOfFreedom degrees_of_freedom = DegreesOfFreedom::automatic;
    double skin = 2.0;         ///< of the neighbour list [Å], 0 or above
    bool store_edges = false;  ///< its rows are written with the pairs within the cutoff
    std::vector<HookSpec> hooks;
    bool operator==(StageSpec const&) const = default;
};

/// Where a part of a configuration was written, for messages; empty where nobody wrote it. It takes
/// no part in what was asked for, and so equals every other.
struct WrittenAt {
    std::string place;
    bool operator==(WrittenAt const&) const { return true; }
};

/// One element of the pipeline: a stage, or several fused on one device. One rank runs one instance
/// of an element. Of its fields, stages, order and hooks decide what happens to a sample; the
/// others decide where.
struct ElementSpec {
    std::vector<StageSpec> stages;
    FusedOrder order = FusedOrder::standard;
    std::vector<HookSpec> hooks = {};  ///< of the element: they see the samples of all its stages
    int replicas = 1;                  ///< instances, which share its samples; above 0
    std::vector<int> ranks = {};       ///< of its instances; empty: whoever places them chooses
    /// Sinks for samples that arrive when there is no room for them, tried in this order; empty:
    /// they wait where they are.
    std::vector<std::string> overflow = {};
    int chain = 0;  ///< which of the independent pipelines of a job it belongs to
    WrittenAt written_at = {};
    bool operator==(ElementSpec const&) const = default;
};

/// A chain of elements as plain data: what `+` and `|` build, and what the configuration gives. It
/// may hold several chains, one after the other, that exchange no samples; their stages are
/// numbered through.
struct PipelineSpec {
    std::vector<ElementSpec> elements;
    bool operator==(PipelineSpec const&) const = default;
    [[nodiscard]] int stage_count() const;
    [[nodiscard]] int chain_count() const;
    /// True for the first and the last element of a chain. Expects: 0 <= element < elements.size().
    [[nodiscard]] bool starts_chain(int element) const;
    [[nodiscard]] bool ends_chain(int element) const;
};

/// The hooks of an element's stages, in their order, then its own. Lives as long as the element.
[[nodiscard]] std::vector<HookSpec const*> all_hooks(ElementSpec const& element);

/// Whether each stage, in flattened order, can count on a total momentum of zero: a draw of
/// velocities took it out there or in an earlier stage, or an optimizer brought the sample to rest,
/// and no dynamics or hook since then gave it any. Held atoms are left to
/// count_degrees_of_freedom(), which knows how many a sample has.
[[nodiscard]] std::vector<bool> momentum_stays_zero(PipelineSpec const& pipeline);

/// Stages fused on one device.
[[nodiscard]] ElementSpec operator+(StageSpec const& first, StageSpec const& second);
[[nodiscard]] ElementSpec operator+(ElementSpec first, StageSpec const& second);
[[nodiscard]] ElementSpec operator+(StageSpec const& first, ElementSpec const& second);
/// Elements one after the other, each on its own rank.
[[nodiscard]] PipelineSpec operator|(ElementSpec const& first, ElementSpec const& second);
[[nodiscard]] PipelineSpec operator|(StageSpec const& first, StageSpec const& second);
[[nodiscard]] PipelineSpec operator|(StageSpec const& first, ElementSpec const& second);
[[nodiscard]] PipelineSpec operator|(ElementSpec const& first, StageSpec const& second);
[[nodiscard]] PipelineSpec operator|(PipelineSpec first, ElementSpec const& second);
[[nodiscard]] PipelineSpec operator|(PipelineSpec first, StageSpec const& second);

}  // namespace athanor
