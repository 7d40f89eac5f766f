// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/field.hpp"

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/support/samples.hpp"

namespace athanor {
namespace {

TEST(Schema, BuiltInFieldsStandAtTheirIndices) {
    Schema const schema;

    EXPECT_EQ(schema.field_count(), Fields::count);
    EXPECT_EQ(schema.find("positions"), Fields::positions);
    EXPECT_EQ(schema.find("stress"), Fields::stress);
    EXPECT_EQ(schema.find("velocities_given"), Fields::velocities_given);
    EXPECT_EQ(schema.find("no_such_field"), std::nullopt);
}

TEST(Schema, WithAppendsOnceAndWithoutStateTakesStateOff) {
    FieldSpec const state{"fire_mixing", Level::system, Dtype::float64, {1}, "", FieldRole::state};
    auto const travelling = test::rich_schema();

    Schema const inside = travelling->with({state}).with({state});

    EXPECT_EQ(inside.field_count(), travelling->field_count() + 1);
    EXPECT_EQ(inside.without_state().fingerprint(), travelling->fingerprint());
}

TEST(Schema, ANameDeclaredTwiceIsRefused) {
    FieldSpec const mine{"charges", Level::atom, Dtype::float64, {}, "", FieldRole::user};

    EXPECT_THROW(Schema({mine, mine}), ConfigError);
    EXPECT_THROW(Schema({{"forces", Level::atom, Dtype::float64, {3}}}), ConfigError);
}

TEST(Schema, FingerprintTellsOrderShapeAndDtypeApart) {
    FieldSpec const a{"a", Level::atom, Dtype::float64, {3}};
    FieldSpec const b{"b", Level::atom, Dtype::float64, {3}};
    FieldSpec a_flat = a;
    a_flat.shape = {};
    FieldSpec a_single = a;
    a_single.dtype = Dtype::float32;

    EXPECT_NE(Schema({a, b}).fingerprint(), Schema({b, a}).fingerprint());
    EXPECT_NE(Schema({a}).fingerprint(), Schema({a_flat}).fingerprint());
    EXPECT_NE(Schema({a}).fingerprint(), Schema({a_single}).fingerprint());
    EXPECT_EQ(Schema({a, b}).fingerprint(), Schema({a, b}).fingerprint());
}

TEST(Dtype, NamesAndSizesAreThoseOfZarr) {
    for (auto const& [name, size] : std::vector<std::pair<std::string, std::size_t>>{{"float64", 8},
                                                                                     {"float32", 4},
                                                                                     {"int64", 8},
                                                                                     {"int32", 4},
                                                                                     {"int16", 2},
                                                                                     {"int8", 1},
                                                                                     {"uint64", 8},
                                                                                     {"uint32", 4},
                                                                                     {"uint16", 2},
                                                                                     {"uint8", 1},
                                                                                     {"bool", 1}}) {
        auto const dtype = dtype_from_name(name);
        ASSERT_TRUE(dtype) << name;
        EXPECT_EQ(name_of(*dtype), name);
        EXPECT_EQ(size_of(*dtype), size);
    }
    EXPECT_EQ(dtype_from_name("complex64"), std::nullopt);
}

}  // namespace
}  // namespace athanor
