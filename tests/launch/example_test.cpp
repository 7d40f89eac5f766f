// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The campaign that the README begins with, run as it stands, in every way there is to run it.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/launch/program.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

constexpr int structure_count = 85;
std::vector<std::string> const stores{"relaxed", "trajectory", "done"};

std::string arguments(std::string const& place, std::string const& more = "") {
    std::string line = "run '" ATHANOR_EXAMPLES
                       "/relax_then_md.json' --progress off --overwrite --set /quarantine=" +
                       place + "/quarantine.extxyz --set /metrics/path=" + place + "/metrics.json";
    for (std::string const& store : stores)
        line += " --set /sinks/" + store + "/url=" + place + "/" + store + ".zarr";
    return line + " " + more;
}

class Example : public ::testing::Test {
protected:
    std::string place(std::string const& name) { return (folder_.path() / name).string(); }
    std::map<RowKey, Sample> rows(std::string const& name, std::string const& store) {
        return rows_of_store(folder_.path() / name / (store + ".zarr"));
    }
    ProgramFolder folder_;
};

TEST_F(Example, OneProcessTwoRanksAndEachSampleAloneGiveTheSameBits) {
    ProgramResult const one = folder_.athanor(arguments(place("one")));
    ASSERT_EQ(one.code, 0) << one.text;
    ProgramResult const two = folder_.mpirun(2, arguments(place("two")));
    ASSERT_EQ(two.code, 0) << two.text;
    // Batches and slots for a single sample: nobody ever has a batch mate.
    ProgramResult const single =
        folder_.athanor(arguments(place("single"),
                                  "--set /sampler/max_systems=1 --set /buffers/systems=1 --set "
                                  "/buffers/slots=1"));
    ASSERT_EQ(single.code, 0) << single.text;

    EXPECT_EQ(rows("one", "relaxed").size(), structure_count);
    EXPECT_EQ(rows("one", "trajectory").size(), 10 * structure_count);
    EXPECT_EQ(rows("one", "done").size(), structure_count);
    for (std::string const& store : stores) {
        SCOPED_TRACE(store);
        auto const expected = rows("one", store);
        expect_same_rows(expected, rows("two", store));
        expect_same_rows(expected, rows("single", store));
    }
}

TEST_F(Example, AStructureFromTheMiddleRunByItselfIsTheOneOfTheCampaign) {
    ASSERT_EQ(folder_.athanor(arguments(place("all"), "--set /input/select=10:40")).code, 0);
    auto const all = rows("all", "done");
    for (int frame : {10, 23, 39}) {
        ProgramResult const result = folder_.athanor(
            arguments(place("alone"), "--set /input/select=" + std::to_string(frame)));
        ASSERT_EQ(result.code, 0) << result.text;
        auto const alone = rows("alone", "done");
        ASSERT_EQ(alone.size(), 1U);
        auto const& [key, sample] = *alone.begin();
        EXPECT_EQ(key.system_id, frame);
        ASSERT_TRUE(all.count(key));
        EXPECT_TRUE(same_bits(sample, all.at(key)));
    }
}

TEST_F(Example, ZarrPythonReadsTheStores) {
    if (std::string(ATHANOR_PYTHON).empty()) GTEST_SKIP() << "ATHANOR_PYTHON is not set";
    ASSERT_EQ(folder_.mpirun(2, arguments(place("run"))).code, 0);
    for (std::string const& store : stores) {
        ProgramResult const result = folder_.shell(
            "'" ATHANOR_PYTHON "' '" ATHANOR_CHECK_STORE "' run/" + store +
            ".zarr --all-chunks --unique system_id,ledger_stage,ledger_step,ledger_kind");
        EXPECT_EQ(result.code, 0) << result.text;
    }
}

}  // namespace
}  // namespace athanor::test
