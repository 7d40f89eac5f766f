// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/lbfgs_step.hpp"
#include "runtime/dynamics.hpp"

namespace athanor {

struct LbfgsOptions {
    double max_step = 0.2;  ///< largest move of one atom in one step [Å], above 0
    int history = 16;       ///< moves that a sample remembers, 1 to most_lbfgs_pairs
    bool operator==(LbfgsOptions const&) const = default;
};

/// Limited-memory BFGS with a step limit and backtracking; one evaluation of forces per step. From
/// a base point with energy E, forces F and a history of moves s and changes of forces y = F - F',
///   1. d = H F with the two-loop recursion, H₀ = s·y / y·y of the newest pair, or 1/70 Å²/eV
///      without history; the whole of d is scaled down until no atom moves further than max_step.
///   2. The point r + d is good when E' <= E - 1e-4 F·d, or, within 1e-6 |E|, where rounding may
///      hide the change, when F'·d >= -0.8 F·d. A good point is the next base point, and its pair
///      enters the history when s·y > 0; otherwise the history is dropped, and d is along F, twice
///      as long as the last move but no shorter than without history.
///   3. A bad point is left again: the next step goes to the minimum of the parabola through E, E'
///      and the slope, at 0.1 to 0.5 of the way. After 8 bad points the last one is taken as it is
///      and the history is dropped, as it is when d is not downhill.
/// Source: Nocedal, Math. Comput. 35, 773 (1980); Liu, Nocedal, Math. Program. 45, 503 (1989);
///         Hager, Zhang, SIAM J. Optim. 16, 170 (2005), eq. 4.1, for the condition on slopes.
/// State:  moves are remembered, not places, so wrapping atoms into the cell does no harm.
/// Units:  velocities stay zero.
class Lbfgs final : public Dynamics {
public:
    /// Throws ConfigError for a value outside the ranges of the options.
    explicit Lbfgs(LbfgsOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "lbfgs"; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void bind(Batch& batch) override;
    void admit(UpdateContext const& context) override;
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const&) override {}
    [[nodiscard]] bool has_physical_velocities() const override { return false; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;

private:
    LbfgsSettings settings_;
    LbfgsState state_{};
};

}  // namespace athanor
