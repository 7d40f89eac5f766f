// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/batch_size.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "runtime/error.hpp"
#include "tests/launch/config_fixture.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t mebibyte = 1024 * 1024;

/// A plan for 10,000 samples of 100 atoms on average, of which one has 400.
CampaignPlan plan_with(nlohmann::json const& sampler) {
    Json document = relax_then_md();
    document["sampler"] = sampler;
    CampaignPlan plan;
    plan.config = parse(document);
    plan.schema = plain_schema();
    plan.selected_count = 10000;
    plan.atom_total = 1000000;
    plan.largest_atom_count = 400;
    return plan;
}

TEST(BatchSize, AnAutomaticBatchTakesHalfOfTheMemoryForAllElements) {
    CampaignPlan plan = plan_with({{"batch", "auto"}});

    choose_batch(plan, 400 * mebibyte);

    SamplerSpec const& sampler = plan.config.sampler;
    double const bytes = largest_batch_bytes(plan).of(sampler.max_systems, sampler.max_atoms);
    EXPECT_LE(bytes, 0.5 * 400 * mebibyte / 2);
    EXPECT_GE(bytes, 0.45 * 400 * mebibyte / 2) << "two elements share it, little is left over";
    EXPECT_GE(sampler.max_atoms, 400);
    EXPECT_FALSE(sampler.automatic) << "the plan says what was found";
    ASSERT_EQ(plan.notes.size(), 1u);
    EXPECT_THAT(plan.notes[0], HasSubstr(std::to_string(sampler.max_atoms) + " atoms"));
}

TEST(BatchSize, AnAutomaticBatchTakesHalfOfADeviceForThoseThatShareIt) {
    CampaignPlan plan = plan_with({{"batch", "auto"}});
    constexpr std::int64_t plenty = 4096 * 1024 * mebibyte;

    choose_batch(plan, plenty, {.devices = 1, .free_bytes = 200 * mebibyte});

    SamplerSpec const one = plan.config.sampler;
    double const bytes = largest_device_batch_bytes(plan).of(one.max_systems, one.max_atoms);
    EXPECT_LE(bytes, 0.5 * 200 * mebibyte / 2) << "two elements share it";
    EXPECT_GE(bytes, 0.45 * 200 * mebibyte / 2);
    EXPECT_THAT(plan.notes.at(0), HasSubstr("0.0 GiB of device memory"));

    plan = plan_with({{"batch", "auto"}});
    choose_batch(plan, plenty, {.devices = 2, .free_bytes = 200 * mebibyte});
    EXPECT_GE(plan.config.sampler.max_atoms, 2 * one.max_atoms - 1) << "each element has one";

    plan = plan_with({{"batch", "auto"}});
    choose_batch(plan, 40 * mebibyte, {.devices = 1, .free_bytes = plenty});
    CampaignPlan on_host = plan_with({{"batch", "auto"}});
    choose_batch(on_host, 40 * mebibyte);
    EXPECT_EQ(plan.config.sampler.max_atoms, on_host.config.sampler.max_atoms);
}

TEST(BatchSize, RowsOnTheirWayToSnapshotsTakeMemoryOfADevice) {
    CampaignPlan plan = plan_with({{"batch", "auto"}});
    CampaignPlan without = plan;
    for (ElementSpec& element : plan.config.pipeline.elements)
        for (StageSpec& stage : element.stages) stage.hooks = {SnapshotSpec{}};
    for (ElementSpec& element : without.config.pipeline.elements)
        for (StageSpec& stage : element.stages) stage.hooks.clear();

    double const columns = static_cast<double>(plan.schema->bytes_per_row(Level::atom));
    EXPECT_GE(largest_device_batch_bytes(plan).per_atom,
              largest_device_batch_bytes(without).per_atom + 3.0 * columns);
}

/// The relaxation of the plan keeps state of atoms; sinks leave it out, but one in memory.
TEST(BatchSize, RowsOnTheirWayHaveStateOnlyWhereASinkKeepsIt) {
    CampaignPlan plan = plan_with({{"batch", "auto"}});
    auto& stages = plan.config.pipeline.elements.at(0).stages;
    stages.resize(1);
    plan.config.pipeline.elements.resize(1);
    stages[0].dynamics = LbfgsOptions{.history = 16};
    plan.config.sinks = {{"kept", HostMemorySpec{.capacity = 100}}, {"stored", ZarrSinkSpec{}}};
    auto const late_bytes_with = [&](HookSpec hook) {
        stages[0].hooks.clear();
        double const without = largest_device_batch_bytes(plan).per_atom;
        stages[0].hooks = {std::move(hook)};
        return largest_device_batch_bytes(plan).per_atom - without;
    };
    double const travelling = static_cast<double>(plan.schema->bytes_per_row(Level::atom));

    EXPECT_EQ(late_bytes_with(LoggingSpec{}), 3.0 * travelling);
    EXPECT_EQ(late_bytes_with(SnapshotSpec{.sink = "stored"}), 3.0 * travelling);
    EXPECT_GE(late_bytes_with(SnapshotSpec{.sink = "kept"}), 3.0 * (travelling + 16 * 48));
}

