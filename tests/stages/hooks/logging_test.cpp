// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/logging.hpp"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "kernels/sample_reduce.hpp"
#include "runtime/error.hpp"
#include "runtime/units.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

/// What a log was told, row by row.
struct Told {
    std::vector<std::string> columns;
    std::map<std::pair<std::int64_t, std::int64_t>, std::vector<double>> values;  ///< id, step
    std::vector<std::string> names;
    int closes = 0;
};

class RecordingLog final : public LogWriter {
public:
    explicit RecordingLog(Told& told) : told_(told) {}
    void open(std::span<std::string const> names) override {
        told_.columns.assign(names.begin(), names.end());
    }
    void write(LogBlock& block) override {
        for (std::size_t k = 0; k < block.size(); ++k) {
            LogRow const& row = block.row(k);
            auto const scalars = block.scalars(k);
            bool const fresh = told_.values
                                   .emplace(std::pair(row.system_id, row.step),
                                            std::vector<double>(scalars.begin(), scalars.end()))
                                   .second;
            EXPECT_TRUE(fresh) << "sample " << row.system_id << ", step " << row.step;
            told_.names.push_back(row.name);
        }
    }
    void close() override { ++told_.closes; }
    [[nodiscard]] std::string describe() const override { return "recording"; }

private:
    Told& told_;
};

SubStage logged_stage(Told& told, LoggingOptions options, std::int64_t steps) {
    SubStage sub = sub_stage(0, NveOptions{2.0}, steps);
    sub.hooks.push_back(
        std::make_shared<Logging>(std::make_unique<RecordingLog>(told), std::move(options)));
    return sub;
}

Sample warm_crystal(std::int64_t id) {
    Sample sample = test::argon_crystal(test::plain_schema(), id, 2, 0.05, 3);
    auto const velocities = sample.values<double>(Fields::velocities);
    for (std::size_t k = 0; k < velocities.size(); ++k)
        velocities[k] = 0.001 * std::sin(static_cast<double>(k) + static_cast<double>(id));
    return sample;
}

TEST(Logging, CountsEachSamplesOwnStepsAndWorksOutTheUsualNumbers) {
    Told told;
    LennardJones model = test::reference_argon();
    StageRunner run(model,
                    sub_stages(logged_stage(
                        told,
                        {.frequency = 3,
                         .scalars = {kinetic_energy_scalar(), volume_scalar(), pressure_scalar()}},
                        7)),
                    {4, 200, 0});
    run.add(warm_crystal(5));
    run.stage.open_hooks();
    run.step(2);
    run.add(warm_crystal(6));  // two steps later than the other
    run.run();
    run.stage.close_hooks();

    EXPECT_EQ(told.columns, (std::vector<std::string>{"energy", "fmax", "temperature",
                                                      "kinetic_energy", "volume", "pressure"}));
    ASSERT_EQ(told.values.size(), 6U);
    for (std::int64_t id : {5, 6})
        for (std::int64_t step : {1, 4, 7}) ASSERT_TRUE(told.values.count({id, step}));
    Sample const last = run.samples().at(5);
    auto const& row = told.values.at({5, 7});
    double const kinetic = kinetic_energy(last.values<double>(Fields::velocities).data(),
                                          last.values<double>(Fields::atomic_masses).data(), 32);
    EXPECT_EQ(row[0], last.values<double>(Fields::energy)[0]);
    EXPECT_EQ(row[1], max_norm(last.values<double>(Fields::forces).data(), 32));
    EXPECT_NEAR(row[2], 2.0 * kinetic / (96 * 8.617333262e-5), 1e-9 * row[2]);
    EXPECT_EQ(row[3], kinetic);
    double const edge = last.values<double>(Fields::cell)[0];
    EXPECT_DOUBLE_EQ(row[4], edge * edge * edge);
    auto const stress = last.values<double>(Fields::stress);
    EXPECT_DOUBLE_EQ(row[5],
                     2.0 / 3.0 * kinetic / row[4] - (stress[0] + stress[4] + stress[8]) / 3.0);
    EXPECT_EQ(told.closes, 1);
}

TEST(Logging, LeavesOutThreeDegreesOfFreedomWhereTheMomentumIsGone) {
    Told all, less;
    LennardJones model = test::reference_argon();
    for (Told* told : {&all, &less}) {
        SubStage sub = logged_stage(*told, {}, 1);
        sub.momentum_is_zero = told == &less;
        StageRunner run(model, sub_stages(std::move(sub)), {1, 32, 0});
        run.add(warm_crystal(5));
        run.stage.open_hooks();
        run.run();
        run.stage.close_hooks();
    }

    double const ratio = less.values.at({5, 1})[2] / all.values.at({5, 1})[2];

    EXPECT_DOUBLE_EQ(ratio, 96.0 / 93.0);
}

TEST(Logging, ChangesNoBitOfTheSamples) {
    Told told;
    LennardJones model = test::reference_argon();
    StageRunner with(model, sub_stages(logged_stage(told, {.scalars = {pressure_scalar()}}, 20)),
                     {2, 100, 0});
    StageRunner without(model, sub_stages(sub_stage(0, NveOptions{2.0}, 20)), {2, 100, 0});
    for (StageRunner* run : {&with, &without}) {
        run->add(warm_crystal(5));
        run->stage.open_hooks();
        run->run();
        run->stage.close_hooks();
    }

    Sample const a = with.samples().at(5), b = without.samples().at(5);

    for (FieldIndex const field : {Fields::positions, Fields::velocities, Fields::forces}) {
        auto const x = a.bytes(field), y = b.bytes(field);
        EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin(), y.end()));
    }
}

TEST(Logging, AFrequencyBelowOneIsRefused) {
    Told told;
    EXPECT_THROW(Logging(std::make_unique<RecordingLog>(told), {.frequency = 0}), ConfigError);
}

}  // namespace
}  // namespace athanor
