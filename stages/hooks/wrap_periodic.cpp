// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/wrap_periodic.hpp"

#include <cstddef>

#include "kernels/cell_frame.hpp"
#include "kernels/wrap_periodic.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

struct DeviceWrapPeriodic final : DeviceHook {
    void fire(DeviceFiring const& firing) override {
        wrap_atoms(firing.queue, firing.systems, firing.sums);
    }
};

}  // namespace

WrapPeriodic::WrapPeriodic(WrapPeriodicOptions const& options) : options_(options) {
    require_option(options.frequency >= 1, "frequency", options.frequency, "1 or more");
}

void WrapPeriodic::fire(HookContext& context) {
    BatchView const view = context.batch.view();
    for (SystemIndex system : context.systems) {
        std::ptrdiff_t const s = system.value();
        std::uint8_t const* const pbc = view.pbc + 3 * s;
        if (pbc[0] == 0 && pbc[1] == 0 && pbc[2] == 0) continue;
        CellFrame const frame = CellFrame::of(view.cell + 9 * s, pbc);
        if (!frame.usable) continue;
        std::ptrdiff_t const first = view.atom_begin[s];
        for (std::ptrdiff_t atom = first; atom < first + view.atom_count[s]; ++atom)
            wrap(view.positions + 3 * atom, frame);
    }
}

std::unique_ptr<DeviceHook> WrapPeriodic::on_device(DeviceQueue&, DeviceColumns const&,
                                                    std::span<FieldIndex const>) const {
    return std::make_unique<DeviceWrapPeriodic>();
}

}  // namespace athanor
