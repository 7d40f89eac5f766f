// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/store_check.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "runtime/error.hpp"
#include "sinks/file_storage.hpp"
#include "sinks/memory_storage.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/store_samples.hpp"
#include "tests/sinks/tar_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ArrayFigures const& array_of(StoreCheck const& found, std::string const& key) {
    for (ArrayFigures const& array : found.arrays)
        if (array.key == key) return array;
    throw std::runtime_error("no array " + key);
}

class StoreCheckTest : public ::testing::Test {
protected:
    /// Ten samples of rich_schema(), each as a frame and four as graduated; chunks of a few rows.
    void write_store() const {
        ZarrSink sink(
            {.path = (folder_ / "s.zarr").string(), .chunk_rows = {8, 8, 4}, .codec = "none"});
        Batch const batch = counted_batch(rich_schema(), 0, 10);
        auto const systems = all_systems(batch);
        sink.write(batch, systems, RowKind::frame);
        sink.write(batch, std::span(systems).first(4), RowKind::graduated);
        sink.close();
    }
    StoreCheck check(CheckDepth depth = CheckDepth::full) const {
        return check_store(*FileStorage::read_only(folder_ / "s.zarr"), depth);
    }
    TemporaryFolder folder_;
};

TEST_F(StoreCheckTest, CountsRowsChunksAndBytes) {
    write_store();

    StoreCheck const found = check();

    EXPECT_THAT(found.problems, IsEmpty());
    EXPECT_THAT(found.leftovers, IsEmpty());
    EXPECT_TRUE(found.ours);
    EXPECT_EQ(found.rows, 14);
    EXPECT_EQ(found.samples, 10);
    EXPECT_EQ(found.atoms, (1 + 2 + 3 + 4) * 2 + 1 + 2 + (1 + 2 + 3 + 4));
    EXPECT_EQ(found.smallest, 1);
    EXPECT_EQ(found.largest, 4);
    ArrayFigures const& energy = array_of(found, "core/energy");
    EXPECT_THAT(energy.shape, ElementsAre(14, 1));
    EXPECT_THAT(energy.chunk_shape, ElementsAre(4, 1));
    EXPECT_EQ(energy.chunks, 4);
    EXPECT_EQ(energy.chunks_stored, 4);
    EXPECT_EQ(energy.raw_bytes, 14 * 8);
    EXPECT_EQ(energy.stored_bytes, 4 * 4 * 8);  // the last chunk is padded
    EXPECT_EQ(energy.codecs, "none");
    EXPECT_EQ(array_of(check(CheckDepth::quick), "core/energy").stored_bytes, std::nullopt);
}

TEST_F(StoreCheckTest, GroupsRowsByStageKindAndOutcome) {
    write_store();  // sample k: stage k % 3, step 10 k, converged

    auto const groups = check(CheckDepth::quick).groups;

    ASSERT_EQ(groups.size(), 6U);
    EXPECT_EQ(groups[0].stage, 0);
    EXPECT_EQ(groups[0].kind, RowKind::frame);
    EXPECT_EQ(groups[0].outcome, Outcome::converged);
    EXPECT_EQ(groups[0].rows, 4);  // 0 3 6 9
    EXPECT_EQ(groups[0].last_step, 90);
    EXPECT_EQ(groups[1].kind, RowKind::graduated);
    EXPECT_EQ(groups[1].rows, 2);  // 0 3
    EXPECT_EQ(groups[1].first_step, 0);
    EXPECT_EQ(groups[1].last_step, 30);
    EXPECT_EQ(groups[1].samples, 2);
}

TEST_F(StoreCheckTest, EveryObjectThatIsLostOrCutShortIsNamed) {
    write_store();
    MemoryStorage storage("memory");
    std::vector<std::string> chunks;
    for (auto const& entry : fs::recursive_directory_iterator(folder_ / "s.zarr")) {
        if (!entry.is_regular_file()) continue;
        std::string const object = fs::relative(entry.path(), folder_ / "s.zarr");
        std::string const content = read_text(entry.path());
        storage.put(object, std::as_bytes(std::span(content)));
        if (object.find("/c/") != std::string::npos) chunks.push_back(object);
    }
    ASSERT_GT(chunks.size(), 100U);
    for (std::string const& chunk : chunks) {
        Bytes const content = storage.get(chunk).value();

        storage.remove(chunk);
        EXPECT_THAT(check_store(storage, CheckDepth::quick).problems, Contains(HasSubstr(chunk)));
        storage.put(chunk, std::span(content).first(content.size() - 1));
        EXPECT_THAT(check_store(storage, CheckDepth::full).problems, Contains(HasSubstr(chunk)));

        storage.put(chunk, content);
    }
    EXPECT_THAT(check_store(storage, CheckDepth::full).problems, IsEmpty());
}

