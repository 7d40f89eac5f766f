// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Samples of uneven sizes, and a batch in which they leave holes between each other when they come
/// one by one: the rows that are free are soon enough for the next one, but no run of them is.
#pragma once

#include <vector>

#include "runtime/batch.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {

inline constexpr BatchCapacity room_with_holes{6, 26, 0};
/// Between two of them that come, so that they leave one by one, too.
inline constexpr int turns_between = 3;
/// For the same samples without a hole that matters.
inline constexpr BatchCapacity room_for_all{16, 200, 0};

/// Argon in a zigzag along a periodic box, its rows not far apart.
inline Sample zigzag(SchemaPtr const& schema, std::int64_t id, int atoms) {
    Sample sample = line_of_atoms(schema, id, atoms, 3.75);
    auto const r = sample.values<double>(Fields::positions);
    for (int a = 0; a < atoms; ++a) r[3 * a + 1] += 0.1 * static_cast<double>((7 * a + 3 * id) % 5);
    double const lengths[] = {3.75 * atoms, 5.2, 5.3};
    for (int k = 0; k < 3; ++k) {
        sample.values<double>(Fields::cell)[4 * k] = lengths[k];
        sample.values<std::uint8_t>(Fields::pbc)[k] = 1;
    }
    return sample;
}

inline std::vector<Sample> uneven_chains(SchemaPtr const& schema = plain_schema()) {
    std::vector<Sample> samples;
    for (int const atoms : {8, 4, 7, 10, 6, 9, 11, 9, 8, 3, 10, 11, 2, 7})
        samples.push_back(zigzag(schema, static_cast<std::int64_t>(samples.size()), atoms));
    return samples;
}

}  // namespace athanor::test
