// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/energy_drift_monitor.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "stages/hooks/snapshot.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/memory_sink.hpp"

namespace athanor {
namespace {

using test::hooked;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;
using Options = EnergyDriftMonitorOptions;
using Metric = Options::Metric;
using Action = Options::Action;

/// Adds this much to the energy of sample 1, times the steps it has begun.
class Heater final : public Hook {
public:
    explicit Heater(double per_step) : per_step_(per_step) {}
    [[nodiscard]] std::string name() const override { return "heater"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::after_compute;
    }
    void fire(HookContext& context) override {
        BatchView const view = context.batch.view();
        for (SystemIndex s : context.systems)
            if (view.system_id[s.value()] == 1)
                view.energy[s.value()] +=
                    per_step_ * static_cast<double>(1 + view.stage_step[s.value()]);
    }

private:
    double per_step_;
};

/// Samples 0, 1, 2 of two atoms, watched for eight short steps while sample 1 is heated.
struct Watched {
    explicit Watched(Options const& options, test::Hooks more = {})
        : runner(model, sub_stages(stage(options, std::move(more))), {3, 6, 0}) {
        for (int id : {0, 1, 2})
            runner.add(test::cluster(test::plain_schema(), id, {0, 0, 0, 0.0, 0, 0.3}));
    }
    SubStage stage(Options const& options, test::Hooks more) {
        test::Hooks hooks{std::make_shared<Heater>(0.5),
                          std::make_shared<EnergyDriftMonitor>(
                              options, [this](std::string const& line) { lines.push_back(line); })};
        hooks.insert(hooks.end(), more.begin(), more.end());
        return hooked(sub_stage(2, NveOptions{0.01}, 8), std::move(hooks));
    }
    std::string reason() {
        runner.run();
        for (SystemIndex s : runner.stage.failed()) return runner.stage.failure_reason(s);
        return "";
    }
    test::HarmonicModel model;
    std::vector<std::string> lines;
    StageRunner runner;
};

TEST(EnergyDriftMonitor, RaiseTakesTheSampleOutAndLeavesTheOthers) {
    // By hand: the drift after n steps is n/2; per atom and step always 1/4.
    Watched absolute({.threshold = 1.9, .metric = Metric::absolute, .action = Action::raise});
    EXPECT_EQ(absolute.reason(),
              "energy_drift_monitor: the energy has drifted by 2 eV in 4 steps, more than 1.9");
    EXPECT_EQ(absolute.runner.stage.departing().size(), 2U);

    Watched relative({.threshold = 0.24, .action = Action::raise});
    EXPECT_EQ(relative.reason(),
              "energy_drift_monitor: the energy has drifted by 0.25 eV per atom and step in 1 "
              "steps, more than 0.24");

    EXPECT_EQ(Watched({.threshold = 0.26, .action = Action::raise}).reason(), "");
}

TEST(EnergyDriftMonitor, LooksEverySoManySteps) {
    Watched run(
        {.threshold = 1.4, .metric = Metric::absolute, .action = Action::raise, .frequency = 3});

    // It looks after steps 1, 4 and 7; each step would have found it after the third.
    EXPECT_NE(run.reason().find("by 2 eV in 4 steps"), std::string::npos);
}

TEST(EnergyDriftMonitor, WarnSaysOneLinePerSampleAndTheSampleGoesOn) {
    Watched run({.threshold = 1.9, .metric = Metric::absolute, .action = Action::warn});

    EXPECT_EQ(run.reason(), "");
    ASSERT_EQ(run.lines.size(), 1U);
    EXPECT_EQ(
        run.lines[0],
        "energy_drift_monitor: stage 2, sample 1 (\"cluster-1\"): the energy has drifted by 2 "
        "eV in 4 steps, more than 1.9");
    EXPECT_EQ(run.runner.stage.departing().size(), 3U);
}

TEST(EnergyDriftMonitor, StopEndsTheCampaign) {
    Watched run({.threshold = 1.9, .metric = Metric::absolute, .action = Action::stop});
    try {
        run.runner.run();
        FAIL() << "nothing was thrown";
    } catch (CampaignError const& error) {
        EXPECT_EQ(error.exit_code(), 4);
        EXPECT_NE(std::string(error.what()).find("sample 1"), std::string::npos);
    }
}

TEST(EnergyDriftMonitor, RowsAfterItMissTheSampleItTookOut) {
    test::MemorySink sink;
    Watched run({.threshold = 1.9, .metric = Metric::absolute, .action = Action::raise},
                {std::make_shared<Snapshot>(sink, SnapshotOptions{})});

    EXPECT_NE(run.reason(), "");

    EXPECT_EQ(std::count_if(sink.rows.begin(), sink.rows.end(),
                            [](auto const& row) { return row.sample.id().value() == 1; }),
              3);
}

TEST(EnergyDriftMonitor, TheKineticEnergyCountsUnlessAskedNot) {
    // A harmonic atom let go: its total energy stays, its potential energy goes to and fro.
    test::HarmonicModel model;
    for (bool const kinetic : {true, false}) {
        StageRunner run(model,
                        sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 200),
                                          {std::make_shared<EnergyDriftMonitor>(
                                              Options{.threshold = 1e-3,
                                                      .metric = Metric::absolute,
                                                      .action = Action::raise,
                                                      .include_kinetic = kinetic},
                                              nullptr)})),
                        {1, 1, 0});
        run.add(test::cluster(test::plain_schema(), 0, {0.5, 0, 0}));
        run.run();
        EXPECT_EQ(run.stage.failed().empty(), kinetic);
    }
}

TEST(EnergyDriftMonitor, TheReferenceStaysWithItsSample) {
    // Potential energy alone, so that everything drifts: reference, finding and step must not
    // depend on who shares the batch, which row a sample has, or what was fused.
    auto const hooks = [](int) {
        return test::Hooks{std::make_shared<EnergyDriftMonitor>(Options{.threshold = 0.02,
                                                                        .metric = Metric::absolute,
                                                                        .action = Action::warn,
                                                                        .include_kinetic = false},
                                                                nullptr)};
    };

    auto const ends = test::expect_bits_depend_on_the_sample_alone(hooks);

    int warned = 0;
    for (auto const& [id, sample] : ends)
        warned += sample.values<std::uint8_t>(*sample.schema().find("hook0_warned"))[0];
    EXPECT_GT(warned, 0);
}

TEST(EnergyDriftMonitor, RefusesOptionsOutOfRange) {
    EXPECT_THROW(EnergyDriftMonitor(Options{}, nullptr), ConfigError);
    EXPECT_THROW(EnergyDriftMonitor(Options{.threshold = -1.0}, nullptr), ConfigError);
    EXPECT_THROW(EnergyDriftMonitor(Options{.threshold = 1.0, .frequency = 0}, nullptr),
                 ConfigError);
}

}  // namespace
}  // namespace athanor
