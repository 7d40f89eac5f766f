// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Samples with different numbers in every field, for tests of stores.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "runtime/batch.hpp"
#include "runtime/outcome.hpp"
#include "runtime/sink.hpp"

namespace athanor::test {

/// A user field of every type and level, neighbour lists, and one state field that is not stored.
inline SchemaPtr rich_schema() {
    FieldRole const user = FieldRole::user;
    std::vector<FieldSpec> more{
        {"neighbor_list", Level::edge, Dtype::int64, {2}, "", user},
        {"shifts", Level::edge, Dtype::float64, {3}, "angstrom", user},
        {"charges", Level::atom, Dtype::float64, {}, "e", user},
        {"dipole", Level::atom, Dtype::float64, {2}, "", user},  // known, but of another form
        {"face index", Level::edge, Dtype::float32, {}, "", user},
        {"fire_dt", Level::system, Dtype::float64, {1}, "fs", FieldRole::state}};
    for (Dtype const dtype :
         {Dtype::float64, Dtype::float32, Dtype::int64, Dtype::int32, Dtype::int16, Dtype::int8,
          Dtype::uint64, Dtype::uint32, Dtype::uint16, Dtype::uint8, Dtype::boolean})
        for (Level const level : {Level::atom, Level::system})
            more.push_back({fmt::format("my_{}_{}", name_of(dtype), name_of(level)),
                            level,
                            dtype,
                            {2},
                            "",
                            user});
    return std::make_shared<Schema const>(std::move(more));
}

/// Sample `id` of `schema`: every element of every field is a small number of its own.
inline Sample counted_sample(SchemaPtr const& schema, int id, int atoms, int edges = 0) {
    Sample sample(schema, SampleId{id}, fmt::format("sample-{}", id), atoms, edges);
    sample.set_text(fmt::format("comment=\"number {}\"", id));
    for (int f = 0; f < schema->field_count(); ++f) {
        FieldSpec const& spec = schema->field(FieldIndex{f});
        auto const bytes = sample.bytes(FieldIndex{f});
        std::size_t const size = size_of(spec.dtype);
        for (std::size_t k = 0; k < bytes.size() / size; ++k) {
            std::int64_t const number = (id * 7 + f * 3 + static_cast<int>(k)) % 97;
            if (spec.dtype == Dtype::float64) {
                double const value = static_cast<double>(number) + 0.25;
                std::memcpy(bytes.data() + k * size, &value, size);
            } else if (spec.dtype == Dtype::float32) {
                float const value = static_cast<float>(number) + 0.5F;
                std::memcpy(bytes.data() + k * size, &value, size);
            } else {
                std::int64_t const value = spec.dtype == Dtype::boolean ? number % 2 : number;
                std::memcpy(bytes.data() + k * size, &value, size);
            }
        }
    }
    sample.values<std::int64_t>(Fields::system_id)[0] = id;
    sample.values<std::int32_t>(Fields::stage)[0] = id % 3;
    sample.values<std::int64_t>(Fields::stage_step)[0] = 10 * id;
    sample.values<std::uint8_t>(Fields::outcome)[0] = static_cast<std::uint8_t>(Outcome::converged);
    if (auto const list = schema->find("neighbor_list"))
        for (std::int64_t& atom : sample.values<std::int64_t>(*list)) atom %= atoms;
    return sample;
}

/// A batch of samples first .. first+count-1 with 1, 2, 3, 4, 1, 2 ... atoms and one edge less.
inline Batch counted_batch(SchemaPtr const& schema, int first, int count) {
    Batch batch(schema, {count, 4 * count, 4 * count});
    for (int id = first; id < first + count; ++id) {
        int const atoms = 1 + id % 4;
        batch.append(
            counted_sample(schema, id, atoms, schema->find("neighbor_list") ? atoms - 1 : 0));
    }
    return batch;
}

inline std::vector<SystemIndex> all_systems(Batch const& batch) {
    std::vector<SystemIndex> systems;
    for (int s = 0; s < batch.system_count(); ++s) systems.emplace_back(s);
    return systems;
}

/// Overwrites every row of a field that the sink says it does not store; how many fields.
inline int spoil_unstored(Sink const& sink, Batch& batch) {
    int fields = 0;
    for (int f = 0; f < batch.schema().field_count(); ++f) {
        if (sink.stores(batch.schema().field(FieldIndex{f}))) continue;
        ++fields;
        for (SystemIndex const s : all_systems(batch))
            std::memset(batch.rows(FieldIndex{f}, s), 0xff, batch.row_bytes(FieldIndex{f}, s));
    }
    return fields;
}

}  // namespace athanor::test
