// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/field.hpp"
#include "runtime/outcome.hpp"

namespace athanor {

/// What a frame is: a structure to start from, or a row of results.
enum class FrameContent {
    input,   ///< no energies or forces of ours; `input_energy` goes back to being `energy`
    result,  ///< energy, forces, stress and the ledger: system_id, stage, stage_step, total_steps
    labels   ///< energy, forces and stress alone; a ledger is nothing but numbers of the user
};

/// A custom column or key of one frame: its field, and its elements in C order.
struct ExtxyzField {
    FieldSpec spec;                      ///< float64, int64 or bool; role user
    std::vector<double> reals;           ///< of a float64 field
    std::vector<std::int64_t> integers;  ///< of an int64 or bool field
};

/// One column group of a Properties key, `name:type:count`.
struct ExtxyzColumn {
    enum class Role { species, position, velocity, momentum, mass, user, text };
    std::string name;
    char type = 'R';
    int count = 1;
    Role role = Role::user;
    std::size_t index = 0;  ///< of role user: which field of the header; of role text: which text
};

/// What the comment line of a frame says; the readers of a file start with it.
/// Names: a key or column called like a built-in field becomes `input_NAME` (energy, force and
///        forces too: they must not be mistaken for results); `name`, else a text in `label` or
///        `id`, names the sample. The second of two that mean the same field becomes text, and so
///        does what no field can hold: strings, names with signs in them.
/// Results: read as a result, energy, forces and stress keep their names and become the built-in
///        fields, and so do system_id, stage, stage_step, total_steps and status, if the frame has
///        the first three; `kind` and `outcome` are then read as words of the ledger.
struct ExtxyzHeader {
    std::string name;              ///< "" when no key gives one
    std::string text;              ///< what became no field, as key=value separated by blanks
    std::array<double, 9> cell{};  ///< rows are lattice vectors [Å]; zeros without a Lattice
    std::array<bool, 3> pbc{};
    std::vector<ExtxyzColumn> columns;
    std::vector<ExtxyzField> fields;  ///< keys with their values, columns of atoms still empty
    FrameContent content = FrameContent::input;  ///< as which it was read
    bool has_ledger = false;                     ///< of a result: system_id, stage, stage_step
    RowKind kind = RowKind::frame;               ///< of a result that has a ledger
    Outcome outcome = Outcome::running;          ///< of a result that has a ledger
    int column_total = 0;                        ///< words that each atom's line must have
    int text_columns = 0;
};

/// Throws: InputError without a place, which says what was seen, what was expected, what to do.
[[nodiscard]] ExtxyzHeader parse_extxyz_header(std::string_view comment,
                                               FrameContent content = FrameContent::input);
/// What a column or key of a structure to start from is called as a field: `input_` stands before
/// names that have a meaning of their own there.
[[nodiscard]] std::string extxyz_field_name(std::string_view key);
/// True for words that a comment line or its Properties give a meaning of their own, in any case.
[[nodiscard]] bool is_reserved_extxyz_word(std::string_view word);
/// True for what can name a column or key: letters, digits, `_`, `-`, `.`, a letter or `_` first.
[[nodiscard]] bool can_name_extxyz_field(std::string_view name);
/// The `name` of a frame whose header is otherwise unusable, or "".
[[nodiscard]] std::string find_extxyz_name(std::string_view comment);
/// Throws InputError when the periodic directions have no sound cell; apart from parsing, because
/// such a frame still has the form of one.
void check_extxyz_cell(ExtxyzHeader const& header);

}  // namespace athanor
