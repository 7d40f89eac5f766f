// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A stage whose steps are made on a device against the same stage on the host: all bits.
#include <algorithm>
#include <atomic>
#include <limits>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "stages/fused_stage.hpp"
#include "stages/stage_loop.hpp"
#include "tests/support/device_harmonic_model.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/list_channel.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/recording_hook.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_ends.hpp"

namespace athanor::test {
namespace {

/// Stages of atoms on springs.
StageEnds run(std::vector<Sample> const& samples, std::vector<SubStage> sub_stages,
              BatchCapacity capacity, DeviceQueue* device, int save_every = 0) {
    DeviceHarmonicModel model;
    return run_stage(samples, std::move(sub_stages), {model, capacity, device, {}, save_every});
}

std::vector<Sample> lines(int count) {
    std::vector<Sample> samples;
    for (int id = 0; id < count; ++id)
        samples.push_back(line_of_atoms(plain_schema(), id, 1 + 7 * id % 13, 0.3 + 0.01 * id));
    return samples;
}

SubStage nve(int id, std::int64_t steps, std::vector<Criterion> criteria = {}) {
    return sub_stage(id, NveOptions{2.0}, steps, std::move(criteria));
}

EmulationOrder const orders[] = {{EmulationOrder::Kind::ascending},
                                 {EmulationOrder::Kind::shuffled, 3}};

TEST(DeviceStage, SamplesLeaveWithTheBitsOfTheHostInABatchThatTheyComeToAndLeave) {
    BatchCapacity const capacity{4, 30, 0};
    StageEnds const host = run(lines(12), sub_stages(nve(0, 17)), capacity, nullptr);

    for (EmulationOrder const& order : orders) {
        auto const queue = test_queue(order);
        expect_equal(host, run(lines(12), sub_stages(nve(0, 17)), capacity, queue.get()));
        if (auto const* const emulated = dynamic_cast<EmulatedQueue const*>(queue.get())) {
            EXPECT_GT(emulated->launches(), 17);
        }
    }
}

TEST(DeviceStage, ConvergedSamplesStopAtTheirOwnStepAlthoughTheHostHearsOfItLater) {
    // The velocity passes through the bound after a number of steps that depends on the sample.
    std::vector<Criterion> const criteria{{"positions", RowReduction::max_abs, 0.55},
                                          {"energy", RowReduction::sum, 100.0}};
    BatchCapacity const capacity{5, 60, 0};
    auto const stages = [&] { return sub_stages(nve(0, 40, criteria)); };
    StageEnds const host = run(lines(12), stages(), capacity, nullptr);
    int converged = 0, spent = 0;
    for (auto const& [id, records] : host.records) {
        converged += records[0].outcome == Outcome::converged ? 1 : 0;
        spent += records[0].outcome == Outcome::budget_spent ? 1 : 0;
    }
    ASSERT_GT(converged, 0);
    ASSERT_GT(spent, 0);

    auto const queue = test_queue();
    expect_equal(host, run(lines(12), stages(), capacity, queue.get()));
}

TEST(DeviceStage, SamplesOfSeveralSubStagesShareAStep) {
    BatchCapacity const capacity{6, 60, 0};
    auto const stages = [] { return sub_stages(nve(0, 5), nve(1, 9), nve(2, 3)); };
    StageEnds const host = run(lines(11), stages(), capacity, nullptr);

    auto const queue = test_queue(orders[1]);
    expect_equal(host, run(lines(11), stages(), capacity, queue.get()));
}

TEST(DeviceStage, ASampleThatIsNoLongerFiniteFailsAloneWithTheReasonOfTheHost) {
    std::vector<Sample> samples = lines(6);
    samples[2].values<double>(Fields::velocities)[0] = 1e200;  // its energy will overflow
    samples[4].values<double>(Fields::velocities)[1] = std::numeric_limits<double>::infinity();
    BatchCapacity const capacity{6, 80, 0};
    StageEnds const host = run(samples, sub_stages(nve(0, 10)), capacity, nullptr);
    ASSERT_EQ(host.reasons.size(), 2U);

    auto const queue = test_queue();
    expect_equal(host, run(samples, sub_stages(nve(0, 10)), capacity, queue.get()));
}

TEST(DeviceStage, HooksFireForTheSameSamplesAtTheSameSteps) {
    auto const stages = [](std::vector<Firing>& log) {
        SubStage sub = nve(0, 17, {{"positions", RowReduction::max_abs, 0.55}});
        sub.hooks.push_back(std::make_shared<RecordingHook>("often", log, 5));
        sub.hooks.push_back(std::make_shared<RecordingHook>("seldom", log, 11,
                                                            std::vector{HookPoint::after_compute}));
        return sub_stages(std::move(sub));
    };
    auto const sorted = [](std::vector<Firing> log) {
        auto const place = [](Firing const& f) {
            return std::tuple(f.sample, f.completed_steps, f.point, f.hook);
        };
        std::sort(log.begin(), log.end(),
                  [&](Firing const& a, Firing const& b) { return place(a) < place(b); });
        return log;
    };
    BatchCapacity const capacity{4, 40, 0};
    std::vector<Firing> on_host, on_device;
    StageEnds const host = run(lines(9), stages(on_host), capacity, nullptr);

    auto const queue = test_queue();
    expect_equal(host, run(lines(9), stages(on_device), capacity, queue.get()));

    EXPECT_EQ(sorted(on_host), sorted(on_device));
    EXPECT_FALSE(on_host.empty());
}

TEST(DeviceStage, RowsBroughtBackInTheMiddleChangeNothing) {
    BatchCapacity const capacity{4, 30, 0};
    StageEnds const host = run(lines(8), sub_stages(nve(0, 17)), capacity, nullptr);

    auto const queue = test_queue();
    expect_equal(host, run(lines(8), sub_stages(nve(0, 17)), capacity, queue.get(), 3));
}

/// Asks for a save in every turn of the loop.
class AskingReceiver final : public ChannelReceiver {
public:
    AskingReceiver(ListLink& link, std::atomic<SaveRequest>& request)
        : receiver_(link), request_(request) {}
    ReceiveStatus poll() override {
        request_ = SaveRequest::save;
        return receiver_.poll();
    }
    [[nodiscard]] int next_atoms() const override { return receiver_.next_atoms(); }
    [[nodiscard]] int next_edges() const override { return receiver_.next_edges(); }
    SystemIndex take(Batch& batch) override { return receiver_.take(batch); }
    [[nodiscard]] ChannelMetrics metrics() const override { return {}; }

private:
    ListReceiver receiver_;
    std::atomic<SaveRequest>& request_;
};

/// The host hears of a failure some steps late: it may be a save that brings the sample back.
TEST(DeviceStage, ASaveThatBringsAFailureToLightLeavesTheSampleToQuarantine) {
    std::vector<Sample> samples = lines(12);
    for (std::size_t k = 0; k < samples.size(); k += 3)
        samples[k].values<double>(Fields::velocities)[0] = 1e200;  // its energy will overflow
    BatchCapacity const capacity{4, 60, 0};
    auto const queue = test_queue();
    DeviceHarmonicModel model;
    StageMetrics metrics;
    FusedStage::Options options{capacity, 7};
    options.device = queue.get();
    FusedStage stage(plain_schema(), sub_stages(nve(0, 10)), model, options, metrics, {});
    std::atomic<SaveRequest> request = SaveRequest::none;
    ListLink link;
    link.under_way.assign(samples.begin(), samples.end());
    link.closed = true;
    AskingReceiver receiver(link, request);
    MemorySink sink;
    int saved_rows = 0;
    std::set<std::int64_t> quarantined;
    StagePorts ports;
    ports.inputs = {&receiver};
    ports.sinks = {&sink};
    ports.save_request = &request;
    ports.quarantine = [&](Batch const& batch, SystemIndex system, std::string const&) {
        quarantined.insert(batch.sample_id(system).value());
    };
    ports.save = [&](SamplesToSave const& saved) {
        for (SystemIndex const system : saved.systems) {
            ++saved_rows;
            std::int64_t const id = saved.batch.sample_id(system).value();
            EXPECT_EQ(quarantined.count(id), 0U) << id;
            EXPECT_NE(saved.batch.column<std::uint8_t>(Fields::outcome)[system.value()],
                      static_cast<std::uint8_t>(Outcome::failed))
                << id;
        }
    };

    StageLoop(stage, ports, metrics).run();

    EXPECT_EQ(quarantined, (std::set<std::int64_t>{0, 3, 6, 9}));
    EXPECT_EQ(sink.rows.size(), 8U);
    EXPECT_GT(saved_rows, 0);
}

TEST(DeviceStage, TheHostWaitsOnlyForStepsThatAreDoneLongAgo) {
    BatchCapacity const capacity{4, 60, 0};
    EmulatedQueue queue;
    DeviceHarmonicModel model;
    FusedStage::Options options{capacity, 7};
    options.device = &queue;
    StageRunner runner(options, model, sub_stages(nve(0, 1000)));
    for (Sample const& sample : lines(4)) runner.add(sample);
    runner.step(4);
    int const computes = model.host_computes();
    std::int64_t const waits = queue.waits();

    runner.step(100);

    EXPECT_EQ(model.host_computes(), computes);
    EXPECT_LE(queue.waits() - waits, 100);  // for the step before the last one, at most
}

TEST(DeviceStage, WhatHasNoDeviceVariantIsSaidBeforeTheFirstStep) {
    auto const queue = test_queue();
    HarmonicModel host_only;
    FusedStage::Options options{{4, 60, 0}, 7};
    options.device = queue.get();
    EXPECT_THROW(StageRunner(options, host_only, sub_stages(nve(0, 3))), ConfigError);

    DeviceHarmonicModel model;
    SubStage with_predicate = nve(0, 3);
    with_predicate.predicates.push_back([](Batch const&, SystemIndex) { return true; });
    EXPECT_THROW(StageRunner(options, model, sub_stages(std::move(with_predicate))), ConfigError);
    options.order = FusedOrder::documented;
    EXPECT_THROW(StageRunner(options, model, sub_stages(nve(0, 3))), ConfigError);
}

}  // namespace
}  // namespace athanor::test
