// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/snapshot.hpp"

#include "stages/hooks/write_rows.hpp"
#include "stages/options_check.hpp"

namespace athanor {

Snapshot::Snapshot(Sink& sink, SnapshotOptions const& options) : sink_(sink), options_(options) {
    require_option(options.frequency >= 1, "frequency", options.frequency, "1 or more");
}

bool Snapshot::runs_at(HookPoint point) const {
    return point == HookPoint::after_step || (options_.initial && point == HookPoint::on_admission);
}

void Snapshot::fire(HookContext& context) { write_rows(sink_, context, RowKind::frame); }

}  // namespace athanor
