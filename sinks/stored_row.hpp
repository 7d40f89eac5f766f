// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/outcome.hpp"
#include "runtime/sample.hpp"

namespace athanor {

/// One row of a store or file, on its way to another format. With a ledger, the sample's fields
/// system_id, stage, stage_step and outcome are its entry, together with `kind`.
/// Unknown: energy, forces and stress are NaN where the row has none.
struct StoredRow {
    Sample sample;
    RowKind kind = RowKind::frame;
    bool has_ledger = true;
    bool has_system_id = true;  ///< else the sample's id is the number of the row
};

}  // namespace athanor
