// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/outcome.hpp"
#include "runtime/sample.hpp"

namespace athanor {

/// A row that a sink keeps in memory: the sample, whose fields stage, stage_step and outcome are
/// its ledger entry together with `kind`.
struct KeptRow {
    Sample sample;
    RowKind kind = RowKind::frame;
};

}  // namespace athanor