TEST(BatchSize, ItIsNoLargerThanTheInput) {
    CampaignPlan plan = plan_with({{"batch", "auto"}});

    choose_batch(plan, 4096 * 1024 * mebibyte);

    EXPECT_EQ(plan.config.sampler.max_systems, 10000);
    EXPECT_EQ(plan.config.sampler.max_atoms, 1000000);
}

TEST(BatchSize, ABoundOfBytesLowersTheAtomsThatWereGiven) {
    CampaignPlan plan = plan_with({{"max_systems", 10}, {"max_atoms", 8192}});
    choose_batch(plan, 0);
    EXPECT_EQ(plan.config.sampler.max_atoms, 8192) << "without a bound nothing changes";
    EXPECT_TRUE(plan.notes.empty());

    plan = plan_with({{"max_systems", 10}, {"max_atoms", 8192}, {"max_bytes", 20 * mebibyte}});
    choose_batch(plan, 0);

    int const atoms = plan.config.sampler.max_atoms;
    EXPECT_LT(atoms, 8192);
    EXPECT_EQ(plan.config.sampler.max_systems, 10);
    EXPECT_LE(largest_batch_bytes(plan).of(10, atoms), 20.0 * mebibyte);
    EXPECT_GT(largest_batch_bytes(plan).of(10, atoms + 1), 20.0 * mebibyte);
}

TEST(BatchSize, ALargestSampleThatDoesNotFitIsRefusedUnlessItMayBeSetAside) {
    CampaignPlan plan = plan_with({{"batch", "auto"}});
    try {
        choose_batch(plan, mebibyte);
        FAIL() << "accepted";
    } catch (ConfigError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("the largest sample has 400"));
    }
    plan = plan_with({{"batch", "auto"}});
    plan.config.oversized = OversizedPolicy::quarantine;
    EXPECT_NO_THROW(choose_batch(plan, 8 * mebibyte));
    EXPECT_GE(plan.config.sampler.max_atoms, 100);
    plan = plan_with({{"batch", "auto"}});
    plan.config.oversized = OversizedPolicy::quarantine;
    EXPECT_THROW(choose_batch(plan, mebibyte), ConfigError) << "nearly all would be set aside";
}

TEST(BatchSize, WhereNobodySaysHowMuchIsFreeItIsTheDefault) {
    CampaignPlan plan = plan_with({{"batch", "auto"}});

    choose_batch(plan, 0);

    EXPECT_EQ(plan.config.sampler.max_systems, SamplerSpec{}.max_systems);
    EXPECT_EQ(plan.config.sampler.max_atoms, SamplerSpec{}.max_atoms);
    EXPECT_FALSE(plan.config.sampler.automatic);
    EXPECT_THAT(plan.notes.at(0), HasSubstr("nobody says"));
}

TEST(BatchSize, TheMemoryThatIsFreeIsSomeAndNoMoreThanThereIs) {
    auto const all = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);

    EXPECT_GT(free_memory_bytes(), 0);
    EXPECT_LE(free_memory_bytes(), all);
}

TEST(BatchSize, ACampaignWithAnAutomaticBatchGivesTheSameBits) {
    ProgramFolder folder;
    std::ifstream file(golden_path("inputs/ar32.xyz"));
    std::stringstream text;
    text << file.rdbuf();
    folder.write("in.extxyz", text.str() + text.str() + text.str());
    auto campaign = small_campaign("in.extxyz");
    folder.write("given.json", campaign.dump());
    campaign["sampler"] = {{"batch", "auto"}};
    folder.write("auto.json", campaign.dump());
    ASSERT_EQ(folder.athanor("run given.json --progress off").code, 0);
    auto const given = rows_of_store(folder.path() / "out/done.zarr");

    ProgramResult const plan = folder.athanor("validate auto.json");
    ProgramResult const run = folder.athanor("run auto.json --progress off --overwrite");

    EXPECT_THAT(plan.text, HasSubstr("a batch of up to 3 systems and 96 atoms"));
    ASSERT_EQ(run.code, 0) << run.text;
    expect_same_rows(rows_of_store(folder.path() / "out/done.zarr"), given);
}

}  // namespace
}  // namespace athanor::test
