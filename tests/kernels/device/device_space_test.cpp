// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/device_space.hpp"

#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/batch.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

std::vector<unsigned char> random_bytes(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<unsigned char> bytes(size);
    for (auto& byte : bytes) byte = static_cast<unsigned char>(random());
    return bytes;
}

/// What stands in the space from `there` on.
std::vector<unsigned char> bytes_in(DeviceSpace& space, void const* there, std::size_t size) {
    std::vector<unsigned char> back(size);
    RowMove const home{back.data(), there, size};
    space.move({&home, 1});
    return back;
}

/// Rows of all lengths and alignments; more than staging and the list of pieces hold at once.
TEST(DeviceSpace, BytesComeBackAsTheyWentThere) {
    DeviceSpace space(test_queue());
    constexpr std::size_t size = 5'000'000;
    auto* const there = static_cast<std::byte*>(space.allocate(size));
    auto const sent = random_bytes(size, 3);
    std::vector<RowMove> moves;
    std::mt19937 random(4);
    for (std::size_t at = 0; at < size;) {
        std::size_t const bytes = std::min<std::size_t>(random() % 7000, size - at);
        moves.push_back({there + at, sent.data() + at, bytes});
        at += bytes;
    }
    space.move(moves);

    EXPECT_TRUE(bytes_in(space, there, size) == sent);
    space.deallocate(there, size);
}

TEST(DeviceSpace, ZerosAreBehindWhatWasThereAndBeforeWhatComes) {
    DeviceSpace space(test_queue());
    constexpr std::size_t size = 20'000;
    auto* const there = static_cast<std::byte*>(space.allocate(size));
    auto const sent = random_bytes(size, 5);
    RowMove const all{there, sent.data(), size};
    space.move({&all, 1});
    space.zero({there + 100, 12'345});
    RowMove const middle{there + 1000, sent.data(), 77};
    space.move({&middle, 1});

    auto expected = sent;
    std::fill_n(expected.begin() + 100, 12'345, 0);
    std::copy_n(sent.begin(), 77, expected.begin() + 1000);
    EXPECT_TRUE(bytes_in(space, there, size) == expected);
    space.deallocate(there, size);
}

TEST(DeviceSpace, WithinTheDeviceNothingGoesOverTheHost) {
    DeviceSpace space(test_queue());
    constexpr std::size_t size = 9'001;
    auto* const a = static_cast<std::byte*>(space.allocate(size));
    auto* const b = static_cast<std::byte*>(space.allocate(size));
    auto const sent = random_bytes(size, 6);
    RowMove const there{a, sent.data(), size}, over{b, a, size};
    space.move({&there, 1});
    space.move({&over, 1});
    EXPECT_TRUE(bytes_in(space, b, size) == sent);
    space.deallocate(a, size);
    space.deallocate(b, size);
}

/// A batch whose columns the host cannot read: samples come, go, close gaps and come back.
TEST(DeviceSpace, ABatchLivesInIt) {
    DeviceSpace space(test_queue());
    auto const schema = std::make_shared<Schema const>(std::vector<FieldSpec>{});
    Batch there(schema, {4, 60, 0}, space), here(schema, {4, 60, 0});
    std::vector<Sample> samples;
    for (int atoms : {20, 15, 25}) {
        Sample sample(schema, SampleId{atoms}, "s" + std::to_string(atoms), atoms);
        double value = atoms;
        for (double& x : sample.values<double>(Fields::positions)) x = value += 0.25;
        samples.push_back(sample);
    }
    for (Batch* batch : {&there, &here}) {
        for (Sample const& sample : samples) batch->append(sample);
        batch->remove(SystemIndex{0});
        batch->append(samples[1]);
        batch->remove(SystemIndex{1});
        batch->allocate(19, 0, "empty");  // where others stood
        ASSERT_EQ(batch->system_count(), 3);
    }
    for (int s = 0; s < 3; ++s)
        EXPECT_TRUE(same_bits(there.extract(SystemIndex{s}), here.extract(SystemIndex{s}))) << s;
}

}  // namespace
}  // namespace athanor::test
