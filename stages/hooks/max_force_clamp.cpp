// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/max_force_clamp.hpp"

#include <utility>

#include <fmt/format.h>

#include "kernels/max_force_clamp.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

/// The hook's state of all systems, where the columns are; all null where there is none.
template <class Columns>
DeviceClampLog log_of(Columns&& columns, std::span<FieldIndex const> state) {
    if (state.empty()) return {};
    return {.uncounted = columns.template column<std::int64_t>(state[0]),
            .told = columns.template column<std::uint8_t>(state[1]),
            .untold = columns.template column<std::uint8_t>(state[2]),
            .atom = columns.template column<std::int64_t>(state[3]),
            .length = columns.template column<double>(state[4]),
            .step = columns.template column<std::int64_t>(state[5])};
}

class DeviceMaxForceClamp final : public DeviceHook {
public:
    DeviceMaxForceClamp(double max_force, DeviceClampLog const& log)
        : max_force_(max_force), log_(log) {}
    void fire(DeviceFiring const& firing) override {
        clamp_forces(firing.queue, firing.systems, firing.sums, max_force_, log_);
    }

private:
    double max_force_;
    DeviceClampLog log_;
};

}  // namespace

MaxForceClamp::MaxForceClamp(MaxForceClampOptions const& options, Warn warn)
    : options_(options), warn_(std::move(warn)) {
    require_positive("max_force", options.max_force);
}

std::vector<FieldSpec> MaxForceClamp::state_fields() const {
    if (!options_.log_clamps) return {};
    auto const field = [](char const* name, Dtype dtype, char const* unit = "") {
        return FieldSpec{name, Level::system, dtype, {1}, unit, FieldRole::state};
    };
    return {field("uncounted", Dtype::int64),
            field("told", Dtype::boolean),
            field("untold", Dtype::boolean),
            field("clamped_atom", Dtype::int64),
            field("clamped_length", Dtype::float64, "eV/angstrom"),
            field("clamped_step", Dtype::int64)};
}

void MaxForceClamp::fire(HookContext& context) {
    BatchView const view = context.batch.view();
    DeviceClampLog const log = log_of(context.batch, context.state);
    // Of a sample that was on a device when its campaign was stopped.
    if (context.point != HookPoint::on_admission) tell_of_device(context);
    std::int64_t shortened = 0;
    for (SystemIndex system : context.systems) {
        int const s = system.value(), first = view.atom_begin[s];
        if (log.told != nullptr && context.point == HookPoint::on_admission) {
            log.uncounted[s] = log.atom[s] = log.step[s] = 0;
            log.told[s] = log.untold[s] = 0;
            log.length[s] = 0.0;
        }
        for (int atom = first; atom < first + view.atom_count[s]; ++atom) {
            double const length = shorten(view.forces + 3 * atom, options_.max_force);
            if (length == 0.0) continue;
            ++shortened;
            if (log.told == nullptr || log.told[s] != 0) continue;
            log.told[s] = 1;
            log.atom[s] = atom - first;
            log.length[s] = length;
            log.step[s] = view.stage_step[s];
            tell(context, system);
        }
    }
    if (shortened > 0) clamp_count_.fetch_add(shortened, std::memory_order_relaxed);
}

std::unique_ptr<DeviceHook> MaxForceClamp::on_device(DeviceQueue&, DeviceColumns const& columns,
                                                     std::span<FieldIndex const> state) const {
    return std::make_unique<DeviceMaxForceClamp>(options_.max_force, log_of(columns, state));
}

void MaxForceClamp::tell_of_device(HookContext& context) {
    DeviceClampLog const log = log_of(context.batch, context.state);
    if (log.told == nullptr) return;
    for (SystemIndex system : context.systems) {
        int const s = system.value();
        clamp_count_.fetch_add(std::exchange(log.uncounted[s], 0), std::memory_order_relaxed);
        if (std::exchange(log.untold[s], std::uint8_t{0}) != 0) tell(context, system);
    }
}

void MaxForceClamp::tell(HookContext const& context, SystemIndex system) {
    stage_ = context.stage;
    sample_count_.fetch_add(1, std::memory_order_relaxed);
    Batch& batch = context.batch;
    if (!warn_) return;
    DeviceClampLog const log = log_of(batch, context.state);
    int const s = system.value();
    warn_(fmt::format(
        "{}: stage {}, sample {} (\"{}\"): the force on atom {} after {} steps is {:.6g} eV/Å, "
        "shortened to {:.6g}; more of this sample are counted, not told",
        name(), context.stage.value(), batch.sample_id(system).value(), batch.name(system),
        log.atom[s], log.step[s], log.length[s], options_.max_force));
}

void MaxForceClamp::close() {
    if (!options_.log_clamps || !warn_ || clamp_count() == 0) return;
    warn_(fmt::format("{}: stage {}: {} forces of {} samples were longer than {:.6g} eV/Å", name(),
                      stage_.value(), clamp_count(), sample_count(), options_.max_force));
}

}  // namespace athanor
