// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/field.hpp"
#include "sinks/store_form.hpp"
#include "sinks/zarr_metadata.hpp"

namespace athanor {

/// Where the rows of an array come from when a sample is written.
enum class RowSource : std::uint8_t {
    field,      ///< a field of the batch, perhaps in another type
    zeros,      ///< atom_categories without a field of that name
    kind,       ///< the RowKind of the write
    atoms_ptr,  ///< first atom row of every sample, then the number of atoms
    edges_ptr,  ///< the same for edges
    names_ptr,  ///< the same for the bytes of the names
    texts_ptr,  ///< the same for the bytes of the texts
    present,    ///< true: not deleted
    name,       ///< bytes of the sample's name
    text        ///< bytes of its text
};

/// One array of our store.
struct StoredArray {
    std::string key;  ///< "core/positions"
    RowAxis axis = RowAxis::system;
    RowSource source = RowSource::field;
    std::string field;  ///< the field it holds, where the source is one
    Dtype dtype = Dtype::float64;
    std::vector<int> shape;  ///< of one row

    [[nodiscard]] std::string group() const { return key.substr(0, key.find('/')); }
    [[nodiscard]] std::string name() const { return key.substr(key.find('/') + 1); }
    [[nodiscard]] std::size_t row_bytes() const;
    bool operator==(StoredArray const&) const = default;
};

/// Version of STORE_FORMAT.md; the attribute `store_format` of the group athanor/.
inline constexpr int store_format_version = 1;
/// Attribute of an array that holds the name of its field where the key differs from it.
inline constexpr std::string_view field_name_attribute = "athanor_field";

/// The arrays that hold samples of `schema`, in the order in which a commit writes their documents:
/// fields, the group athanor/, pointers and masks; meta/samples_mask, the commit point, is last.
/// Floating rows in core have the type `floats`; fields of role `state` are not stored.
[[nodiscard]] std::vector<StoredArray> plan_store(Schema const& schema, Dtype floats);

/// The document of one of them, without rows. Element size and shuffle of blosc are set to fit the
/// type.
[[nodiscard]] ArrayMetadata array_metadata(StoredArray const& array, StoreForm const& form);

/// Attributes of the root group for a store of these arrays.
[[nodiscard]] RootAttributes root_attributes(std::vector<StoredArray> const& arrays,
                                             std::int64_t sample_count);

/// What the layout says about a field of this name; nothing for names it does not know.
struct KnownField {
    Level level = Level::atom;
    std::string_view kinds;  ///< of 'f', 'i', 'b'
    std::vector<int> shape;  ///< of one row; -1 is any extent
};
[[nodiscard]] std::optional<KnownField> find_known_field(std::string_view name);

/// The level of an array that the root's attributes do not list, as the reference's reader guesses.
[[nodiscard]] Level default_level(std::string_view group, std::string_view name);

}  // namespace athanor
