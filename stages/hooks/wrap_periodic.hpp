// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/hook.hpp"

namespace athanor {

struct WrapPeriodicOptions {
    int frequency = 1;  ///< steps of each sample between its wraps, above 0
    bool operator==(WrapPeriodicOptions const&) const = default;
};

/// Moves atoms back into the cell along its periodic directions, by whole lattice vectors:
///   s = r h⁻¹, r -= floor(s_k) h_k for each periodic k; open directions stay as they are.
/// The axes are fractional, not Cartesian: in a skew cell an atom may move along x, y and z.
/// Point:    after_step. Rows that a hook before it writes are not wrapped, those after it are.
/// Bits:     atoms inside keep theirs; one that moves is rounded once per component, so that it
///           lies in the cell within rounding. Energy, forces, velocities and stress stay.
/// Neighbours: a list takes a wrapped atom for one that has moved far, and is rebuilt with other
///           images of the same atoms; every pair within the cutoff is still in it. Forces at the
///           wrapped positions differ from those at the others by rounding, and are as before a
///           function of positions and cell alone: a sample wraps by its own steps, so its bits
///           depend on nothing else.
/// Refused:  beside a hook that depends on images, such as a bias on a centre of mass.
/// Untouched: samples without a periodic direction, or whose periodic vectors span nothing.
class WrapPeriodic final : public Hook {
public:
    /// Throws ConfigError for a frequency below 1.
    explicit WrapPeriodic(WrapPeriodicOptions const& options);

    [[nodiscard]] std::string name() const override { return "wrap_periodic"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::after_step;
    }
    [[nodiscard]] int frequency() const override { return options_.frequency; }
    [[nodiscard]] bool moves_atoms_between_images() const override { return true; }
    void fire(HookContext& context) override;
    [[nodiscard]] std::unique_ptr<DeviceHook> on_device(
        DeviceQueue& queue, DeviceColumns const& columns,
        std::span<FieldIndex const> state) const override;

private:
    WrapPeriodicOptions options_;
};

}  // namespace athanor
