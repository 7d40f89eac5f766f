// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "runtime/sample.hpp"

namespace athanor::test {

/// Bitwise equality of everything that a store keeps of `wanted`.
inline void expect_stored_equal(Sample const& stored, Sample const& wanted) {
    EXPECT_EQ(stored.id(), wanted.id());
    EXPECT_EQ(stored.name(), wanted.name());
    EXPECT_EQ(stored.text(), wanted.text());
    ASSERT_EQ(stored.atom_count(), wanted.atom_count());
    ASSERT_EQ(stored.edge_count(), wanted.edge_count());
    for (int f = 0; f < wanted.schema().field_count(); ++f) {
        FieldSpec const& spec = wanted.schema().field(FieldIndex{f});
        if (spec.role == FieldRole::state || FieldIndex{f} == Fields::velocities_given ||
            FieldIndex{f} == Fields::degrees_of_freedom)
            continue;
        auto const here = stored.schema().find(spec.name);
        ASSERT_TRUE(here.has_value()) << spec.name;
        EXPECT_EQ(stored.schema().field(*here).dtype, spec.dtype) << spec.name;
        EXPECT_EQ(stored.schema().field(*here).level, spec.level) << spec.name;
        EXPECT_EQ(stored.schema().field(*here).shape, spec.shape) << spec.name;
        auto const got = stored.bytes(*here), want = wanted.bytes(FieldIndex{f});
        ASSERT_EQ(got.size(), want.size()) << spec.name;
        EXPECT_TRUE(got.empty() || std::memcmp(got.data(), want.data(), got.size()) == 0)
            << spec.name << " of sample " << wanted.name();
    }
}

}  // namespace athanor::test
