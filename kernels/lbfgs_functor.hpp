// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/lbfgs_step.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// Å² per eV: the move along forces without history.
inline constexpr double lbfgs_first_scale = 1.0 / 70.0;
/// Armijo's, of the slope.
inline constexpr double lbfgs_sufficient_decrease = 1e-4;
/// Of |E|: below it the slopes decide.
inline constexpr double lbfgs_energy_noise = 1e-6;
/// Of the old slope, when the slopes decide.
inline constexpr double lbfgs_slope_limit = 0.8;
/// s·y of |s||y| that makes a pair.
inline constexpr double lbfgs_least_curvature = 1e-10;
/// Of a move that went too far.
inline constexpr double lbfgs_shortest_part = 0.1, lbfgs_longest_part = 0.5;
inline constexpr int most_lbfgs_tries = 8;

/// One step of one system (stages/lbfgs.hpp): the same body for one thread of a host, and for all
/// threads of a block of a device, which take the same decisions from the same sums.
/// Loops: each(count, body) runs body(k) for all k and returns when they are done; dot(a, b, atoms)
///        and max_norm(v, atoms) are those of sample_reduce.hpp; lead() is true for one thread;
///        part(k) is room for a number of each pair, which lead() writes before the next sum.
template <class Loops>
class LbfgsSystemStep {
public:
    ATHANOR_HD LbfgsSystemStep(Loops const& loops, BatchView const& batch, int s,
                               LbfgsSettings const& settings, LbfgsState const& state)
        : loops_(loops),
          settings_(settings),
          state_(state),
          s_(s),
          first_(3 * static_cast<std::ptrdiff_t>(batch.atom_begin[s])),
          atoms_(batch.atom_count[s]),
          positions_(batch.positions + first_),
          forces_(batch.forces + first_),
          energy_(batch.energy[s]),
          move_(state.move + first_),
          base_forces_(state.base_forces + first_),
          base_energy_(state.base_energy[s]),
          pairs_(state.pairs[s]),
          tries_(state.tries[s]) {}

    ATHANOR_HD void run() {
        judge_and_move();
        if (!loops_.lead()) return;
        state_.base_energy[s_] = base_energy_;
        state_.pairs[s_] = pairs_;
        state_.tries[s_] = tries_;
    }

private:
    ATHANOR_HD void judge_and_move() {
        if (tries_ > 0) {
            double const slope = -dot(base_forces_, move_);
            double const new_slope = -dot(forces_, move_);
            if (!is_good(slope, new_slope)) {
                if (tries_ < most_lbfgs_tries) return go_back(slope);
                pairs_ = 0;  // stuck: what was learnt is no use here
            } else {
                learn();
            }
        }
        take_step();
    }

    [[nodiscard]] ATHANOR_HD double dot(double const* a, double const* b) const {
        return loops_.dot(a, b, atoms_);
    }
    ATHANOR_HD void add(double factor, double const* from, double* to) const {
        loops_.each(3 * atoms_, [&](int k) { to[k] += factor * from[k]; });
    }
    ATHANOR_HD void copy(double const* from, double* to) const {
        loops_.each(3 * atoms_, [&](int k) { to[k] = from[k]; });
    }
    ATHANOR_HD void scale(double factor, double* values) const {
        loops_.each(3 * atoms_, [&](int k) { values[k] *= factor; });
    }

    /// Armijo's condition; where rounding hides the change of energy, the approximate condition of
    /// Hager and Zhang on the slopes.
    [[nodiscard]] ATHANOR_HD bool is_good(double slope, double new_slope) const {
        double const base = base_energy_;
        if (energy_ <= base + lbfgs_sufficient_decrease * slope) return true;
        return energy_ <= base + lbfgs_energy_noise * std::fabs(base) &&
               new_slope <= -lbfgs_slope_limit * slope;
    }

    /// Shortens the move to the minimum of the parabola through both energies and the first slope.
    ATHANOR_HD void go_back(double slope) {
        double const rise = energy_ - base_energy_;
        double part = -0.5 * slope / (rise - slope);
        if (part < lbfgs_shortest_part) part = lbfgs_shortest_part;
        if (part > lbfgs_longest_part) part = lbfgs_longest_part;
        add(part - 1.0, move_, positions_);
        scale(part, move_);
        ++tries_;
    }

    /// Takes the move and the change of forces into the history, in place of the oldest pair.
    ATHANOR_HD void learn() {
        auto const slot = static_cast<std::size_t>(pairs_ % settings_.history);
        double* const s = state_.pair_move[slot] + first_;
        double* const y = state_.pair_change[slot] + first_;
        loops_.each(3 * atoms_, [&](int k) {
            s[k] = move_[k];
            y[k] = base_forces_[k] - forces_[k];
        });
        double const product = dot(s, y);
        if (product > lbfgs_least_curvature * std::sqrt(dot(s, s) * dot(y, y))) {
            if (loops_.lead()) state_.pair_product[slot][s_] = product;
            ++pairs_;
        } else {  // the energy curves down along a good move: nothing to learn, but far to go
            pairs_ = 0;
            double const squares = dot(forces_, forces_);
            if (squares > 0.0)
                lone_scale_ = std::fmax(lbfgs_first_scale, 2.0 * std::sqrt(dot(s, s) / squares));
        }
    }

    /// move = H F by the two loops over the history.
    ATHANOR_HD void find_direction() {
        copy(forces_, move_);
        std::int64_t const pairs = pairs_;
        std::int64_t const oldest = std::max<std::int64_t>(0, pairs - settings_.history);
        for (std::int64_t p = pairs - 1; p >= oldest; --p) {
            auto const k = static_cast<std::size_t>(p % settings_.history);
            double const part =
                dot(state_.pair_move[k] + first_, move_) / state_.pair_product[k][s_];
            if (loops_.lead()) loops_.part(k) = part;
            add(-part, state_.pair_change[k] + first_, move_);
        }
        scale(first_guess(pairs), move_);
        for (std::int64_t p = oldest; p < pairs; ++p) {
            auto const k = static_cast<std::size_t>(p % settings_.history);
            double const back =
                dot(state_.pair_change[k] + first_, move_) / state_.pair_product[k][s_];
            add(loops_.part(k) - back, state_.pair_move[k] + first_, move_);
        }
    }

    /// The inverse curvature along the newest pair.
    [[nodiscard]] ATHANOR_HD double first_guess(std::int64_t pairs) const {
        if (pairs == 0) return lone_scale_;
        auto const k = static_cast<std::size_t>((pairs - 1) % settings_.history);
        double const* const y = state_.pair_change[k] + first_;
        return state_.pair_product[k][s_] / dot(y, y);
    }

    ATHANOR_HD void take_step() {
        find_direction();
        if (!(dot(forces_, move_) > 0.0)) {  // uphill or no number
            pairs_ = 0;
            find_direction();
        }
        double const largest = loops_.max_norm(move_, atoms_);
        if (largest > settings_.max_step) scale(settings_.max_step / largest, move_);
        copy(forces_, base_forces_);
        base_energy_ = energy_;
        tries_ = 1;
        add(1.0, move_, positions_);
    }

    Loops const& loops_;
    LbfgsSettings const& settings_;
    LbfgsState const& state_;
    int s_;
    std::ptrdiff_t first_;
    int atoms_;
    double* positions_;
    double const* forces_;
    double energy_;
    double* move_;
    double* base_forces_;
    double base_energy_;  // these three are written back at the end, by one thread
    std::int64_t pairs_;
    std::int64_t tries_;
    double lone_scale_ = lbfgs_first_scale;  ///< H₀ without history [Å²/eV]
};

}  // namespace athanor
