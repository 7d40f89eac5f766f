// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns in mixed precision, as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sinks/zarr_reader.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct PrecisionCampaign : ::testing::Test {
    PrecisionCampaign() {
        std::string input;
        for (char const* name : {"lj13", "ar_one", "ar_triclinic", "ar_wire", "lj3", "ar_tiny"})
            input += golden_input(name);
        folder.write("in.extxyz", input);
    }
    /// A campaign that stores its rows in a folder of its own.
    void write(std::string const& name, char const* precision) const {
        auto config = small_campaign("in.extxyz");
        config["precision"] = precision;
        for (auto& [sink, spec] : config["sinks"].items())
            spec["url"] = name + "/" + sink + ".zarr";
        config["quarantine"] = name + "/quarantine.extxyz";
        config["checkpoint"] = {{"path", name + "/checkpoint"}};
        folder.write(name + ".json", config.dump());
    }
    [[nodiscard]] std::map<RowKey, Sample> rows(std::string const& name) const {
        return rows_of_store(folder.path() / name / "done.zarr");
    }
    ProgramFolder folder;
};

TEST_F(PrecisionCampaign, MixedRowsAreTheSameOverRanksAndOnADeviceAndOthersThanDoubleOnes) {
    write("double", "double");
    for (char const* name : {"one", "two", "device"}) write(name, "mixed");

    for (char const* command : {"run double.json --device cpu", "run one.json --device cpu",
                                "run device.json --device emulated"})
        ASSERT_EQ(folder.athanor(std::string(command) + " --progress off").code, 0) << command;
    auto const two = folder.mpirun(2, "run two.json --device cpu --progress off");
    ASSERT_EQ(two.code, 0) << two.text;

    auto const mixed = rows("one"), exact = rows("double");
    expect_same_rows(mixed, rows("two"));
    expect_same_rows(mixed, rows("device"));
    int different = 0;
    for (auto const& [key, sample] : exact) different += same_bits(sample, mixed.at(key)) ? 0 : 1;
    EXPECT_GE(different, 4) << "of six, one of which has a single atom";
}

TEST_F(PrecisionCampaign, AStoreSaysItsPrecisionAndAResumeInTheOtherIsRefused) {
    write("mixed", "mixed");
    ASSERT_EQ(folder.athanor("run mixed.json --progress off").code, 0);
    std::string const provenance =
        ZarrReader((folder.path() / "mixed/done.zarr").string()).provenance();
    EXPECT_EQ(nlohmann::json::parse(provenance)["config"]["precision"], "mixed");

    for (char const* who_knows : {"campaign.json", "done.zarr"}) {
        auto const other =
            folder.athanor("resume mixed.json --set /precision=double --progress off");
        EXPECT_EQ(other.code, 2);
        EXPECT_THAT(other.text,
                    AllOf(HasSubstr(who_knows),
                          HasSubstr("/precision: it was \"mixed\", and is \"double\" now")));
        std::filesystem::remove_all(folder.path() / "mixed/checkpoint");
        std::filesystem::remove_all(folder.path() / "mixed/trajectory.zarr");
    }
    write("double", "double");
    ASSERT_EQ(folder.athanor("run double.json --progress off").code, 0);
    auto const other = folder.athanor("resume double.json --set /precision=mixed --progress off");
    EXPECT_EQ(other.code, 2);
    EXPECT_THAT(other.text, HasSubstr("/precision: it was \"double\", and is \"mixed\" now"));
}

TEST_F(PrecisionCampaign, CoefficientsThatNoFloatHoldsAreRefusedBeforeTheStart) {
    write("double", "double");
    std::string const command = "validate double.json --set /model/species/Ar/sigma=3000";
    EXPECT_EQ(folder.athanor(command).code, 0);

    auto const refused = folder.athanor(command + " --set /precision=mixed");

    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.text, HasSubstr("use double precision in place of mixed"));
}

}  // namespace
}  // namespace athanor::test
