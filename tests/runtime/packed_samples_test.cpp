// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/packed_samples.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "runtime/sample_packer.hpp"
#include "runtime/streaming_copy.hpp"
#include "tests/support/samples.hpp"

namespace athanor {
namespace {

using test::random_sample;
using test::rich_schema;
using test::same_bits;

struct Packed {
    PackedCounts counts;
    std::vector<std::byte> bytes;
};

Packed pack(Batch const& batch, Schema const& schema, std::vector<SystemIndex> const& systems) {
    Packed packed{count_packed(batch, systems), {}};
    packed.bytes.resize(packed_bytes(schema, packed.counts));
    EXPECT_EQ(pack_samples(schema, batch, systems, packed.bytes), packed.bytes.size());
    return packed;
}

TEST(PackedSamples, TheChecksumTakenWhilePackingIsThatOfTheBytes) {
    auto const schema = rich_schema();
    Batch batch(schema, {4, 20000, 50});
    int const atoms[] = {1, 7, 19000, 0};  // smaller and much larger than a piece
    for (int k = 0; k < 4; ++k) batch.append(random_sample(schema, k, atoms[k], 2 * k, 40 + k));
    std::vector<SystemIndex> const systems{SystemIndex{3}, SystemIndex{2}, SystemIndex{0},
                                           SystemIndex{1}};
    Packed const packed = pack(batch, *schema, systems);
    std::vector<std::byte> again(packed.bytes.size());

    auto const checksum = SamplePacker(schema, EdgeRows::travel)
                              .pack(batch, systems, packed.counts, again, /*before=*/77);

    EXPECT_EQ(again, packed.bytes);
    EXPECT_EQ(checksum, crc32c(packed.bytes, 77));
}

TEST(PackedSamples, WhatIsToldWhilePackingIsWrittenForGood) {
    auto const schema = rich_schema();
    Batch batch(schema, {3, 40000, 0});
    int const atoms[] = {30000, 3, 9000};
    for (int k = 0; k < 3; ++k) batch.append(random_sample(schema, k, atoms[k], 0, 40 + k));
    std::vector<SystemIndex> const systems{SystemIndex{0}, SystemIndex{2}};  // with a gap
    Packed const packed = pack(batch, *schema, systems);
    ASSERT_GT(packed.bytes.size(), 4 * told_bytes);
    ASSERT_GT(packed.bytes.size(), streaming_bytes);
    std::vector<std::byte> out(packed.bytes.size());
    std::vector<std::size_t> told;

    SamplePacker packer(schema, EdgeRows::travel);
    auto const checksum =
        packer.pack(batch, systems, packed.counts, out, 0, [&](std::size_t bytes) {
            EXPECT_TRUE(std::equal(out.begin(), out.begin() + static_cast<long>(bytes),
                                   packed.bytes.begin()))
                << bytes;
            EXPECT_GE(bytes - (told.empty() ? 0 : told.back()), told_bytes);
            told.push_back(bytes);
        });

    EXPECT_GE(told.size(), 3U);
    EXPECT_LE(told.back(), out.size());
    EXPECT_EQ(out, packed.bytes);
    EXPECT_EQ(checksum, crc32c(packed.bytes));
    Batch target(schema, {2, 40000, 0});
    PackedSamples const arrived(schema, packed.counts, out);
    for (int k = 0; k < 2; ++k) arrived.append_to(target, k);
    EXPECT_TRUE(same_bits(target.extract(SystemIndex{0}), batch.extract(SystemIndex{0})));
    EXPECT_TRUE(same_bits(target.extract(SystemIndex{1}), batch.extract(SystemIndex{2})));
}

TEST(PackedSamples, NothingIsToldOfWhatIsPackedAtOnce) {
    auto const schema = rich_schema();
    Batch batch(schema, {1, 10, 0});
    batch.append(random_sample(schema, 0, 10, 0, 4));
    std::vector<SystemIndex> const only{SystemIndex{0}};
    PackedCounts const counts = count_packed(batch, only);
    std::vector<std::byte> out(packed_bytes(*schema, counts));
    bool told = false;

    static_cast<void>(
        SamplePacker(schema, EdgeRows::travel).pack(batch, only, counts, out, 0, [&](std::size_t) {
            told = true;
        }));

    EXPECT_FALSE(told);
}

TEST(PackedSamples, AHopLeavesEveryBitAndDropsState) {
    auto const travelling = rich_schema();
    auto const inside = std::make_shared<Schema const>(travelling->with(
        {{"fire_mixing", Level::system, Dtype::float64, {1}, "", FieldRole::state}}));
    Batch source(inside, {5, 100, 20});
    std::vector<Sample> samples;
    for (int k = 0; k < 5; ++k) samples.push_back(random_sample(travelling, k, 3 * k, k, 40 + k));
    for (Sample const& sample : samples) source.append(sample);
    Packed const packed =
        pack(source, *travelling, {SystemIndex{4}, SystemIndex{0}, SystemIndex{2}});
    Batch target(travelling, {5, 100, 20});

    PackedSamples const arrived(travelling, packed.counts, packed.bytes);
    for (int k = 0; k < arrived.system_count(); ++k) arrived.append_to(target, k);

    EXPECT_TRUE(same_bits(target.extract(SystemIndex{0}), samples[4]));
    EXPECT_TRUE(same_bits(target.extract(SystemIndex{1}), samples[0]));
    EXPECT_TRUE(same_bits(target.extract(SystemIndex{2}), samples[2]));
}

TEST(PackedSamples, DamageIsRefused) {
    auto const schema = rich_schema();
    Batch source(schema, {2, 20, 4});
    source.append(random_sample(schema, 0, 5, 2, 1));
    Packed const packed = pack(source, *schema, {SystemIndex{0}});
    std::vector<std::byte> truncated(packed.bytes.begin(), packed.bytes.end() - 16);
    PackedCounts more_atoms = packed.counts;
    ++more_atoms.atoms;
    std::vector<std::byte> negative = packed.bytes;
    negative[3] = std::byte{0x80};
    std::vector<std::byte> roomy(packed.bytes.size() + 1024);
    std::copy(packed.bytes.begin(), packed.bytes.end(), roomy.begin());

    EXPECT_THROW(PackedSamples(schema, packed.counts, truncated), CampaignError);
    EXPECT_THROW(PackedSamples(schema, more_atoms, roomy), CampaignError);
    EXPECT_THROW(PackedSamples(schema, packed.counts, negative), CampaignError);
}

}  // namespace
}  // namespace athanor
