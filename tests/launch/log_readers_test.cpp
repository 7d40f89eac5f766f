// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Logs of a real campaign, read by the programs that people read them with.
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/sample_reduce.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

/// Two frames, of which one has a name with all that CSV must quote.
std::string two_frames() {
    return "2\nProperties=species:S:1:pos:R:3 name=\"a, \\\"b\\\" c\"\nAr 0 0 0\nAr 3.9 0 0\n"
           "3\nProperties=species:S:1:pos:R:3 name=plain\nAr 0 0 0\nAr 3.8 0 0\nAr 0 3.8 0\n";
}

/// The small campaign with both kinds of log, and a store with every step, in its second stage.
nlohmann::json logged_campaign() {
    auto config = small_campaign("in.extxyz");
    auto& hooks = config["pipeline"][1]["hooks"];
    hooks = nlohmann::json::array({{{"type", "snapshot"}, {"sink", "trajectory"}}});
    for (auto const& [backend, path] : {std::pair("csv", "md.csv"), {"tensorboard", "board"}})
        hooks.push_back({{"type", "logging"},
                         {"backend", backend},
                         {"path", path},
                         {"frequency", 3},
                         {"scalars", {"kinetic_energy", "volume"}}});
    return config;
}

class LogReaders : public ::testing::Test {
protected:
    void SetUp() override {
        if (std::string(ATHANOR_PYTHON).empty()) GTEST_SKIP() << "ATHANOR_PYTHON is not set";
        if (folder_.shell("'" ATHANOR_PYTHON "' -c 'import numpy, tensorboard'").code != 0)
            GTEST_SKIP() << ATHANOR_PYTHON " has no numpy and tensorboard";
        folder_.write("in.extxyz", two_frames());
        folder_.write("c.json", logged_campaign().dump());
        ProgramResult const run = folder_.athanor("run c.json --progress off");
        ASSERT_EQ(run.code, 0) << run.text;
    }
    /// The rows as JSON; what is wrong, or what TensorBoard has to say, goes to check.err.
    [[nodiscard]] ProgramResult check() const {
        return folder_.shell("'" ATHANOR_PYTHON "' '" ATHANOR_SUPPORT
                             "/check_logs.py"
                             "' md.csv board 2> check.err");
    }
    ProgramFolder folder_;
};

TEST_F(LogReaders, CsvModuleAndTensorboardReadTheSameNumbersAsTheStoreHas) {
    ProgramResult const result = check();
    ASSERT_EQ(result.code, 0) << folder_.read("check.err");
    auto const rows = nlohmann::json::parse(result.text);

    ASSERT_EQ(rows.size(), 2U * 7U);  // steps 1, 4 ... 19 of both samples
    auto const store = rows_of_store(folder_.path() / "out/trajectory.zarr");
    for (auto const& row : rows) {
        auto const id = row.at("system_id").get<std::int64_t>();
        auto const step = row.at("step").get<std::int64_t>();
        SCOPED_TRACE("sample " + std::to_string(id) + ", step " + std::to_string(step));
        EXPECT_EQ(row.at("name"), id == 0 ? "a, \"b\" c" : "plain");
        auto const found = store.find({id, 1, step, RowKind::frame});
        ASSERT_NE(found, store.end());
        Sample const& sample = found->second;
        EXPECT_EQ(row.at("energy"), sample.values<double>(Fields::energy)[0]);
        EXPECT_EQ(row.at("fmax"),
                  max_norm(sample.values<double>(Fields::forces).data(), sample.atom_count()));
        EXPECT_EQ(row.at("kinetic_energy"),
                  kinetic_energy(sample.values<double>(Fields::velocities).data(),
                                 sample.values<double>(Fields::atomic_masses).data(),
                                 sample.atom_count()));
        EXPECT_EQ(row.at("volume"), 0.0);
    }
}

TEST_F(LogReaders, TensorboardNoticesADamagedRecord) {
    auto const file = *std::filesystem::directory_iterator(folder_.path() / "board");
    std::fstream events(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    events.seekp(-6, std::ios::end);  // inside the last record's data, before its checksum
    char const byte = static_cast<char>(events.peek());
    events.seekp(-6, std::ios::end);
    events.put(static_cast<char>(byte ^ 1));
    events.close();

    ProgramResult const result = check();

    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(folder_.read("check.err"), ::testing::HasSubstr("step 19: TensorBoard reads None"));
}

}  // namespace
}  // namespace athanor::test
