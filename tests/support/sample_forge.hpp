// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Samples whose every byte follows from their id, so that a receiver can make the expected one
/// itself.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/field.hpp"
#include "runtime/sample.hpp"

namespace athanor::test {

/// The built-in fields and user fields of every dtype on every level.
inline SchemaPtr forged_schema() {
    std::vector<FieldSpec> more;
    for (Level level : {Level::atom, Level::edge, Level::system})
        for (Dtype dtype :
             {Dtype::float64, Dtype::float32, Dtype::int64, Dtype::int32, Dtype::int16, Dtype::int8,
              Dtype::uint64, Dtype::uint32, Dtype::uint16, Dtype::uint8, Dtype::boolean})
            more.push_back({std::string(name_of(level)) + "_" + std::string(name_of(dtype)),
                            level,
                            dtype,
                            {level == Level::edge ? 2 : 3},
                            "",
                            FieldRole::user});
    return std::make_shared<Schema const>(std::move(more));
}

/// A sample of this size whose columns, name and text are noise drawn from `id`.
inline Sample forge_sample(SchemaPtr const& schema, std::int64_t id, int atoms, int edges = 0,
                           int text_bytes = 20) {
    std::mt19937_64 random(static_cast<std::uint64_t>(id) * 7919 + 1);
    Sample sample(schema, SampleId{id}, "forged " + std::to_string(id), atoms, edges);
    for (int f = 0; f < schema->field_count(); ++f) {
        bool const is_bool = schema->field(FieldIndex{f}).dtype == Dtype::boolean;
        std::span<std::byte> bytes = sample.bytes(FieldIndex{f});
        while (!bytes.empty()) {
            std::uint64_t const drawn = is_bool ? random() & 0x0101010101010101U : random();
            std::size_t const count = std::min(bytes.size(), sizeof drawn);
            std::memcpy(bytes.data(), &drawn, count);
            bytes = bytes.subspan(count);
        }
    }
    sample.values<std::int64_t>(Fields::system_id)[0] = id;
    std::string text;
    for (int i = 0; i < text_bytes; ++i) text += static_cast<char>('a' + random() % 26);
    sample.set_text(text);
    return sample;
}

/// Compares names, texts, sizes and every byte of the fields of `expected`.
inline void expect_same(Sample const& expected, Sample const& actual) {
    EXPECT_EQ(expected.id(), actual.id());
    EXPECT_EQ(expected.name(), actual.name());
    EXPECT_EQ(expected.text(), actual.text());
    ASSERT_EQ(expected.atom_count(), actual.atom_count()) << expected.name();
    ASSERT_EQ(expected.edge_count(), actual.edge_count()) << expected.name();
    for (int f = 0; f < expected.schema().field_count(); ++f) {
        auto const want = expected.bytes(FieldIndex{f}), got = actual.bytes(FieldIndex{f});
        ASSERT_EQ(want.size(), got.size());
        EXPECT_TRUE(want.empty() || std::memcmp(want.data(), got.data(), want.size()) == 0)
            << expected.name() << ", field " << expected.schema().field(FieldIndex{f}).name;
    }
}

}  // namespace athanor::test
