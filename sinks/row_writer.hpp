// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sinks/stored_row.hpp"

namespace athanor {

/// Rows to a file or store that is made aside: it appears under its name, whole, at finish().
/// Threads: one at a time.
/// Throws:  StorageError; ConfigError when the name is taken and may not be; InputError for a row
///          that the format cannot hold.
class RowWriter {
public:
    virtual ~RowWriter() = default;

    virtual void write(StoredRow const& row) = 0;
    /// Lets the result appear. Without it, nothing is left behind.
    virtual void finish() = 0;
    /// Rows that stand in the result.
    [[nodiscard]] virtual std::int64_t rows_written() const = 0;
    /// What people should know of the result, a line each: what was left out or changed.
    [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

}  // namespace athanor
