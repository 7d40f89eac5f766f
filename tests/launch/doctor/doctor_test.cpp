// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// `athanor doctor` as a user starts it.
#include "launch/commands/doctor.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class Doctor : public ::testing::Test {
protected:
    Doctor() {
        folder_.write("in.extxyz", "1\npbc=\"F F F\"\nAr 0 0 0\n");
        config_ = small_campaign("in.extxyz");
    }
    [[nodiscard]] json examine(int expected_code) const {
        folder_.write("c.json", config_.dump());
        ProgramResult const said = folder_.athanor("doctor c.json --json");
        EXPECT_EQ(said.code, expected_code) << said.text;
        json const document = json::parse(said.text);
        EXPECT_EQ(document["can_run"], expected_code == 0);
        for (json const& finding : document["findings"]) {
            bool const bad = finding["level"] == "failure" || finding["level"] == "warning";
            EXPECT_EQ(bad, finding["cure"] != "") << finding;
        }
        return document["findings"];
    }
    /// The level of the first finding of a topic with these words; "" without one.
    static std::string level(json const& findings, std::string const& topic,
                             std::string const& words) {
        for (json const& finding : findings)
            if (finding["topic"] == topic &&
                finding["text"].get<std::string>().find(words) != std::string::npos)
                return finding["level"];
        return "";
    }
    ProgramFolder folder_;
    json config_;
};

TEST_F(Doctor, LooksAtEverythingThatACampaignNeeds) {
    json const findings = examine(0);

    EXPECT_EQ(level(findings, "cores", "usable"), "good");
    EXPECT_EQ(level(findings, "MPI", "MPI"), "good");
    EXPECT_EQ(level(findings, "mpirun", "starts two ranks"), "good");
    EXPECT_NE(level(findings, "threads", "OpenMP"), "");
    EXPECT_NE(level(findings, "/dev/shm", "MiB"), "");
    EXPECT_NE(level(findings, "CUDA", "CUDA"), "");
    EXPECT_NE(level(findings, "NCCL", ""), "");
    EXPECT_NE(level(findings, "s3://", ""), "");
    EXPECT_EQ(level(findings, "input", "1 frames, 1 take part, 0 bad"), "good");
    EXPECT_EQ(level(findings, "memory", "for the batches"), "good");
    EXPECT_EQ(level(findings, "ranks", "2, or 1 process"), "note");
    EXPECT_EQ(level(findings, "sink done", "free"), "good");
    EXPECT_EQ(level(findings, "folder " + folder_.path().string(), "can be written"), "good");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(Doctor, ACampaignThatCannotRunEndsWithOneAndSaysWhy) {
    config_["input"]["path"] = "nope.extxyz";
    config_["sinks"]["done"]["url"] = "/proc/athanor/done.zarr";
    json findings = examine(1);
    EXPECT_EQ(level(findings, "input", "nope.extxyz"), "failure");
    EXPECT_EQ(level(findings, "folder /proc", "cannot be written"), "failure");

    config_["seed"] = -1;
    config_["model"]["cutoff"] = 0;
    findings = examine(1);
    EXPECT_EQ(level(findings, "configuration", "/seed: -1 is no seed"), "failure");
    EXPECT_EQ(level(findings, "configuration", "/model/cutoff: 0 is no cutoff"), "failure");
}

TEST_F(Doctor, AnOutputThatExistsIsAWarning) {
    folder_.write("done.zarr", "");
    config_["sinks"]["done"]["url"] = "done.zarr";

    EXPECT_EQ(level(examine(0), "sink done", "exists"), "warning");
}

TEST_F(Doctor, WithoutAConfigurationItLooksAtTheFolderThatItIsStartedIn) {
    ProgramResult const said = folder_.athanor("doctor");

    EXPECT_EQ(said.code, 0) << said.text;
    EXPECT_THAT(said.text, HasSubstr("folder " + folder_.path().string() + "\n  good     can be"));
    EXPECT_THAT(said.text, HasSubstr("a campaign can run: 0 failures, "));
}

TEST_F(Doctor, SaysWhereKeysComeFromAndNeverThem) {
    ProgramResult const said = folder_.shell(
        "export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=hush-hush "
        "AWS_SESSION_TOKEN=pssst AWS_REGION=eu-north-1 "
        "AWS_ENDPOINT_URL_S3=http://localhost:9\nathanor doctor");

    EXPECT_EQ(said.code, 0);
    EXPECT_THAT(said.text, HasSubstr("keys from the environment (AWS_ACCESS_KEY_ID), region "
                                     "eu-north-1, server localhost:9; not tried"));
    for (char const* secret : {"AKIDEXAMPLE", "hush-hush", "pssst"})
        EXPECT_THAT(said.text, Not(HasSubstr(secret)));
}

TEST_F(Doctor, ABucketWithoutKeysIsAFailure) {
    config_["sinks"]["done"]["url"] = "s3://results/done.zarr";
    folder_.write("c.json", config_.dump());

    ProgramResult const said = folder_.shell(
        "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_PROFILE\n"
        "export AWS_SHARED_CREDENTIALS_FILE=none AWS_CONFIG_FILE=none\nathanor doctor c.json");

    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.text, HasSubstr("sink done\n  failure  s3://results/done.zarr: "));
}

TEST_F(Doctor, MoreThreadsThanCoresAreAWarning) {
    ProgramResult const said = folder_.shell("export OMP_NUM_THREADS=1000\nathanor doctor");

    EXPECT_EQ(said.code, 0);
    EXPECT_THAT(said.text, ::testing::AnyOf(HasSubstr("  warning  1000 OpenMP threads a stage"),
                                            HasSubstr("  good     1 OpenMP threads a stage")));
}

}  // namespace
}  // namespace athanor::test
