// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "runtime/log_block.hpp"

namespace athanor {

/// Where the lines of a log go: a table of the columns of LogRow and of named scalars.
/// Threads: one caller at a time.
/// Throws:  StorageError.
class LogWriter {
public:
    virtual ~LogWriter() = default;

    /// Called once, first.
    virtual void open(std::span<std::string const> scalar_names) = 0;
    /// May take the contents of `block` and leave those of another one behind.
    virtual void write(LogBlock& block) = 0;
    /// Everything written is in the file afterwards. A second call does nothing.
    virtual void close() = 0;
    [[nodiscard]] virtual std::string describe() const = 0;
};

}  // namespace athanor
