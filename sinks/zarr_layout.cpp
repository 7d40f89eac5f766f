// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_layout.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "runtime/expects.hpp"

namespace athanor {
namespace {

struct KnownEntry {
    std::string_view name;
    Level level;
    std::string_view kinds;
    int rank;
    std::array<int, 2> shape;  // -1: any
};

constexpr std::array<KnownEntry, 31> known_fields{{
    {"positions", Level::atom, "f", 1, {3, 0}},
    {"atomic_numbers", Level::atom, "i", 0, {0, 0}},
    {"atomic_masses", Level::atom, "f", 0, {0, 0}},
    {"atom_categories", Level::atom, "i", 0, {0, 0}},
    {"velocities", Level::atom, "f", 1, {3, 0}},
    {"momenta", Level::atom, "f", 1, {3, 0}},
    {"forces", Level::atom, "f", 1, {3, 0}},
    {"charges", Level::atom, "f", 0, {0, 0}},
    {"node_attrs", Level::atom, "f", 1, {-1, 0}},
    {"node_embeddings", Level::atom, "f", 1, {-1, 0}},
    {"node_alpha_spins", Level::atom, "f", 1, {1, 0}},
    {"node_beta_spins", Level::atom, "f", 1, {1, 0}},
    {"kinetic_energies", Level::atom, "f", 1, {1, 0}},
    {"neighbor_matrix", Level::atom, "i", 1, {-1, 0}},
    {"neighbor_matrix_shifts", Level::atom, "if", 2, {-1, 3}},
    {"num_neighbors", Level::atom, "i", 0, {0, 0}},
    {"neighbor_list", Level::edge, "i", 1, {2, 0}},
    {"neighbor_list_shifts", Level::edge, "if", 1, {3, 0}},
    {"shifts", Level::edge, "f", 1, {3, 0}},
    {"edge_embeddings", Level::edge, "f", 1, {-1, 0}},
    {"cell", Level::system, "f", 2, {3, 3}},
    {"pbc", Level::system, "b", 1, {3, 0}},
    {"energy", Level::system, "f", 1, {1, 0}},
    {"stress", Level::system, "f", 2, {3, 3}},
    {"virial", Level::system, "f", 2, {3, 3}},
    {"dipole", Level::system, "f", 1, {3, 0}},
    {"charge", Level::system, "f", 1, {1, 0}},
    {"spin", Level::system, "f", 1, {1, 0}},
    {"graph_embeddings", Level::system, "f", 1, {-1, 0}},
    {"system_id", Level::system, "i", 1, {1, 0}},
    {"status", Level::system, "i", 1, {1, 0}},
}};

char kind_of(Dtype dtype) {
    if (dtype == Dtype::float64 || dtype == Dtype::float32) return 'f';
    return dtype == Dtype::boolean ? 'b' : 'i';
}

RowAxis axis_of(Level level) {
    switch (level) {
        case Level::atom:
            return RowAxis::atom;
        case Level::edge:
            return RowAxis::edge;
        case Level::system:
            return RowAxis::system;
    }
    return RowAxis::system;
}

bool fits(FieldSpec const& spec, KnownField const& known) {
    std::vector<int> shape = spec.shape;
    if (shape.empty() && spec.level == Level::system) shape = {1};  // stored as [N, 1]
    if (spec.level != known.level || shape.size() != known.shape.size() ||
        known.kinds.find(kind_of(spec.dtype)) == std::string_view::npos)
        return false;
    for (std::size_t k = 0; k < shape.size(); ++k)
        if (known.shape[k] != -1 && known.shape[k] != shape[k]) return false;
    return true;
}

/// A key for any name of a field: one part of a path, and none that readers take for another thing.
std::string custom_key(FieldSpec const& spec, std::set<std::string> const& taken) {
    std::string key;
    for (char c : spec.name) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '-';
        key += plain ? std::string(1, c) : fmt::format("_{:02x}", static_cast<unsigned char>(c));
    }
    if (key.empty() || key.starts_with("__")) key = fmt::format("field{}", key);
    // The reference's reader gives *index* and *face* at edge level another meaning.
    if (spec.level == Level::edge)
        for (std::string_view word : {"index", "face"})
            for (auto at = key.find(word); at != std::string::npos; at = key.find(word))
                key = fmt::format("{}_{}", key.substr(0, at + 1), key.substr(at + 1));
    if (find_known_field(key)) key += "_user";  // a known name in another form
    std::string const stem = key.substr(0, 200);
    key = stem;
    for (int n = 2; taken.contains(key); ++n) key = fmt::format("{}_{}", stem, n);
    return key;
}

/// Built-in fields that are stored under the name of the ledger.
struct LedgerField {
    std::string_view key;
    FieldIndex field;
};
constexpr std::array<LedgerField, 5> ledger_fields{{{"ledger_stage", Fields::stage},
                                                    {"ledger_step", Fields::stage_step},
                                                    {"ledger_outcome", Fields::outcome},
                                                    {"ledger_total_steps", Fields::total_steps},
                                                    {"ledger_stored_rows", Fields::stored_rows}}};

StoredArray core_array(FieldSpec const& spec, Dtype floats) {
    StoredArray array{"core/" + spec.name, axis_of(spec.level), RowSource::field,
                      spec.name,           spec.dtype,          spec.shape};
    if (kind_of(spec.dtype) == 'f') array.dtype = floats;
    if (spec.name == "neighbor_list") array.dtype = Dtype::int64;
    if (spec.level == Level::system && array.shape.empty()) array.shape = {1};
    return array;
}

void add_fields(std::vector<StoredArray>& arrays, Schema const& schema, Dtype floats) {
    std::set<std::string> taken{"ledger_kind"};
    for (LedgerField const& ledger : ledger_fields) taken.emplace(ledger.key);
    std::vector<StoredArray> custom;
    for (FieldSpec const& spec : schema.fields()) {
        if (spec.role == FieldRole::state) continue;
        if (auto const known = find_known_field(spec.name); known && fits(spec, *known)) {
            arrays.push_back(core_array(spec, floats));
        } else if (spec.role == FieldRole::user) {
            std::string const key = custom_key(spec, taken);
            taken.insert(key);
            custom.push_back({"custom/" + key, axis_of(spec.level), RowSource::field, spec.name,
                              spec.dtype, spec.shape});
        }
    }
    if (!schema.find("atom_categories"))
        arrays.push_back(
            {"core/atom_categories", RowAxis::atom, RowSource::zeros, "", Dtype::int64, {}});
    for (StoredArray& array : custom) arrays.push_back(std::move(array));
}

}  // namespace

