// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/batch.hpp"

namespace athanor {

/// What systems of a batch were like before the step under way, for the record of one that fails in
/// it: by then its positions have moved on, and its forces may be no numbers.
/// Scope:   rows of the batch have their places here, so what was kept holds until a system comes
///          or goes. It is scratch of one step and no state of a sample.
/// Holds:   positions, velocities, forces; cell, energy, stress. What else a sample has does not
///          change in a step, or is not stored.
/// Bound:   bytes_per_atom() and a little per system, taken at the start.
class LastGoodState {
public:
    explicit LastGoodState(BatchCapacity const& room);

    /// What a stage is doing. A system that fails at `admission` or in a `step` goes back to what
    /// it was before; at the `end` of one it does so only where a number of it is not finite.
    enum class Moment : std::uint8_t { admission, step, end };
    void begin(Moment moment) { moment_ = moment; }

    void keep(BatchView const& batch, std::span<SystemIndex const> systems);
    /// Gives a failed system its last good state; what is to be said of it beside the reason.
    /// Energy, forces and stress become NaN where it never had any, the stress also where it is not
    /// worked out in every step.
    /// Expects: the system was kept, and its batch neither gained nor lost one since.
    [[nodiscard]] std::string put_back(BatchView const& batch, SystemIndex system,
                                       bool stress_is_current) const;

    [[nodiscard]] static constexpr double bytes_per_atom() { return 9 * sizeof(double); }

private:
    void copy_back(BatchView const& batch, int system) const;

    Moment moment_ = Moment::admission;
    std::vector<double> positions_, velocities_, forces_;  ///< [atoms, 3], as in the batch
    std::vector<double> cells_, stresses_;                 ///< [systems, 9]
    std::vector<double> energies_;                         ///< [systems]
};

}  // namespace athanor
