// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "runtime/expects.hpp"
#include "runtime/field.hpp"

namespace athanor {

/// The columns of a batch on a device, by the names of its fields.
/// Ownership: none; a column stays where it is for the life of the batch.
struct DeviceColumns {
    Schema const& schema;
    std::span<void* const> columns;  ///< by FieldIndex

    /// Expects: the field is there, and sizeof(T) is its element size.
    template <class T>
    [[nodiscard]] T* column(FieldIndex field) const {
        ATHANOR_EXPECTS(sizeof(T) == size_of(schema.field(field).dtype));
        return static_cast<T*>(columns[static_cast<std::size_t>(field.value())]);
    }
    template <class T>
    [[nodiscard]] T* column(std::string_view name) const {
        auto const field = schema.find(name);
        ATHANOR_EXPECTS(field.has_value());
        return column<T>(*field);
    }
};

}  // namespace athanor
