// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/hook.hpp"

namespace athanor {

struct AlignCellOptions {
    bool operator==(AlignCellOptions const&) const = default;
};

/// Turns a periodic sample so that its cell is lower triangular: a along x, b in the half plane of
/// x and y with y above 0, and with them everything that has a direction:
///   e1 = a/|a|, e2 = (b - (b·e1) e1)/|...|, e3 = e1 x e2;  v' = (v·e1, v·e2, v·e3)
/// for cell rows, positions, velocities and forces, S'_ij = e_i·S e_j for the stress.
/// Always a rotation about the origin, never a mirror: a left-handed cell stays left-handed, its
/// c_z is below 0. Energy, distances and angles stay; fields of the user are not turned.
/// Point:    on_admission, before the dynamics sets its state, so that no state of a dynamics has
///           to be turned. A barostat that turns the cell later is not followed.
/// Order:    before hooks that remember or depend on places: freeze_atoms, biased_potential.
/// Bits:     an aligned cell is left exactly as it is, with its sample.
/// Untouched: samples without a periodic direction, and cells without volume.
class AlignCell final : public Hook {
public:
    [[nodiscard]] std::string name() const override { return "align_cell"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission;
    }
    /// The stress of the unturned sample, which is then turned: neighbour lists still hold the
    /// unturned positions, and no stress could be had from them later.
    [[nodiscard]] bool needs_stress() const override { return true; }
    void fire(HookContext& context) override;
};

}  // namespace athanor
