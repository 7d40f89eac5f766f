// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The Lennard-Jones cases of the golden data (tests/data/golden/physics/README.md).
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernels/lennard_jones.hpp"
#include "tests/support/golden.hpp"

namespace athanor::test {

inline nlohmann::json read_json(std::string const& name) {
    std::ifstream file(golden_path(name));
    return nlohmann::json::parse(file);
}

/// Options of one case; pairs of unlike species are given as they stand in the file's matrices.
inline LennardJonesOptions options_of(nlohmann::json const& file, nlohmann::json const& of_case) {
    LennardJonesOptions options;
    options.cutoff = of_case.at("cutoff");
    options.switch_width = of_case.at("switch_width");
    options.shift = of_case.at("shift");
    auto const& species = file.at("species");
    auto const entry = [&](char const* what, std::size_t a, std::size_t b) {
        nlohmann::json const& table = file.at(what);
        return table.is_number() ? table.get<double>() : table.at(a).at(b).get<double>();
    };
    for (std::size_t a = 0; a < species.size(); ++a) {
        std::int64_t const za = atomic_number_of(species[a]);
        options.species[za] = {entry("epsilon", a, a), entry("sigma", a, a)};
        for (std::size_t b = a + 1; b < species.size(); ++b)
            options.pairs[{atomic_number_of(species[b]), za}] = {entry("epsilon", a, b),
                                                                 entry("sigma", a, b)};
    }
    return options;
}

/// Names of all systems with Lennard-Jones cases.
inline std::vector<std::string> golden_systems() {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(golden_path("lj")))
        names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace athanor::test
