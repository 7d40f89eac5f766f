// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/hook.hpp"
#include "runtime/sink.hpp"

namespace athanor {

/// Writes what a hook fired for, or says that the sink is full: a snapshot has no other place to
/// go. Each sample counts the rows that outlive the process, so that whoever finds it in a
/// checkpoint can tell whether all of them have reached their stores.
inline void write_rows(Sink& sink, HookContext const& context, RowKind kind) {
    if (sink.write_fitting(context.batch, context.systems, kind) < context.systems.size())
        throw StorageError(fmt::format("{} is full after {} rows; raise its capacity",
                                       sink.describe(), sink.rows_written()));
    if (!sink.keeps_rows()) return;
    BatchView const view = context.batch.view();
    for (SystemIndex system : context.systems) ++view.stored_rows[system.value()];
}

}  // namespace athanor
