// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_rows.hpp"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;

StoredArray array_of(RowAxis axis, RowSource source, Dtype dtype, std::vector<int> shape = {}) {
    return {"athanor/it", axis, source, "", dtype, std::move(shape)};
}

/// What `rows` writes for an array of int64, behind a store with `before`.
std::vector<std::int64_t> numbers(ZarrRows const& rows, RowSource source, RowCounts const& before) {
    std::vector<std::int64_t> to(rows.list.size(), -1);
    rows.write_own(array_of(RowAxis::pointer, source, Dtype::int64), before, false,
                   reinterpret_cast<std::byte*>(to.data()));
    return to;
}

int one_byte(ZarrRows const& rows, RowSource source, bool masks_quarantined) {
    std::byte to{77};
    rows.write_own(array_of(RowAxis::system, source, Dtype::uint8), {}, masks_quarantined, &to);
    return static_cast<int>(to);
}

TEST(ZarrRows, CountTheSamplesThatAreTold) {
    Batch const batch = counted_batch(rich_schema(), 0, 5);  // 1, 2, 3, 4, 1 atoms
    std::vector<SystemIndex> const systems{SystemIndex{3}, SystemIndex{1}};

    ZarrRows const rows(batch, systems, RowKind::frame);

    RowCounts const counts = rows.counts();
    EXPECT_EQ(counts.samples, 2);
    EXPECT_EQ(counts.atoms, 4 + 2);
    EXPECT_EQ(counts.edges, 3 + 1);
    EXPECT_EQ(counts.name_bytes, 2 * 8);
    EXPECT_EQ(counts.added_along(RowAxis::atom), 6);
    EXPECT_EQ(counts.added_along(RowAxis::pointer), 2);
    EXPECT_EQ(counts.of(RowAxis::pointer), 3);
}

TEST(ZarrRows, MoveAFieldIntoPiecesThatEndWithinARow) {
    auto const schema = rich_schema();
    Batch const batch = counted_batch(schema, 0, 4);
    std::vector<SystemIndex> const systems{SystemIndex{3}, SystemIndex{0}, SystemIndex{2}};
    ZarrRows const rows(batch, systems, RowKind::frame);
    FieldIndex const field = *schema->find("dipole");  // 16 bytes an atom, 8 atoms
    std::vector<std::byte> whole(8 * 16), first(24), second(1), third(103);
    std::vector<std::span<std::byte>> const one{whole}, pieces{first, second, third};
    std::vector<RowMove> moves;

    rows.move_into(one, field, RowAxis::atom, moves);
    rows.move_into(pieces, field, RowAxis::atom, moves);
    rows.space().move(moves);

    std::vector<std::byte> expected;
    for (int const id : {3, 0, 2}) {
        Sample const sample = counted_sample(schema, id, 1 + id % 4, id % 4);
        auto const bytes = sample.bytes(field);
        expected.insert(expected.end(), bytes.begin(), bytes.end());
    }
    EXPECT_EQ(whole, expected);
    std::vector<std::byte> joined = first;
    joined.insert(joined.end(), second.begin(), second.end());
    joined.insert(joined.end(), third.begin(), third.end());
    EXPECT_EQ(joined, expected);
}

TEST(ZarrRows, PointersAreEndsBehindWhatTheStoreHas) {
    Batch const batch = counted_batch(rich_schema(), 0, 4);
    ZarrRows const rows(batch, all_systems(batch), RowKind::frame);
    RowCounts const before{.atoms = 100, .edges = 50, .name_bytes = 1000};

    EXPECT_THAT(numbers(rows, RowSource::atoms_ptr, before), ElementsAre(101, 103, 106, 110));
    EXPECT_THAT(numbers(rows, RowSource::edges_ptr, before), ElementsAre(50, 51, 53, 56));
    EXPECT_THAT(numbers(rows, RowSource::names_ptr, before), ElementsAre(1008, 1016, 1024, 1032));
}

TEST(ZarrRows, NamesAndTextsFollowEachOther) {
    Batch const batch = counted_batch(rich_schema(), 8, 3);
    ZarrRows const rows(batch, all_systems(batch), RowKind::frame);
    std::string names(static_cast<std::size_t>(rows.counts().name_bytes), '?');

    rows.write_own(array_of(RowAxis::name_byte, RowSource::name, Dtype::uint8), {}, false,
                   reinterpret_cast<std::byte*>(names.data()));

    EXPECT_EQ(names, "sample-8sample-9sample-10");
    EXPECT_THAT(numbers(rows, RowSource::texts_ptr, {}), ElementsAre(18, 36, 55));
    std::string texts(55, '?');
    rows.write_own(array_of(RowAxis::text_byte, RowSource::text, Dtype::uint8), {}, false,
                   reinterpret_cast<std::byte*>(texts.data()));
    EXPECT_TRUE(texts.ends_with("\"number 9\"comment=\"number 10\"")) << texts;
}

TEST(ZarrRows, SayTheirKindAndMaskTheQuarantinedWhereTold) {
    auto const schema = rich_schema();
    Sample const sample = counted_sample(schema, 1, 2);
    ZarrRows const frame(sample, RowKind::frame), failed(sample, RowKind::quarantined);

    EXPECT_EQ(one_byte(frame, RowSource::present, true), 1);
    EXPECT_EQ(one_byte(failed, RowSource::present, false), 1);
    EXPECT_EQ(one_byte(failed, RowSource::present, true), 0);
    EXPECT_EQ(one_byte(failed, RowSource::kind, true), static_cast<int>(RowKind::quarantined));
    EXPECT_EQ(one_byte(failed, RowSource::zeros, true), 0);
}

TEST(ZarrRows, EdgesNameAtomsOfTheStore) {
    Batch const batch = counted_batch(rich_schema(), 1, 3);  // 2, 3, 4 atoms; 1, 2, 3 edges
    ZarrRows const rows(batch, all_systems(batch), RowKind::frame);
    std::vector<std::int64_t> edges{0, 1, /**/ 2, 0, 1, 2, /**/ 3, 0, 0, 3, 2, 1};

    rows.number_atoms_from(10, reinterpret_cast<std::byte*>(edges.data()));

    EXPECT_THAT(edges, ElementsAre(10, 11, 14, 12, 13, 14, 18, 15, 15, 18, 17, 16));
}

}  // namespace
}  // namespace athanor::test
