// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sinks/codecs.hpp"

namespace athanor {

/// What a zarr.json says about an array (Zarr v3, regular grid).
struct ArrayMetadata {
    Extents shape;
    std::string data_type;  ///< as Zarr spells it: "float64", "bool", also "float16"
    Extents chunk_shape;
    char separator = '/';  ///< between the parts of a chunk's key
    Bytes fill;            ///< one element; what absent chunks hold
    CodecChain codecs;
    std::string attributes = "{}";  ///< a JSON object

    [[nodiscard]] std::size_t element_size() const { return fill.size(); }
    [[nodiscard]] ChunkForm chunk_form() const { return {chunk_shape, fill.size(), fill}; }
    /// Key of a chunk below the array's folder: "c/0/0".
    [[nodiscard]] std::string chunk_key(Extents const& index) const;
};

/// What a zarr.json says about a group.
struct GroupMetadata {
    std::string attributes = "{}";                    ///< a JSON object
    std::map<std::string, std::string> consolidated;  ///< documents below it by path, if any
};

/// The attributes of a store's root group. `fields` in zarr.json is core and custom here.
struct RootAttributes {
    std::optional<std::int64_t> num_samples;
    std::map<std::string, std::string> core;    ///< level of each array: "atom", "edge", "system"
    std::map<std::string, std::string> custom;  ///< the same
};

/// Bytes of one element; 0 for types that fields cannot have.
[[nodiscard]] std::size_t zarr_element_size(std::string_view data_type);

/// Documents to values. Throw StorageError that says what was found and what is expected; the
/// caller knows the place. Everything is checked: grid, key encoding, fill value, codecs, unknown
/// members.
[[nodiscard]] ArrayMetadata parse_array_metadata(std::string_view document);
[[nodiscard]] GroupMetadata parse_group_metadata(std::string_view document);
/// From the attributes of the root group; what is missing or of another type is left out.
[[nodiscard]] RootAttributes parse_root_attributes(std::string_view attributes);

/// Values to documents, members in the order in which zarr-python writes them.
[[nodiscard]] std::string to_document(ArrayMetadata const& metadata);
[[nodiscard]] std::string to_document(GroupMetadata const& metadata);
[[nodiscard]] std::string to_attributes(RootAttributes const& root);

/// A string member of a JSON object; nothing when there is no such string.
[[nodiscard]] std::optional<std::string> string_member(std::string_view object,
                                                       std::string_view name);
/// A member of any type, as JSON text.
[[nodiscard]] std::optional<std::string> member(std::string_view object, std::string_view name);
/// The object with a member set to a JSON value. Throws ConfigError when `value` is no JSON.
[[nodiscard]] std::string with_member(std::string_view object, std::string_view name,
                                      std::string_view value);
/// A string as JSON text.
[[nodiscard]] std::string quoted_json(std::string_view text);

}  // namespace athanor
