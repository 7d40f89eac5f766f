// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/hook.hpp"
#include "runtime/sink.hpp"

namespace athanor {

/// Writes what a hook fired for, or says that the sink is full: a snapshot has no other place to
/// go.
inline void write_rows(Sink& sink, HookContext const& context, RowKind kind) {
    if (sink.write_fitting(context.batch, context.systems, kind) < context.systems.size())
        throw StorageError(fmt::format("{} is full after {} rows; raise its capacity",
                                       sink.describe(), sink.rows_written()));
}

}  // namespace athanor
