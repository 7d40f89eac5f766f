// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/size_aware_sampler.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"
#include "tests/support/uneven_samples.hpp"

namespace athanor {
namespace {

/// A stream that knows how far it has been read.
class CountedSource : public SampleSource {
public:
    explicit CountedSource(std::vector<int> sizes) : sizes_(std::move(sizes)) {}
    std::optional<Sample> next() override {
        if (read == static_cast<int>(sizes_.size())) return std::nullopt;
        int const atoms = sizes_[read];
        return test::random_sample(test::plain_schema(), read++, atoms, 0, 1);
    }
    int read = 0;

private:
    std::vector<int> sizes_;
};

TEST(SizeAwareSampler, FillsTheBatchFirstFitAndReadsNoFartherThanItsWindow) {
    CountedSource source({6, 7, 3, 2, 9, 1, 1, 1, 1, 1, 1, 1});
    SizeAwareSampler sampler(
        source,
        {.bounds = {4, 10, 0}, .window = 4, .packing = Packing::first_fit, .patience = 100});
    Batch batch(test::plain_schema(), {4, 10, 0});

    while (auto sample = sampler.draw(batch)) batch.append(*sample);

    EXPECT_EQ(batch.used_atoms(), 10) << "6, then 7 is passed over for 3 and 1";
    EXPECT_EQ(batch.system_count(), 3);
    EXPECT_LE(source.read, 3 + 4);
}

TEST(SizeAwareSampler, EverySampleComesOnceHoweverTheyAreDrawn) {
    std::vector<int> sizes;
    for (int k = 0; k < 200; ++k) sizes.push_back(1 + k * 37 % 23);
    CountedSource source(sizes);
    SizeAwareSampler sampler(source, {.bounds = {5, 40, 0}, .window = 8, .patience = 6});
    Batch batch(test::plain_schema(), {5, 40, 0});
    std::multiset<std::int64_t> seen;

    while (!sampler.exhausted() || !batch.empty()) {
        while (auto sample = sampler.draw(batch)) {
            seen.insert(sample->id().value());
            batch.append(*sample);
        }
        if (!batch.empty()) batch.remove(SystemIndex{batch.system_count() / 2});
    }

    EXPECT_EQ(seen.size(), 200U);
    EXPECT_EQ(std::set<std::int64_t>(seen.begin(), seen.end()).size(), 200U);
    EXPECT_EQ(sampler.drawn(), 200);
}

TEST(SizeAwareSampler, AnOvertakenSampleGoesFirstWhenPatienceEnds) {
    CountedSource source({10, 5, 5, 5, 5, 5, 5, 5, 5});
    SizeAwareSampler sampler(source, {.bounds = {3, 10, 0}, .window = 4, .patience = 2});
    Batch batch(test::plain_schema(), {3, 10, 0});
    batch.append(test::random_sample(test::plain_schema(), 99, 5, 0, 1));
    ASSERT_EQ(sampler.draw(batch)->id(), SampleId{1});
    ASSERT_EQ(sampler.draw(batch)->id(), SampleId{2});

    EXPECT_FALSE(sampler.draw(batch)) << "only the large one may come now";
    batch.clear();
    EXPECT_EQ(sampler.draw(batch)->id(), SampleId{0});
}

TEST(SizeAwareSampler, ASampleLargerThanTheBoundsIsHandedBackNotDrawn) {
    CountedSource source({3, 50, 3});
    SizeAwareSampler sampler(source, {.bounds = {4, 10, 0}});
    Batch batch(test::plain_schema(), {4, 10, 0});

    std::vector<std::int64_t> refused;
    for (int k = 0; k < 5; ++k) {
        while (auto sample = sampler.take_refused()) refused.push_back(sample->id().value());
        if (auto sample = sampler.draw(batch)) batch.append(*sample);
    }

    EXPECT_EQ(refused, std::vector<std::int64_t>{1});
    EXPECT_EQ(batch.system_count(), 2);
    EXPECT_TRUE(sampler.exhausted());
}

TEST(SizeAwareSampler, EdgesAreBoundedByTheirEstimate) {
    CountedSource source({2, 2, 2});
    SizeAwareSampler sampler(source, {.bounds = {9, 90, 50}, .estimate_edges = [](Sample const& s) {
                                          return 10 * s.atom_count();
                                      }});
    Batch batch(test::plain_schema(), {9, 90, 0});
    while (auto sample = sampler.draw(batch)) batch.append(*sample);
    ASSERT_EQ(batch.system_count(), 2) << "20 edges each, 50 allowed";

    sampler.released(batch.sample_id(SystemIndex{1}));
    sampler.released(batch.sample_id(SystemIndex{1}));

    EXPECT_TRUE(sampler.draw(batch));
    EXPECT_TRUE(sampler.exhausted());
}

TEST(SizeAwareSampler, LargestFirstTakesTheLargestThatFits) {
    CountedSource source({2, 6, 7, 3, 1, 1});
    SizeAwareSampler sampler(
        source, {.bounds = {9, 10, 0}, .window = 4, .packing = Packing::largest_first});
    Batch batch(test::plain_schema(), {9, 10, 0});
    std::vector<std::int64_t> order;
    while (auto sample = sampler.draw(batch)) {
        order.push_back(sample->id().value());
        batch.append(*sample);
    }

    EXPECT_EQ(order, (std::vector<std::int64_t>{2, 3})) << "7 atoms, then 3 of what is left";
}

TEST(SizeAwareSampler, LargestFirstLetsASmallOneWaitNoLongerThanItsPatience) {
    CountedSource source({1, 5, 5, 5, 5, 5, 5});
    SizeAwareSampler sampler(
        source,
        {.bounds = {9, 5, 0}, .window = 3, .packing = Packing::largest_first, .patience = 2});
    Batch batch(test::plain_schema(), {9, 5, 0});
    std::vector<std::int64_t> order;
    while (auto sample = sampler.draw(batch)) {
        order.push_back(sample->id().value());
        batch.clear();
    }

    EXPECT_EQ(order, (std::vector<std::int64_t>{1, 2, 0, 3, 4, 5, 6}));
}

class EveryPacking : public ::testing::TestWithParam<Packing> {};

TEST_P(EveryPacking, KeepsTheBatchFullOfVeryUnevenSamplesAndDrawsEachOnce) {
    test::FillReport const report =
        test::run_uneven(10000, {.bounds = {100000, 2048, 0}, .packing = GetParam()});

    EXPECT_GE(report.fill, 0.95);
    EXPECT_EQ(report.times_drawn, std::vector<int>(10000, 1));
}

INSTANTIATE_TEST_SUITE_P(Both, EveryPacking,
                         ::testing::Values(Packing::first_fit, Packing::largest_first));

}  // namespace
}  // namespace athanor
