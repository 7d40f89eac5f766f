// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/isa.hpp"
#include "kernels/lanes.hpp"

namespace athanor {

/// Room for the neighbours of one atom that are within the cutoff, as a structure of arrays.
/// Bound: `room` pairs at a time; a longer row is worked on in pieces, see PairFilter.
struct PairBuffer {
    static constexpr int room = 512;

    alignas(64) double x[room + 2 * lane_count];
    alignas(64) double y[room + 2 * lane_count];
    alignas(64) double z[room + 2 * lane_count];
    alignas(64) double species[room + 2 * lane_count];
};

/// Appends to `buffer`, behind its first `filled` pairs, r_i - r_j for each candidate j with
/// |r_i - r_j| < cutoff, in the order of the candidates; returns the new number of pairs. A
/// distance that is no number counts as near, so that it reaches the result and is seen there.
/// Shapes:  rows of `positions` are x, y, z, species (SystemNeighbors); `with_species` says whether
///          buffer.species is wanted. Up to eight entries behind the last pair are overwritten.
/// Expects: filled + count <= PairBuffer::room + 8.
/// Why:     what is summed later, and in which lane, depends on the pairs within the cutoff alone,
///          so forces are a pure function of the positions, whatever skin or age the list has.
struct PairFilter {
    using Function = int (*)(double const* positions, double const* center,
                             std::int32_t const* candidates, int count, double cutoff_squared,
                             PairBuffer& buffer, int filled);
    Function plain;
    Function with_species;
    /// Appends the candidates themselves instead: out[filled ..]; the same test.
    int (*indices)(double const* positions, double const* center, std::int32_t const* candidates,
                   int count, double cutoff_squared, std::int32_t* out);
};

/// The filter for an instruction set; all give the same bits.
[[nodiscard]] PairFilter const& pair_filter(Isa isa);

}  // namespace athanor
