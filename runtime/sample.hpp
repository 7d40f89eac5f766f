// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "runtime/expects.hpp"
#include "runtime/field.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// One structure by value on the host: who it is, how large it is, and one column per field.
/// Ownership: a value; copies are deep.
/// Shapes:    column f holds rows(level of f) rows in C order, zero until written.
class Sample {
public:
    Sample(SchemaPtr schema, SampleId id, std::string name, int atom_count, int edge_count = 0);

    [[nodiscard]] SampleId id() const { return id_; }
    /// What people call it: a `name` key of its frame, else FILE:FRAME.
    [[nodiscard]] std::string const& name() const { return name_; }
    [[nodiscard]] int atom_count() const { return atom_count_; }
    [[nodiscard]] int edge_count() const { return edge_count_; }
    [[nodiscard]] Schema const& schema() const { return *schema_; }
    [[nodiscard]] SchemaPtr const& schema_ptr() const { return schema_; }
    [[nodiscard]] int rows(Level level) const;

    /// Text keys of the input frame that are no numbers, verbatim ("key=value key2=\"a b\"").
    [[nodiscard]] std::string const& text() const { return text_; }
    void set_text(std::string text) { text_ = std::move(text); }

    /// The whole column as bytes, and as numbers. Expects: sizeof(T) is the field's element size.
    [[nodiscard]] std::span<std::byte> bytes(FieldIndex field) { return columns_[field.value()]; }
    [[nodiscard]] std::span<std::byte const> bytes(FieldIndex field) const {
        return columns_[field.value()];
    }
    template <class T>
    [[nodiscard]] std::span<T> values(FieldIndex field) {
        ATHANOR_EXPECTS(sizeof(T) == size_of(schema_->field(field).dtype));
        auto& column = columns_[field.value()];
        return {reinterpret_cast<T*>(column.data()), column.size() / sizeof(T)};
    }
    template <class T>
    [[nodiscard]] std::span<T const> values(FieldIndex field) const {
        ATHANOR_EXPECTS(sizeof(T) == size_of(schema_->field(field).dtype));
        auto const& column = columns_[field.value()];
        return {reinterpret_cast<T const*>(column.data()), column.size() / sizeof(T)};
    }

private:
    SchemaPtr schema_;
    SampleId id_;
    std::string name_;
    std::string text_;
    int atom_count_;
    int edge_count_;
    std::vector<std::vector<std::byte>> columns_;
};

}  // namespace athanor
