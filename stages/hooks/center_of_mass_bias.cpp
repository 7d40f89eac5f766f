// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/center_of_mass_bias.hpp"

#include <algorithm>
#include <utility>

#include "kernels/bias_step.hpp"
#include "stages/hooks/device_bias.hpp"
#include "stages/hooks/device_indices.hpp"
#include "stages/hooks/require_atom.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

/// Has the list of atoms on the device.
class DeviceCenterOfMassBias final : public DeviceHook {
public:
    DeviceCenterOfMassBias(DeviceIndices atoms, CenterOfMassBiasFunctor const& functor,
                           double const* memory)
        : atoms_(std::move(atoms)), bias_(functor, memory) {}
    void fire(DeviceFiring const& firing) override { bias_.fire(firing); }
    [[nodiscard]] bool may_fail(HookPoint point) const override { return bias_.may_fail(point); }

private:
    DeviceIndices atoms_;
    DeviceBias<CenterOfMassBiasFunctor> bias_;
};

}  // namespace

CenterOfMassBias::CenterOfMassBias(CenterOfMassBiasOptions options) : options_(std::move(options)) {
    require_positive("spring_constant", options_.spring_constant);
    if (options_.center)
        for (double const x : *options_.center) require_option(true, "center", x, "finite numbers");
    auto& indices = options_.indices;
    for (int const index : indices)
        require_option(index >= 0, "indices", index, "numbers of atoms from 0");
    std::sort(indices.begin(), indices.end());
    indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
}

CenterOfMassBiasFunctor CenterOfMassBias::functor(SortedIndices const& atoms) const {
    auto const center = options_.center.value_or(std::array<double, 3>{});
    return {.spring_constant = options_.spring_constant,
            .has_center = options_.center.has_value(),
            .center = {center[0], center[1], center[2]},
            .atoms = atoms};
}

CenterOfMassBiasFunctor CenterOfMassBias::functor_here() const {
    return functor({options_.indices.data(), static_cast<int>(options_.indices.size())});
}

void CenterOfMassBias::admit(BatchView const& batch, SystemIndex system,
                             std::span<double> memory) const {
    if (!options_.indices.empty())
        require_atom(options_.indices.back(), batch.atom_count[system.value()]);
    if (memory.empty()) return;
    auto const totals = bias_totals(functor_here(), batch, system.value());
    for (int x = 0; x < 3; ++x)
        memory[static_cast<std::size_t>(x)] = CenterOfMassBiasFunctor::place(totals.data(), x);
}

double CenterOfMassBias::add(BatchView const& batch, SystemIndex system,
                             std::span<double const> memory, std::span<double> forces) const {
    return add_bias(functor_here(), batch, system.value(), memory.data(), forces.data());
}

std::unique_ptr<DeviceHook> CenterOfMassBias::on_device(DeviceQueue& queue,
                                                        double const* memory) const {
    DeviceIndices atoms(queue, options_.indices);
    CenterOfMassBiasFunctor const there = functor(atoms.view());
    return std::make_unique<DeviceCenterOfMassBias>(std::move(atoms), there, memory);
}

}  // namespace athanor
