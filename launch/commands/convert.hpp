// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace athanor {

/// `athanor convert`, and what may follow it.
struct ConvertCommand {
    std::string in;      ///< a store, or a structure file
    std::string out;     ///< its ending says the format
    std::string select;  ///< RowSelection; "" is all
    std::string format;  ///< extxyz, lammps or zarr in place of what the ending says
    bool overwrite = false;
};

/// Copies live rows from one format to another, in the order stored; returns the exit code.
/// Throws: ConfigError; InputError when `in` is missing or damaged; StorageError when `out` cannot
///         be written. `out` then is what it was before.
[[nodiscard]] int convert(ConvertCommand const& command);

}  // namespace athanor