std::size_t StoredArray::row_bytes() const {
    std::size_t bytes = size_of(dtype);
    for (int extent : shape) bytes *= static_cast<std::size_t>(extent);
    return bytes;
}

std::int64_t ChunkRows::of(RowAxis axis) const {
    switch (axis) {
        case RowAxis::atom:
        case RowAxis::name_byte:
        case RowAxis::text_byte:
            return atom;
        case RowAxis::edge:
            return edge;
        case RowAxis::system:
        case RowAxis::pointer:
            return system;
    }
    return system;
}

std::vector<StoredArray> plan_store(Schema const& schema, Dtype floats) {
    ATHANOR_EXPECTS(floats == Dtype::float64 || floats == Dtype::float32);
    std::vector<StoredArray> arrays;
    add_fields(arrays, schema, floats);
    for (LedgerField const& ledger : ledger_fields) {
        FieldSpec const& spec = schema.field(ledger.field);
        arrays.push_back({"custom/" + std::string(ledger.key), RowAxis::system, RowSource::field,
                          spec.name, spec.dtype, spec.shape});
    }
    auto const add = [&](char const* key, RowAxis axis, RowSource source, Dtype dtype,
                         std::vector<int> shape = {}) {
        arrays.push_back({key, axis, source, "", dtype, std::move(shape)});
    };
    add("custom/ledger_kind", RowAxis::system, RowSource::kind, Dtype::uint8, {1});
    add("athanor/names", RowAxis::name_byte, RowSource::name, Dtype::uint8);
    add("athanor/names_ptr", RowAxis::pointer, RowSource::names_ptr, Dtype::int64);
    add("athanor/texts", RowAxis::text_byte, RowSource::text, Dtype::uint8);
    add("athanor/texts_ptr", RowAxis::pointer, RowSource::texts_ptr, Dtype::int64);
    add("meta/atoms_ptr", RowAxis::pointer, RowSource::atoms_ptr, Dtype::int64);
    add("meta/edges_ptr", RowAxis::pointer, RowSource::edges_ptr, Dtype::int64);
    add("meta/atoms_mask", RowAxis::atom, RowSource::present, Dtype::boolean);
    add("meta/edges_mask", RowAxis::edge, RowSource::present, Dtype::boolean);
    add("meta/samples_mask", RowAxis::system, RowSource::present, Dtype::boolean);
    return arrays;
}

ArrayMetadata array_metadata(StoredArray const& array, StoreForm const& form) {
    ArrayMetadata metadata;
    metadata.shape = {0};
    metadata.chunk_shape = {form.chunk_rows.of(array.axis)};
    for (int extent : array.shape) {
        metadata.shape.push_back(extent);
        metadata.chunk_shape.push_back(std::max(extent, 1));
    }
    metadata.data_type = name_of(array.dtype);
    metadata.fill = Bytes(size_of(array.dtype));
    metadata.codecs = {{BytesCodec{}}};
    for (Codec codec : form.compressors) {
        if (auto* blosc = std::get_if<BloscCodec>(&codec.settings)) {
            blosc->typesize = static_cast<int>(size_of(array.dtype));
            if (blosc->typesize == 1 && blosc->shuffle == "shuffle") blosc->shuffle = "bitshuffle";
        }
        metadata.codecs.push_back(std::move(codec));
    }
    if (form.chunks_per_shard > 0) {
        metadata.codecs = {{ShardingCodec{
            metadata.chunk_shape, metadata.codecs, {{BytesCodec{}}, {Crc32cCodec{}}}, true}}};
        metadata.chunk_shape[0] *= form.chunks_per_shard;
    }
    if (array.source == RowSource::field && array.field != array.name())
        metadata.attributes = with_member("{}", field_name_attribute, quoted_json(array.field));
    return metadata;
}

RootAttributes root_attributes(std::vector<StoredArray> const& arrays, std::int64_t sample_count) {
    RootAttributes root;
    root.num_samples = sample_count;
    for (StoredArray const& array : arrays) {
        Level const level = array.axis == RowAxis::atom   ? Level::atom
                            : array.axis == RowAxis::edge ? Level::edge
                                                          : Level::system;
        std::string const group = array.group();
        if (group == "core") root.core.emplace(array.name(), name_of(level));
        if (group == "custom") root.custom.emplace(array.name(), name_of(level));
    }
    return root;
}

std::optional<KnownField> find_known_field(std::string_view name) {
    for (KnownEntry const& entry : known_fields)
        if (entry.name == name)
            return KnownField{
                entry.level, entry.kinds, {entry.shape.begin(), entry.shape.begin() + entry.rank}};
    return std::nullopt;
}

Level default_level(std::string_view group, std::string_view name) {
    if (group == "custom") return Level::system;
    auto const known = find_known_field(name);
    return known ? known->level : Level::atom;
}

}  // namespace athanor
