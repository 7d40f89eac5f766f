// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Golden structures as samples, for tests of layers that must not see sinks' real reader.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/batch.hpp"
#include "runtime/sample.hpp"

namespace athanor::test {

/// tests/data/golden/physics/NAME, through the environment variable ATHANOR_TEST_DATA.
[[nodiscard]] std::string golden_path(std::string const& name);

/// The first frame of inputs/NAME.xyz with the built-in schema: positions, velocities (from
/// momenta), masses, numbers, cell and pbc. Knows only what those files use; fails loudly on the
/// rest.
[[nodiscard]] Sample read_golden_sample(std::string const& name, std::int64_t id = 0);

/// Atomic number and mass of the elements that the golden files use.
[[nodiscard]] std::int64_t atomic_number_of(std::string const& symbol);
[[nodiscard]] double atomic_mass_of(std::string const& symbol);

/// A structure by hand. `cell` is 9 values or empty, `positions` three per atom.
struct Structure {
    std::vector<double> positions;
    std::vector<std::string> symbols;
    std::vector<double> cell;
    std::vector<bool> pbc = {false, false, false};
};
[[nodiscard]] Sample make_sample(Structure const& structure, std::int64_t id = 0);

/// A batch that holds exactly these samples, in this order.
[[nodiscard]] Batch make_batch(std::vector<Sample> const& samples);

}  // namespace athanor::test
