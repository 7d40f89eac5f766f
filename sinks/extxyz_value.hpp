// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace athanor {

/// One key=value of an extended-XYZ comment line, typed by how it is written.
struct ExtxyzValue {
    enum class Kind { boolean, integer, real, text };

    std::string key;
    Kind kind = Kind::text;
    std::vector<int> shape;              ///< {1} for a single number, {3}, {3,3} ...
    std::vector<std::int64_t> integers;  ///< of kinds boolean and integer
    std::vector<double> reals;           ///< of kind real
    std::string text;                    ///< of kind text: unquoted, escapes resolved
    std::string verbatim;                ///< "key=value" as it stands in the file

    /// The numbers as reals, whether they are written as integers or not. Expects: kind is a number's.
    [[nodiscard]] std::vector<double> as_reals() const;
    [[nodiscard]] bool is_number() const { return kind == Kind::integer || kind == Kind::real; }
};

/// Takes a comment line apart, in the dialects of ASE and of libAtoms: bare keys (true), values bare,
/// in '..' or "..", with backslash escapes, arrays as "1 2 3", {1 2 3}, [1, 2, 3], [[1, 2], [3, 4]]
/// and "_JSON [[1, 2], [3, 4]]", T/F/True/false for truth, 1.0d0 for 1.0.
/// Bound:  arrays of more than 4096 numbers, or nested deeper than 8, stay text.
/// Throws: InputError without a place, when a quote or bracket is never closed.
[[nodiscard]] std::vector<ExtxyzValue> parse_extxyz_comment(std::string_view line);

/// Reads a number exactly, with a leading + and Fortran's exponent letter d allowed; nothing when it
/// is none. A number too small or too large for a double becomes 0 or infinity, as strtod has it.
[[nodiscard]] std::optional<double> parse_real(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
[[nodiscard]] std::optional<bool> parse_truth(std::string_view text);

/// The shortest decimal that reads back to the same bits.
void append_real(std::string& out, double value);
/// `text` in double quotes, with escapes where they are needed.
[[nodiscard]] std::string quoted_text(std::string_view text);

}  // namespace athanor
