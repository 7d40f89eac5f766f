// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/make_hooks.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "launch/hook_paths.hpp"
#include "sinks/csv_log.hpp"
#include "sinks/queued_log.hpp"
#include "sinks/tensorboard_log.hpp"
#include "stages/hooks/align_cell.hpp"
#include "stages/hooks/biased_potential.hpp"
#include "stages/hooks/converged_snapshot.hpp"
#include "stages/hooks/energy_drift_monitor.hpp"
#include "stages/hooks/freeze_atoms.hpp"
#include "stages/hooks/logging.hpp"
#include "stages/hooks/max_force_clamp.hpp"
#include "stages/hooks/nan_detector.hpp"
#include "stages/hooks/profiler.hpp"
#include "stages/hooks/snapshot.hpp"
#include "stages/hooks/wrap_periodic.hpp"

namespace athanor {
namespace {

LogScalar log_scalar(LogColumn column) {
    switch (column) {
        case LogColumn::kinetic_energy:
            return kinetic_energy_scalar();
        case LogColumn::volume:
            return volume_scalar();
        case LogColumn::pressure:
            break;
    }
    return pressure_scalar();
}

void warn(std::string const& line) {
    std::fputs(fmt::format("athanor: warning: {}\n", line).c_str(), stderr);
}

std::unique_ptr<Bias const> make_bias(CenterOfMassBiasOptions const& options) {
    return std::make_unique<CenterOfMassBias const>(options);
}
std::unique_ptr<Bias const> make_bias(DistanceBiasOptions const& options) {
    return std::make_unique<DistanceBias const>(options);
}
std::unique_ptr<Bias const> make_bias(WallBiasOptions const& options) {
    return std::make_unique<WallBias const>(options);
}

/// Hooks that write nothing have all they need in their options.
struct QuietHookMaker {
    std::shared_ptr<Hook> operator()(MaxForceClampOptions const& options) const {
        return std::make_shared<MaxForceClamp>(options, warn);
    }
    std::shared_ptr<Hook> operator()(WrapPeriodicOptions const& options) const {
        return std::make_shared<WrapPeriodic>(options);
    }
    std::shared_ptr<Hook> operator()(FreezeAtomsOptions const& options) const {
        return std::make_shared<FreezeAtoms>(options);
    }
    std::shared_ptr<Hook> operator()(NanDetectorOptions const& options) const {
        return std::make_shared<NanDetector>(options);
    }
    std::shared_ptr<Hook> operator()(EnergyDriftMonitorOptions const& options) const {
        return std::make_shared<EnergyDriftMonitor>(options, warn);
    }
    std::shared_ptr<Hook> operator()(AlignCellOptions const&) const {
        return std::make_shared<AlignCell>();
    }
    std::shared_ptr<Hook> operator()(BiasedPotentialSpec const& spec) const {
        return std::make_shared<BiasedPotential>(
            std::visit([](auto const& options) { return make_bias(options); }, spec.bias));
    }
};

/// Has the place of a hook that writes: state of hooks is named by their places.
struct NoHook final : Hook {
    [[nodiscard]] std::string name() const override { return "none"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission;
    }
    void fire(HookContext&) override {}
};

struct RehearsingHookMaker : QuietHookMaker {
    using QuietHookMaker::operator();
    std::shared_ptr<Hook> operator()(auto const&) const { return std::make_shared<NoHook>(); }
};

struct HookMaker : QuietHookMaker {
    using QuietHookMaker::operator();
    explicit HookMaker(HookSurroundings const& surroundings) : around(surroundings) {}

    HookSurroundings const& around;

    [[nodiscard]] std::string placed(std::string const& path) const {
        return with_replica(with_rank(path, around.place.rank), around.replica);
    }
    std::shared_ptr<Hook> operator()(LoggingSpec const& spec) const {
        std::filesystem::path const path = placed(spec.path);
        std::unique_ptr<LogWriter> log;
        if (spec.backend == LogBackend::csv)
            log = std::make_unique<CsvLog>(
                path, around.goes_on ? CsvLog::Existing::append : CsvLog::Existing::replace);
        else
            log = std::make_unique<TensorboardLog>(path);
        LoggingOptions options{spec.frequency, {}};
        for (LogColumn const column : spec.scalars) options.scalars.push_back(log_scalar(column));
        return std::make_shared<Logging>(std::make_unique<QueuedLog>(std::move(log)),
                                         std::move(options));
    }

    std::shared_ptr<Hook> operator()(SnapshotSpec const& spec) const {
        return std::make_shared<Snapshot>(around.sinks.at(spec.sink),
                                          SnapshotOptions{spec.frequency, spec.initial});
    }
    std::shared_ptr<Hook> operator()(ConvergedSnapshotSpec const& spec) const {
        return std::make_shared<ConvergedSnapshot>(around.sinks.at(spec.sink));
    }
    std::shared_ptr<Hook> operator()(ProfilerOptions const& options) const {
        ProfilerOptions named = options;
        named.path = placed(options.path);
        return std::make_shared<Profiler>(std::move(named), around.place);
    }
};

}  // namespace

std::vector<std::shared_ptr<Hook>> make_hooks(std::vector<HookSpec> const& specs,
                                              HookSurroundings const& around) {
    HookMaker const maker(around);
    std::vector<std::shared_ptr<Hook>> hooks;
    for (HookSpec const& spec : specs) hooks.push_back(std::visit(maker, spec));
    return hooks;
}

std::vector<std::shared_ptr<Hook>> make_hooks_that_write_nothing(
    std::vector<HookSpec> const& specs) {
    std::vector<std::shared_ptr<Hook>> hooks;
    for (HookSpec const& spec : specs) hooks.push_back(std::visit(RehearsingHookMaker{}, spec));
    return hooks;
}

}  // namespace athanor
