// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "runtime/ids.hpp"

namespace athanor {

/// How a sample stands with its stage; stored as `custom/ledger_outcome`.
enum class Outcome : std::uint8_t { running = 0, converged = 1, budget_spent = 2, failed = 3 };

/// Why a stored row exists; stored as `custom/ledger_kind`.
enum class RowKind : std::uint8_t { frame = 0, converged = 1, graduated = 2, quarantined = 3 };

/// What became of one sample in one stage. Every sample leaves every stage with one of these.
struct OutcomeRecord {
    SampleId sample;
    std::string name;
    StageId stage;
    Outcome outcome = Outcome::running;
    std::int64_t stage_steps = 0;
    std::int64_t total_steps = 0;
    double energy = 0.0;  ///< [eV]
    double fmax = 0.0;    ///< largest force on an atom [eV/Å]
    std::string reason;   ///< empty unless failed
};

}  // namespace athanor