TEST_F(StoreCheckTest, ADocumentThatIsNoJsonIsDamage) {
    write_store();
    folder_.write("s.zarr/core/forces/zarr.json", "{");

    EXPECT_THAT(check().problems, Contains(HasSubstr("core/forces")));
}

/// Row `row` of an array of 8-byte numbers, one a row, in chunks of four.
void set_row(fs::path const& array, int row, std::int64_t value) {
    std::fstream file(array / "c" / std::to_string(row / 4) / "0",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(8 * (row % 4));
    file.write(reinterpret_cast<char const*>(&value), sizeof value);
}

TEST_F(StoreCheckTest, TwoRowsWithOneKeyAreDamage) {
    write_store();
    set_row(folder_ / "s.zarr/core/system_id", 4, 1);  // row 4 had sample 4, of stage 1 as well
    set_row(folder_ / "s.zarr/custom/ledger_step", 4, 10);

    EXPECT_THAT(check().problems,
                ElementsAre("ledger: row 4 has the key of an earlier row: sample 1, stage 1, step "
                            "10, frame"));
}

TEST_F(StoreCheckTest, AnEdgeThatLeavesItsSampleIsDamage) {
    write_store();
    std::fstream file(folder_ / "s.zarr/core/neighbor_list/c/0/0",
                      std::ios::in | std::ios::out | std::ios::binary);
    std::int64_t const far = 1000;
    file.write(reinterpret_cast<char const*>(&far), sizeof far);
    file.close();

    EXPECT_THAT(check().problems, Contains(HasSubstr("has an edge to atom 999")));
    EXPECT_TRUE(check(CheckDepth::quick).good());  // does not look at edges
}

TEST_F(StoreCheckTest, WhatACutOffAppendLeftIsNoDamage) {
    write_store();
    folder_.write("s.zarr/core/positions/c/0.tmp-77", "half");
    fs::create_directories(folder_ / "s.zarr/core/energy/c/4");
    folder_.write("s.zarr/core/energy/c/4/0", "the next chunk");
    auto document = nlohmann::json::parse(folder_.read("s.zarr/meta/atoms_ptr/zarr.json"));
    document["shape"][0] = 16;
    folder_.write("s.zarr/meta/atoms_ptr/zarr.json", document.dump());
    auto root = nlohmann::json::parse(folder_.read("s.zarr/zarr.json"));
    root["attributes"]["num_samples"] = 10;
    folder_.write("s.zarr/zarr.json", root.dump());

    StoreCheck const found = check();

    EXPECT_THAT(found.problems, IsEmpty());
    EXPECT_THAT(found.leftovers,
                ElementsAre("core/energy/c/4/0: is no chunk of the array",
                            "core/positions/c/0.tmp-77: is no chunk of the array",
                            "meta/atoms_ptr: 1 rows after the 15 of the last commit",
                            "zarr.json: num_samples is 10, the store has 14 rows"));
}

TEST_F(StoreCheckTest, AFolderWithoutAStoreIsAnInputError) {
    fs::create_directory(folder_ / "s.zarr");

    EXPECT_THROW(static_cast<void>(check()), InputError);
}

TEST(StoreCheckOfOthers, ReferenceStoresAreGoodButTheOneWithLostEdges) {
    for (auto const& entry : fs::directory_iterator(golden_folder())) {
        if (entry.path().extension() != ".tar") continue;
        SCOPED_TRACE(entry.path());
        std::string const name = entry.path().stem().stem();
        auto const about = nlohmann::json::parse(read_text(golden_folder() + name + ".json"));

        StoreCheck const found = check_store(*load_tar(entry.path()), CheckDepth::full);

        EXPECT_FALSE(found.ours);
        EXPECT_EQ(found.good(), name != "defragmented_edges");
        if (!found.opens) continue;
        EXPECT_EQ(found.rows, about["counts"]["physical"]);
        EXPECT_EQ(found.active_rows, about["counts"]["active"]);
        EXPECT_EQ(found.edges, about["counts"]["edges"]);
    }
}

}  // namespace
}  // namespace athanor::test
