// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Hooks that find something on a device and tell of it when the sample is back: the lines, the
/// failures and the bits of the host, and no step there.
#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "stages/hooks/energy_drift_monitor.hpp"
#include "stages/hooks/max_force_clamp.hpp"
#include "tests/support/counting_model.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/stage_ends.hpp"

namespace athanor::test {
namespace {

using Drift = EnergyDriftMonitorOptions;
using Metric = Drift::Metric;
using Action = Drift::Action;
using Warn = EnergyDriftMonitor::Warn;
using Make = std::function<std::shared_ptr<Hook>(Warn)>;

/// What a run gave, and said.
struct Said {
    StageEnds ends;
    std::multiset<std::string> lines;  ///< a device tells later, in another order
    std::int64_t evaluations = 0;      ///< on the host
};

std::vector<SubStage> stages_with(std::shared_ptr<Hook> const& hook) {
    auto const hooks = [&hook](int part) { return part == 0 && hook ? Hooks{hook} : Hooks{}; };
    std::vector<SubStage> stages = sub_stages(hooked_part(0, hooks), hooked_part(1, hooks));
    stages[0].initial_temperature_kelvin = 300.0;
    return stages;
}

Said run_with(Make const& make, DeviceQueue* device, bool of_element = false) {
    Said said;
    CountingModel model(reference_argon());
    std::shared_ptr<Hook> const hook =
        make([&said](std::string const& line) { said.lines.insert(line); });
    StagePlace place{model, {3, 80, 0}, device};
    place.save_every = 3;  // rows that come back while their samples stay there tell nothing
    if (of_element) place.element_hooks = {hook};
    said.ends = run_stage(argon_samples(), stages_with(of_element ? nullptr : hook), place);
    hook->close();
    said.evaluations = model.host_evaluations;
    return said;
}

/// Gives what the host said.
Said expect_words_of_the_host(Make const& make, bool of_element = false) {
    Said const host = run_with(make, nullptr, of_element);
    for (EmulationOrder const& order : test_orders()) {
        auto const queue = test_queue(order);

        Said const device = run_with(make, queue.get(), of_element);

        expect_equal(host.ends, device.ends);
        EXPECT_EQ(host.lines, device.lines);
        EXPECT_LE(device.evaluations, static_cast<std::int64_t>(2 * argon_samples().size()));
    }
    return host;
}

std::shared_ptr<Hook> monitor(Drift const& options, Warn warn = nullptr) {
    return std::make_shared<EnergyDriftMonitor>(options, std::move(warn));
}

TEST(DeviceEnergyDrift, IsTakenDownThereAndToldWhenTheSampleIsBack) {
    std::tuple<bool, Metric, int> const cases[] = {{true, Metric::absolute, 3},
                                                   {true, Metric::per_atom_per_step, 1},
                                                   {false, Metric::per_atom_per_step, 3}};
    for (auto const& [kinetic, metric, frequency] : cases) {
        Drift const options{.threshold = metric == Metric::absolute ? 0.05 : 3e-5,
                            .metric = metric,
                            .include_kinetic = kinetic,
                            .frequency = frequency};

        Said const host = expect_words_of_the_host(
            [&options](Warn warn) { return monitor(options, std::move(warn)); });

        EXPECT_GT(host.lines.size(), 0U);
        EXPECT_TRUE(host.ends.reasons.empty());
    }
}

TEST(DeviceEnergyDrift, IsTakenDownForTheElementToo) {
    Said const host = expect_words_of_the_host(
        [](Warn warn) {
            return monitor({.threshold = 0.05, .metric = Metric::absolute}, std::move(warn));
        },
        true);
    EXPECT_GT(host.lines.size(), 0U);
}

TEST(DeviceEnergyDrift, FailsItsSampleWithTheWordsOfTheHostAndCountsTheStep) {
    for (int const frequency : {1, 4}) {
        Said const host = expect_words_of_the_host([&](Warn) {
            return monitor({.threshold = 0.1,
                            .metric = Metric::absolute,
                            .action = Action::raise,
                            .frequency = frequency});
        });
        EXPECT_GT(host.ends.reasons.size(), 0U);
        EXPECT_LT(host.ends.reasons.size(), argon_samples().size());
    }
}

TEST(DeviceEnergyDrift, StopsTheCampaignWithTheWordsOfTheHost) {
    auto const message = [](DeviceQueue* device) {
        auto const hook =
            monitor({.threshold = 1e-3, .metric = Metric::absolute, .action = Action::stop});
        LennardJones model = reference_argon();
        std::vector<Sample> const samples{argon_samples()[0]};
        return stop_message([&] {
            run_stage(samples, stages_with(hook), {model, {3, 80, 0}, device});
        });
    };
    auto const queue = test_queue();
    std::string const host = message(nullptr);
    EXPECT_FALSE(host.empty());
    EXPECT_EQ(message(queue.get()), host);
}

/// Stopped while the sample was on the device: whoever goes on, the line is written, once.
TEST(DeviceEnergyDrift, WhatNobodyWasToldOfTravelsWithTheSample) {
    LennardJones model = reference_argon();
    std::vector<std::string> lines;
    auto const stages = [&lines] {
        return stages_with(monitor({.threshold = 1e-3, .metric = Metric::absolute},
                                   [&lines](std::string const& line) { lines.push_back(line); }));
    };
    auto const queue = test_queue();
    for (DeviceQueue* const next : {static_cast<DeviceQueue*>(nullptr), queue.get()}) {
        lines.clear();
        FusedStage::Options options{{3, 80, 0}, 7};
        options.device = queue.get();
        StageRunner first(options, model, stages(), plain_schema());
        first.add(argon_samples()[0]);
        first.step(12);
        first.stage.bring_back_rows(first.clock);
        EXPECT_EQ(lines.size(), 0U);

        options.device = next;
        StageRunner second(options, model, stages(), plain_schema());
        second.stage.resume(second.stage.batch().append(first.samples().at(0)));
        second.run();

        EXPECT_EQ(lines.size(), 1U);
    }
}

TEST(DeviceClampLog, TellsOfEachSampleOnceAndOfTheSumAtTheEnd) {
    for (bool const of_element : {false, true}) {
        Said const host = expect_words_of_the_host(
            [](Warn warn) {
                return std::make_shared<MaxForceClamp>(MaxForceClampOptions{0.08, true},
                                                       std::move(warn));
            },
            of_element);
        EXPECT_GT(host.lines.size(), 2U);
        // Some were found on the device: at admission nobody is there.
        EXPECT_TRUE(std::any_of(host.lines.begin(), host.lines.end(), [](auto const& line) {
            return line.find("sample ") != std::string::npos &&
                   line.find("after 0 steps") == std::string::npos;
        }));
    }
}

}  // namespace
}  // namespace athanor::test
