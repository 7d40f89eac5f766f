// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace athanor {

/// One sample at one step of a stage; NaN where it is not known.
struct Observation {
    std::int64_t sample = 0;
    std::int64_t step = 0;                                          ///< steps done in the stage
    double energy = std::numeric_limits<double>::quiet_NaN();       ///< [eV]
    double fmax = std::numeric_limits<double>::quiet_NaN();         ///< [eV/Å]
    double temperature = std::numeric_limits<double>::quiet_NaN();  ///< [K]
    /// Only written because the sample had come to its end there: rows that say nothing of others.
    bool at_end = false;
};

/// What stores and logs tell of one stage.
struct StageRecords {
    std::string name;
    bool ends_by_convergence = false;
    std::vector<Observation> observations;           ///< by sample, then by step; none stands twice
    std::map<std::int64_t, std::int64_t> converged;  ///< sample: steps to convergence
};

/// A sample in quarantine, as far as its frame says.
struct QuarantineRecord {
    std::int64_t sample = -1;  ///< -1: not known
    std::string name;
    std::optional<std::int64_t> stage, step;
    std::string reason;
};

}  // namespace athanor
