// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/lbfgs_step.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"

namespace athanor {
namespace {

constexpr double first_scale = 1.0 / 70.0;    // Å² per eV: the move along forces without history
constexpr double sufficient_decrease = 1e-4;  // Armijo, of the slope
constexpr double energy_noise = 1e-6;         // of |E|: below it the slopes decide
constexpr double slope_limit = 0.8;           // of the old slope, when the slopes decide
constexpr double least_curvature = 1e-10;     // s·y of |s||y| that makes a pair
constexpr double shortest_part = 0.1, longest_part = 0.5;  // of a move that went too far
constexpr int most_tries = 8;
constexpr double nanoseconds = 0.7;  // of an element in the loops below

/// The rows of one system.
class SystemStep {
public:
    SystemStep(BatchView const& batch, int s, LbfgsSettings const& settings,
               LbfgsState const& state)
        : settings_(settings),
          state_(state),
          s_(s),
          first_(3 * static_cast<std::ptrdiff_t>(batch.atom_begin[s])),
          atoms_(batch.atom_count[s]),
          positions_(batch.positions + first_),
          forces_(batch.forces + first_),
          energy_(batch.energy[s]),
          move_(state.move + first_),
          base_forces_(state.base_forces + first_) {}

    void run() {
        if (state_.tries[s_] > 0) {
            double const slope = -sum_products(base_forces_, move_, atoms_);
            double const new_slope = -sum_products(forces_, move_, atoms_);
            if (!is_good(slope, new_slope)) {
                if (state_.tries[s_] < most_tries) return go_back(slope);
                state_.pairs[s_] = 0;  // stuck: what was learnt is no use here
            } else {
                learn();
            }
        }
        take_step();
    }

private:
    [[nodiscard]] double dot(double const* a, double const* b) const {
        return sum_products(a, b, atoms_);
    }
    void add(double factor, double const* from, double* to) const {
        share_out_each(3 * atoms_, nanoseconds, [&](int k) { to[k] += factor * from[k]; });
    }
    void copy(double const* from, double* to) const {
        share_out(3 * atoms_, nanoseconds,
                  [&](int first, int last) { std::copy(from + first, from + last, to + first); });
    }
    void scale(double factor, double* values) const {
        share_out_each(3 * atoms_, nanoseconds, [&](int k) { values[k] *= factor; });
    }

    /// Armijo's condition; where rounding hides the change of energy, the approximate condition of
    /// Hager and Zhang on the slopes.
    [[nodiscard]] bool is_good(double slope, double new_slope) const {
        double const base = state_.base_energy[s_];
        if (energy_ <= base + sufficient_decrease * slope) return true;
        return energy_ <= base + energy_noise * std::fabs(base) &&
               new_slope <= -slope_limit * slope;
    }

    /// Shortens the move to the minimum of the parabola through both energies and the first slope.
    void go_back(double slope) {
        double const rise = energy_ - state_.base_energy[s_];
        double const part = std::clamp(-0.5 * slope / (rise - slope), shortest_part, longest_part);
        add(part - 1.0, move_, positions_);
        scale(part, move_);
        ++state_.tries[s_];
    }

    /// Takes the move and the change of forces into the history, in place of the oldest pair.
    void learn() {
        auto const slot = static_cast<std::size_t>(state_.pairs[s_] % settings_.history);
        double* const s = state_.pair_move[slot] + first_;
        double* const y = state_.pair_change[slot] + first_;
        share_out_each(3 * atoms_, nanoseconds, [&](int k) {
            s[k] = move_[k];
            y[k] = base_forces_[k] - forces_[k];
        });
        double const product = dot(s, y);
        if (product > least_curvature * std::sqrt(dot(s, s) * dot(y, y))) {
            state_.pair_product[slot][s_] = product;
            ++state_.pairs[s_];
        } else {  // the energy curves down along a good move: nothing to learn, but far to go
            state_.pairs[s_] = 0;
            double const squares = dot(forces_, forces_);
            if (squares > 0.0)
                lone_scale_ = std::fmax(first_scale, 2.0 * std::sqrt(dot(s, s) / squares));
        }
    }

    /// move = H F by the two loops over the history.
    void find_direction() {
        copy(forces_, move_);
        std::int64_t const pairs = state_.pairs[s_];
        std::int64_t const oldest = std::max<std::int64_t>(0, pairs - settings_.history);
        std::array<double, most_lbfgs_pairs> part{};
        for (std::int64_t p = pairs - 1; p >= oldest; --p) {
            auto const k = static_cast<std::size_t>(p % settings_.history);
            part[k] = dot(state_.pair_move[k] + first_, move_) / state_.pair_product[k][s_];
            add(-part[k], state_.pair_change[k] + first_, move_);
        }
        scale(first_guess(pairs), move_);
        for (std::int64_t p = oldest; p < pairs; ++p) {
            auto const k = static_cast<std::size_t>(p % settings_.history);
            double const back =
                dot(state_.pair_change[k] + first_, move_) / state_.pair_product[k][s_];
            add(part[k] - back, state_.pair_move[k] + first_, move_);
        }
    }

    /// The inverse curvature along the newest pair.
    [[nodiscard]] double first_guess(std::int64_t pairs) const {
        if (pairs == 0) return lone_scale_;
        auto const k = static_cast<std::size_t>((pairs - 1) % settings_.history);
        double const* const y = state_.pair_change[k] + first_;
        return state_.pair_product[k][s_] / dot(y, y);
    }

    void take_step() {
        find_direction();
        if (!(dot(forces_, move_) > 0.0)) {  // uphill or no number
            state_.pairs[s_] = 0;
            find_direction();
        }
        double const largest = max_norm(move_, atoms_);
        if (largest > settings_.max_step) scale(settings_.max_step / largest, move_);
        copy(forces_, base_forces_);
        state_.base_energy[s_] = energy_;
        state_.tries[s_] = 1;
        add(1.0, move_, positions_);
    }

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
    double lone_scale_ = first_scale;  ///< H₀ without history [Å²/eV]
};

}  // namespace

void lbfgs_step(BatchView const& batch, std::span<SystemIndex const> systems,
                LbfgsSettings const& settings, LbfgsState const& state) {
    for_each_system(batch, systems, 150.0,
                    [&](int k) { SystemStep(batch, systems[k].value(), settings, state).run(); });
}

}  // namespace athanor
