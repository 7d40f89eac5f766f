// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/max_force_clamp.hpp"

#include <utility>

#include <fmt/format.h>

#include "kernels/max_force_clamp.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

class DeviceMaxForceClamp final : public DeviceHook {
public:
    explicit DeviceMaxForceClamp(double max_force) : max_force_(max_force) {}
    void fire(DeviceFiring const& firing) override {
        clamp_forces(firing.queue, firing.systems, firing.sums, max_force_, nullptr);
    }

private:
    double max_force_;
};

}  // namespace

MaxForceClamp::MaxForceClamp(MaxForceClampOptions const& options, Warn warn)
    : options_(options), warn_(std::move(warn)) {
    require_positive("max_force", options.max_force);
}

std::vector<FieldSpec> MaxForceClamp::state_fields() const {
    if (!options_.log_clamps) return {};
    return {{"told", Level::system, Dtype::boolean, {1}, "", FieldRole::state}};
}

void MaxForceClamp::fire(HookContext& context) {
    BatchView const view = context.batch.view();
    auto* const told =
        options_.log_clamps ? context.batch.column<std::uint8_t>(context.state[0]) : nullptr;
    std::int64_t shortened = 0;
    for (SystemIndex system : context.systems) {
        int const s = system.value(), first = view.atom_begin[s];
        if (told != nullptr && context.point == HookPoint::on_admission) told[s] = 0;
        for (int atom = first; atom < first + view.atom_count[s]; ++atom) {
            double const length = shorten(view.forces + 3 * atom, options_.max_force);
            if (length == 0.0) continue;
            ++shortened;
            if (told == nullptr || told[s] != 0) continue;
            told[s] = 1;
            tell(context, system, atom - first, length);
        }
    }
    if (shortened > 0) clamp_count_.fetch_add(shortened, std::memory_order_relaxed);
}

std::unique_ptr<DeviceHook> MaxForceClamp::on_device(DeviceQueue&, DeviceColumns const&,
                                                     std::span<FieldIndex const>) const {
    if (options_.log_clamps) return nullptr;
    return std::make_unique<DeviceMaxForceClamp>(options_.max_force);
}

void MaxForceClamp::tell(HookContext const& context, SystemIndex system, int atom, double length) {
    stage_ = context.stage;
    sample_count_.fetch_add(1, std::memory_order_relaxed);
    Batch const& batch = context.batch;
    if (warn_)
        warn_(fmt::format(
            "{}: stage {}, sample {} (\"{}\"): the force on atom {} after {} steps is {:.6g} eV/Å, "
            "shortened to {:.6g}; more of this sample are counted, not told",
            name(), context.stage.value(), batch.sample_id(system).value(), batch.name(system),
            atom, batch.column<std::int64_t>(Fields::stage_step)[system.value()], length,
            options_.max_force));
}

void MaxForceClamp::close() {
    if (!options_.log_clamps || !warn_ || clamp_count() == 0) return;
    warn_(fmt::format("{}: stage {}: {} forces of {} samples were longer than {:.6g} eV/Å", name(),
                      stage_.value(), clamp_count(), sample_count(), options_.max_force));
}

}  // namespace athanor
