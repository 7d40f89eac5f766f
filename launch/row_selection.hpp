// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/frame_selection.hpp"
#include "sinks/row_stream.hpp"

namespace athanor {

/// Which rows of a store to take: conditions KEY=VALUE separated by commas, all of which must hold.
///     sample=3:10,stage=1,step=100:2000:50,outcome=converged|failed
/// sample:  a number or slice of system_id, or a name. stage, step: a number or slice, as Python's
///          slices name them, without negative numbers. kind: frame, converged, graduated,
///          quarantined. outcome: running, converged, budget_spent, failed.
/// Several: values of one condition are separated by `|`; one of them must hold.
/// Quotes:  "..." around a value of `sample` makes it a name, whatever is in it.
class RowSelection {
public:
    /// Every row.
    RowSelection() = default;
    /// Throws ConfigError, without a place, that names what it does not understand.
    explicit RowSelection(std::string_view text);

    /// Masked rows only where `quarantined` or `failed` is asked for by that word.
    [[nodiscard]] bool contains(RowHead const& row) const;
    /// True when it asks for more than the sample: for what only a ledger says.
    [[nodiscard]] bool needs_ledger() const;

private:
    enum class Key { sample, stage, step, kind, outcome };
    struct Value {
        std::optional<FrameSelection> numbers;  ///< else `word`
        std::string text;                       ///< a name
        std::size_t word = 0;                   ///< of kind and outcome
    };
    struct Condition {
        Key key = Key::sample;
        std::vector<Value> values;
    };
    [[nodiscard]] static Condition parse_condition(std::string_view text, std::size_t& at);
    [[nodiscard]] static Value parse_value(Key key, std::string const& text, bool quoted);
    [[nodiscard]] bool asks_for_failed() const;
    [[nodiscard]] static bool holds(Key key, Value const& value, RowHead const& row);

    std::vector<Condition> conditions_;
};

}  // namespace athanor
