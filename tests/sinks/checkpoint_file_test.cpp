// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/checkpoint_file.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/sinks/store_samples.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

SchemaPtr with_state(SchemaPtr const& schema) {
    return std::make_shared<Schema const>(schema->with(
        {{"chain", Level::system, Dtype::float64, {3, 2}, "", FieldRole::state},
         {"kept_positions", Level::atom, Dtype::float64, {3}, "angstrom", FieldRole::state}}));
}

void expect_same(Sample const& a, Sample const& b) {
    EXPECT_EQ(a.name(), b.name());
    EXPECT_EQ(a.text(), b.text());
    ASSERT_EQ(a.atom_count(), b.atom_count());
    ASSERT_EQ(a.edge_count(), b.edge_count());
    for (int f = 0; f < a.schema().field_count(); ++f) {
        FieldSpec const& spec = a.schema().field(FieldIndex{f});
        auto const there = b.schema().find(spec.name);
        ASSERT_TRUE(there) << spec.name;
        EXPECT_EQ(b.schema().field(*there), spec);
        auto const x = a.bytes(FieldIndex{f}), y = b.bytes(*there);
        ASSERT_EQ(x.size(), y.size());
        EXPECT_TRUE(x.empty() || std::memcmp(x.data(), y.data(), x.size()) == 0) << spec.name;
    }
}

TEST(CheckpointFile, EverySampleComesBackWithAllItsStateBitForBit) {
    TemporaryFolder const folder;
    auto const travelling = rich_schema();
    auto const schema = with_state(travelling);
    Batch batch(schema, {4, 40, 10});
    std::vector<Sample> in_batch, waiting;
    for (int k = 0; k < 3; ++k) {
        in_batch.push_back(counted_sample(schema, k, 2 + k, k));
        waiting.push_back(counted_sample(travelling, 10 + k, 1 + k, 2));
        static_cast<void>(batch.append(in_batch.back()));
    }
    std::vector<SystemIndex> const some{SystemIndex{2}, SystemIndex{0}};
    CheckpointHeader const header{123456789, 42, 3, 1};
    auto const path = folder.path() / "stage.ckpt";

    write_checkpoint(path, header, batch, some, waiting);
    Checkpoint const read = read_checkpoint(path);

    EXPECT_EQ(read.header, header);
    ASSERT_EQ(read.samples.size(), 5U);
    expect_same(in_batch[2], read.samples[0]);
    expect_same(in_batch[0], read.samples[1]);
    for (std::size_t k = 0; k < 3; ++k) expect_same(waiting[k], read.samples[2 + k]);
}

TEST(CheckpointFile, SamplesOfOtherFieldsThanTheBatchKeepTheirs) {
    TemporaryFolder const folder;
    Batch batch(std::make_shared<Schema const>(), {2, 20, 0});
    Sample const plain = counted_sample(std::make_shared<Schema const>(), 1, 4, 0);
    Sample const other = counted_sample(with_state(std::make_shared<Schema const>()), 2, 3, 0);
    SystemIndex const system = batch.append(plain);

    write_checkpoint(folder.path() / "a.ckpt", {}, batch, {&system, 1}, {&other, 1});
    auto const both = read_checkpoint(folder.path() / "a.ckpt");

    ASSERT_EQ(both.samples.size(), 2U);
    expect_same(plain, both.samples[0]);
    expect_same(other, both.samples[1]);
}

TEST(CheckpointFile, ANewOneTakesThePlaceOfTheOldAndAnEmptyOneIsOne) {
    TemporaryFolder const folder;
    auto const path = folder.path() / "a.ckpt";
    std::vector<Sample> const samples{counted_sample(std::make_shared<Schema const>(), 1, 4, 0)};
    write_checkpoint(path, {1, 1, 0, 0}, samples);
    write_checkpoint(path, {1, 2, 0, 0}, std::span<Sample const>{});

    EXPECT_EQ(read_checkpoint(path).header.generation, 2);
    EXPECT_TRUE(read_checkpoint(path).samples.empty());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(CheckpointFile, EveryFlippedOrMissingByteIsNoticed) {
    TemporaryFolder const folder;
    auto const path = folder.path() / "a.ckpt";
    std::vector<Sample> const samples{counted_sample(std::make_shared<Schema const>(), 1, 1, 0)};
    write_checkpoint(path, {1, 1, 0, 0}, samples);
    std::string const whole = folder.read("a.ckpt");
    ASSERT_GT(whole.size(), 100U);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string bad = whole;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        folder.write("bad.ckpt", bad);
        EXPECT_THROW(static_cast<void>(read_checkpoint(folder.path() / "bad.ckpt")), StorageError);
        folder.write("bad.ckpt", whole.substr(0, at));
        EXPECT_THROW(static_cast<void>(read_checkpoint(folder.path() / "bad.ckpt")), StorageError);
    }
}

TEST(CheckpointFile, WhereItCannotBeWrittenTheOldOneStays) {
    TemporaryFolder const folder;
    std::vector<Sample> const samples{counted_sample(std::make_shared<Schema const>(), 1, 1, 0)};
    try {
        write_checkpoint(folder.path() / "none/a.ckpt", {}, samples);
        FAIL() << "there is no such folder";
    } catch (StorageError const& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("none/a.ckpt"));
    }
    // A folder under its name: the rename fails, and nothing of the attempt stays.
    std::filesystem::create_directory(folder.path() / "taken.ckpt");
    EXPECT_THROW(write_checkpoint(folder.path() / "taken.ckpt", {}, samples), StorageError);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace athanor::test
