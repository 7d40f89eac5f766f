// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/stage_loop.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "stages/hooks/snapshot.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/list_channel.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/recording_hook.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::ListLink;
using test::ListReceiver;
using test::ListSender;
using test::ListSource;
using test::MemorySink;
using test::sub_stage;
using test::sub_stages;

std::vector<Sample> atoms(int count) {
    std::vector<Sample> samples;
    for (int k = 0; k < count; ++k)
        samples.push_back(test::line_of_atoms(test::plain_schema(), k, 1 + k % 5, 0.3));
    return samples;
}

struct Harness {
    explicit Harness(std::vector<Sample> samples) : source(std::move(samples)) {}

    StagePorts ports() {
        StagePorts made;
        made.sampler = &sampler;
        made.sinks = {&sink};
        made.quarantine = [this](Batch const& batch, SystemIndex s, std::string const& reason) {
            quarantined.emplace_back(batch.sample_id(s).value(), reason);
        };
        made.refuse = [this](Sample const& sample) { refused.push_back(sample.id().value()); };
        return made;
    }

    test::HarmonicModel model;
    ListSource source;
    SizeAwareSampler sampler{source, {.bounds = {4, 12, 0}}};
    MemorySink sink;
    StageMetrics metrics;
    std::vector<std::pair<std::int64_t, std::string>> quarantined;
    std::vector<std::int64_t> refused;
};

TEST(StageLoop, EverySampleOfTheInputComesOutOnce) {
    Harness h(atoms(50));
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 7)), h.model,
                     {{4, 12, 0}, 1}, h.metrics, {});

    StageLoop(stage, h.ports(), h.metrics).run();

    std::set<std::int64_t> ids;
    for (auto const& row : h.sink.rows) {
        ids.insert(row.sample.id().value());
        EXPECT_EQ(row.sample.values<std::int64_t>(Fields::stage_step)[0], 7);
        EXPECT_EQ(row.kind, RowKind::graduated);
    }
    EXPECT_EQ(ids.size(), 50U);
    EXPECT_EQ(h.sink.rows.size(), 50U);
    EXPECT_EQ(h.metrics.samples_in.load(), 50);
    EXPECT_EQ(h.metrics.samples_out.load(), 50);
}

TEST(StageLoop, ASampleThatLeavesGivesItsShareOfTheEdgesBack) {
    Harness h(atoms(50));
    SizeAwareSampler bounded(
        h.source, {.bounds = {4, 12, 10},
                   .estimate_edges = [](Sample const& sample) { return sample.atom_count(); }});
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 3)), h.model,
                     {{4, 12, 0}, 1}, h.metrics, {});
    StagePorts ports = h.ports();
    ports.sampler = &bounded;
    std::stop_source watchdog;
    std::jthread const clock([&watchdog](std::stop_token done) {
        for (int k = 0; k < 600 && !done.stop_requested(); ++k)
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        watchdog.request_stop();
    });

    StageLoop(stage, ports, h.metrics).run(watchdog.get_token());

    EXPECT_EQ(h.sink.rows.size(), 50U);
}

TEST(StageLoop, FreedRoomMayWaitForItsTurnWithoutALoss) {
    std::map<int, std::int64_t> batch_steps;
    for (int const frequency : {1, 7, 1000000}) {
        Harness harness(atoms(50));
        std::vector<SubStage> stages = sub_stages(sub_stage(0, NveOptions{1.0}));
        stages[0].predicates = {[](Batch const& batch, SystemIndex s) {
            return batch.column<std::int64_t>(Fields::stage_step)[s.value()] >
                   batch.sample_id(s).value() % 4;
        }};
        FusedStage stage(test::plain_schema(), std::move(stages), harness.model, {{4, 12, 0}, 1},
                         harness.metrics, {});
        StagePorts ports = harness.ports();
        ports.refill_frequency = frequency;
        StageLoop(stage, ports, harness.metrics).run();

        std::set<std::int64_t> seen;
        for (auto const& row : harness.sink.rows) seen.insert(row.sample.id().value());
        EXPECT_EQ(seen.size(), 50u);
        EXPECT_EQ(harness.sink.rows.size(), 50u);
        batch_steps[frequency] = harness.metrics.steps.load();
    }
    EXPECT_LT(batch_steps[1], batch_steps[7]) << "a batch that waits makes more, emptier steps";
}

/// Runs until the input is half done, saves and stops; what a second loop then goes on with ends as
/// if there had been no stop.
TEST(StageLoop, WhatItSavedBetweenTwoStepsGoesOnInAnotherLoop) {
    auto const stages = [] {
        auto made = sub_stages(sub_stage(0, NveOptions{1.0}));
        made[0].predicates = {[](Batch const& batch, SystemIndex s) {
            return batch.column<std::int64_t>(Fields::stage_step)[s.value()] >
                   3 + batch.sample_id(s).value() % 4;
        }};
        return made;
    };
    Harness whole(atoms(20));
    FusedStage undisturbed(test::plain_schema(), stages(), whole.model, {{4, 12, 0}, 1},
                           whole.metrics, {});
    StageLoop(undisturbed, whole.ports(), whole.metrics).run();

    Harness first(atoms(20));
    FusedStage stopped(test::plain_schema(), stages(), first.model, {{4, 12, 0}, 1}, first.metrics,
                       {});
    std::atomic<SaveRequest> request{SaveRequest::none};
    std::deque<Sample> saved;
    int saves = 0;
    StagePorts ports = first.ports();
    ports.save_request = &request;
    ports.save = [&](SamplesToSave const& samples) {
        saved.clear();
        for (SystemIndex const s : samples.systems) saved.push_back(samples.batch.extract(s));
        saved.insert(saved.end(), samples.others.begin(), samples.others.end());
        ++saves;
    };
    // The sink asks: once to save and go on, later to stop as well.
    struct AskingSink final : Sink {
        AskingSink(Sink& sink, std::function<void()> after) : to(sink), then(std::move(after)) {}
        void write(Batch const& batch, std::span<SystemIndex const> systems,
                   RowKind kind) override {
            to.write(batch, systems, kind);
            then();
        }
        void flush() override {}
        void close() override {}
        [[nodiscard]] std::int64_t rows_written() const override { return to.rows_written(); }
        [[nodiscard]] std::string describe() const override { return "asking"; }
        Sink& to;
        std::function<void()> then;
    } sink(first.sink, [&] {
        if (first.sink.rows.size() >= 4 && saves == 0) request = SaveRequest::save;
        if (first.sink.rows.size() >= 9 && saves == 1) request = SaveRequest::save_and_stop;
    });
    ports.sinks = {&sink};
    EXPECT_THROW(StageLoop(stopped, ports, first.metrics).run(), StoppedError);
    EXPECT_EQ(saves, 2);
    ASSERT_FALSE(saved.empty());

    // The rest of the input, without those that are out or saved.
    std::set<std::int64_t> settled;
    for (auto const& row : first.sink.rows) settled.insert(row.sample.id().value());
    for (Sample const& sample : saved) settled.insert(sample.id().value());
    std::vector<Sample> rest = atoms(20);
    std::erase_if(rest, [&](Sample const& s) { return settled.contains(s.id().value()); });
    Harness second(std::move(rest));
    FusedStage resumed(test::plain_schema(), stages(), second.model, {{4, 12, 0}, 1},
                       second.metrics, {});
    StagePorts more = second.ports();
    more.restored = saved;
    StageLoop(resumed, more, second.metrics).run();

    std::map<std::int64_t, Sample> ends;
    for (auto const* rows : {&first.sink.rows, &second.sink.rows})
        for (auto const& row : *rows)
            EXPECT_TRUE(ends.emplace(row.sample.id().value(), row.sample).second);
    ASSERT_EQ(ends.size(), whole.sink.rows.size());
    for (auto const& row : whole.sink.rows)
        EXPECT_TRUE(test::same_bits(row.sample, ends.at(row.sample.id().value())));
}

TEST(StageLoop, SavesWhatItsReceiverMayNotHaveTakenAndWhatWaitsInTheOverflow) {
    ListLink in, out;
    in.slots = 100;
    for (Sample const& sample : atoms(8)) in.under_way.push_back(sample);
    in.closed = true;
    out.slots = 2;  // and nobody takes them
    struct LookingBack final : ChannelSender {
        explicit LookingBack(ListLink& to) : link(to), sender(to) {}
        int try_send(Batch const& batch, std::span<SystemIndex const> systems) override {
            return sender.try_send(batch, systems);
        }
        int credit() override { return sender.credit(); }
        void close() override { sender.close(); }
        bool progress() override { return true; }
        std::vector<Sample> unreceived() override {
            return {link.under_way.begin(), link.under_way.end()};
        }
        [[nodiscard]] ChannelMetrics metrics() const override { return {}; }
        ListLink& link;
        ListSender sender;
    } sender(out);
    ListReceiver receiver(in);
    Harness h({});
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 2)), h.model,
                     {{2, 12, 0}, 1}, h.metrics, {});
    std::atomic<SaveRequest> request{SaveRequest::none};
    std::multiset<std::int64_t> saved;
    StagePorts ports;
    ports.inputs = {&receiver};
    ports.outputs = {&sender};
    ports.quarantine = [](Batch const&, SystemIndex, std::string const&) {};
    ports.save_request = &request;
    ports.save = [&saved](SamplesToSave const& samples) {
        for (SystemIndex const s : samples.systems)
            saved.insert(samples.batch.sample_id(s).value());
        for (Sample const& sample : samples.others) saved.insert(sample.id().value());
    };
    ports.restored = {test::line_of_atoms(test::plain_schema(), 50, 3, 0.3)};
    std::jthread const later([&request] {
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        request = SaveRequest::save_and_stop;
    });

    EXPECT_THROW(StageLoop(stage, ports, h.metrics).run(), StoppedError);

    // Two in the slots, two in the batch that has no credit; the others never left their producer.
    EXPECT_EQ(saved.size() + in.under_way.size(), 9U);
    EXPECT_EQ(saved.size(), 4U);
    EXPECT_EQ(saved.count(50), 1U);
}

TEST(StageLoop, AnEmptyInputEndsAtOnce) {
    Harness h({});
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 7)), h.model,
                     {{4, 12, 0}, 1}, h.metrics, {});

    StageLoop(stage, h.ports(), h.metrics).run();

    EXPECT_TRUE(h.sink.rows.empty());
}

TEST(StageLoop, FailedAndOversizedSamplesAreSetAsideAndTheRestGoOn) {
    auto samples = atoms(10);
    samples[3].values<double>(Fields::positions)[0] = std::nan("");
    samples.push_back(test::line_of_atoms(test::plain_schema(), 10, 20, 0.3));
    Harness h(std::move(samples));
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 2)), h.model,
                     {{4, 12, 0}, 1}, h.metrics, {});

    StageLoop(stage, h.ports(), h.metrics).run();

    ASSERT_EQ(h.quarantined.size(), 1U);
    EXPECT_EQ(h.quarantined[0].first, 3);
    EXPECT_EQ(h.refused, std::vector<std::int64_t>{10});
    EXPECT_EQ(h.sink.rows.size(), 9U);
}

TEST(StageLoop, AFullSinkHandsOverToTheNextAndTheLastOneFullIsAnError) {
    Harness h(atoms(9));
    MemorySink small(3), large(5);
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 1)), h.model,
                     {{2, 12, 0}, 1}, h.metrics, {});
    StagePorts ports = h.ports();
    ports.sinks = {&small, &large};

    EXPECT_THROW(StageLoop(stage, ports, h.metrics).run(), StorageError);

    EXPECT_EQ(small.rows.size(), 3U);
    EXPECT_EQ(large.rows.size(), 5U);
}

TEST(StageLoop, HooksAreOpenedOnceAndClosedWhateverEndsTheRun) {
    for (bool const broken : {false, true}) {
        Harness h(atoms(3));
        std::vector<test::Firing> log;
        auto hook = std::make_shared<test::RecordingHook>("h", log);
        MemorySink full(0);
        SubStage sub = sub_stage(0, NveOptions{1.0}, 2);
        sub.hooks = {hook};
        if (broken) sub.hooks.push_back(std::make_shared<Snapshot>(full, SnapshotOptions{}));
        FusedStage stage(test::plain_schema(), sub_stages(std::move(sub)), h.model, {{4, 12, 0}, 1},
                         h.metrics, {});

        if (broken) {
            EXPECT_THROW(StageLoop(stage, h.ports(), h.metrics).run(), StorageError);
        } else {
            StageLoop(stage, h.ports(), h.metrics).run();
        }

        EXPECT_EQ(hook->opened, 1);
        EXPECT_EQ(hook->closed, 1);
    }
}

TEST(StageLoop, WithoutCreditSamplesWaitUntouchedAndNothingIsLost) {
    // The receiving side takes nothing until the sender has filled slots and batch.
    Harness h(atoms(12));
    ListLink link;
    link.slots = 2;
    ListSender sender(link);
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 1)), h.model,
                     {{4, 12, 0}, 1}, h.metrics, {});
    StagePorts ports = h.ports();
    ports.sinks.clear();
    ports.outputs = {&sender};
    std::stop_source stop;
    bool stopped = false;

    std::jthread loop([&] {
        try {
            StageLoop(stage, ports, h.metrics).run(stop.get_token());
        } catch (CampaignError const&) {
            stopped = true;
        }
    });
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    auto const waiting = [&] { return h.metrics.seconds(TimePart::wait_for_room) > 0.01; };
    while (!waiting() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    stop.request_stop();
    loop.join();

    EXPECT_TRUE(stopped) << "it waits for credit until it is told to stop";
    EXPECT_EQ(link.sent, 2);
    std::set<std::int64_t> seen;
    for (Sample const& sample : link.under_way) seen.insert(sample.id().value());
    for (SystemIndex s : stage.departing()) seen.insert(stage.batch().sample_id(s).value());
    EXPECT_EQ(static_cast<std::int64_t>(seen.size()), h.sampler.drawn());
    EXPECT_GT(h.sampler.drawn(), 2);
    for (SystemIndex s : stage.departing()) {
        Sample const sample = stage.batch().extract(s);
        EXPECT_EQ(sample.values<std::int64_t>(Fields::stage_step)[0], 1) << "no step while waiting";
    }
}

TEST(StageLoop, ASampleThatArrivesByChannelStartsTheStageAfresh) {
    test::HarmonicModel model;
    ListLink link;
    Sample sample = atoms(1)[0];
    sample.values<std::int64_t>(Fields::stage_step)[0] = 99;
    sample.values<std::int64_t>(Fields::total_steps)[0] = 99;
    sample.values<std::int64_t>(Fields::status)[0] = 3;
    link.under_way.push_back(sample);
    link.closed = true;
    ListReceiver receiver(link);
    MemorySink sink;
    StageMetrics metrics;
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(4, NveOptions{1.0}, 2)), model,
                     {{4, 12, 0}, 1}, metrics, {});
    StagePorts ports;
    ports.inputs = {&receiver};
    ports.sinks = {&sink};

    StageLoop(stage, ports, metrics).run();

    ASSERT_EQ(sink.rows.size(), 1U);
    Sample const& end = sink.rows[0].sample;
    EXPECT_EQ(end.values<std::int32_t>(Fields::stage)[0], 4);
    EXPECT_EQ(end.values<std::int64_t>(Fields::stage_step)[0], 2);
    EXPECT_EQ(end.values<std::int64_t>(Fields::total_steps)[0], 101);
    EXPECT_EQ(end.values<std::int64_t>(Fields::status)[0], 0);
}

/// Samples of one atom that are all under way, from producers that have ended.
struct Arrivals {
    explicit Arrivals(std::vector<int> const& counts) : links(counts.size()) {
        std::int64_t id = 0;
        for (std::size_t k = 0; k < counts.size(); ++k) {
            for (int n = 0; n < counts[k]; ++n)
                links[k].under_way.push_back(
                    test::line_of_atoms(test::plain_schema(), id++, 1, 0.3));
            links[k].closed = true;
        }
        for (ListLink& link : links) receivers.push_back(std::make_unique<ListReceiver>(link));
        for (auto& receiver : receivers) ports.inputs.push_back(receiver.get());
        ports.sinks = {&sink};
    }
    std::vector<std::int64_t> ids() const {
        std::vector<std::int64_t> all;
        for (auto const& row : sink.rows) all.push_back(row.sample.id().value());
        return all;
    }

    std::vector<ListLink> links;
    std::vector<std::unique_ptr<ListReceiver>> receivers;
    MemorySink sink;
    StagePorts ports;
    StageMetrics metrics;
    test::HarmonicModel model;
};

TEST(StageLoop, SeveralProducersTakeTurns) {
    Arrivals arrivals({3, 3});  // 0, 1, 2 and 3, 4, 5
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 1)),
                     arrivals.model, {{1, 12, 0}, 1}, arrivals.metrics, {});

    StageLoop(stage, arrivals.ports, arrivals.metrics).run();

    EXPECT_EQ(arrivals.ids(), (std::vector<std::int64_t>{0, 3, 1, 4, 2, 5}));
}

TEST(StageLoop, ArrivalsWithoutRoomWaitInTheOverflow) {
    Arrivals arrivals({6});
    test::WaitingSink few(2), more(1);
    arrivals.ports.overflow = {&few, &more};
    FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 1)),
                     arrivals.model, {{1, 12, 0}, 1}, arrivals.metrics, {});

    StageLoop(stage, arrivals.ports, arrivals.metrics).run();

    EXPECT_EQ(few.rows_written() + more.rows_written(), arrivals.metrics.overflowed.load());
    EXPECT_GE(more.rows_written(), 1);
    EXPECT_TRUE(few.empty() && more.empty());
    auto ids = arrivals.ids();
    EXPECT_EQ(ids.front(), 0);
    std::ranges::sort(ids);
    EXPECT_EQ(ids, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
}

/// Lets samples through one by one, each some looks after the last.
class SlowReceiver final : public ChannelReceiver {
public:
    explicit SlowReceiver(ListLink& link) : inner_(link) {}
    ReceiveStatus poll() override {
        if (++looks_ % 10 != 0) return ReceiveStatus::nothing_yet;
        return inner_.poll();
    }
    [[nodiscard]] int next_atoms() const override { return inner_.next_atoms(); }
    [[nodiscard]] int next_edges() const override { return inner_.next_edges(); }
    SystemIndex take(Batch& batch) override { return inner_.take(batch); }
    [[nodiscard]] ChannelMetrics metrics() const override { return {}; }

private:
    ListReceiver inner_;
    int looks_ = 0;
};

TEST(StageLoop, OnlySyncWaitsForInputBeforeAStepAndNoModeChangesResults) {
    std::vector<Sample> first;
    for (auto const mode : {ChannelMode::fully_async, ChannelMode::async_recv, ChannelMode::sync}) {
        Arrivals arrivals({4});
        SlowReceiver slow(arrivals.links[0]);
        arrivals.ports.inputs = {&slow};
        arrivals.ports.mode = mode;
        FusedStage stage(test::plain_schema(), sub_stages(sub_stage(0, NveOptions{1.0}, 30)),
                         arrivals.model, {{4, 12, 0}, 1}, arrivals.metrics, {});

        StageLoop(stage, arrivals.ports, arrivals.metrics).run();

        ASSERT_EQ(arrivals.sink.rows.size(), 4u);
        // In sync the first step follows the first sample, the fourth step the fourth.
        EXPECT_EQ(arrivals.metrics.steps.load(), mode == ChannelMode::sync ? 33 : 57);
        for (auto const& row : arrivals.sink.rows)
            if (mode == ChannelMode::fully_async)
                first.push_back(row.sample);
            else
                EXPECT_TRUE(test::same_bits(
                    row.sample, first.at(static_cast<std::size_t>(row.sample.id().value()))));
    }
}

}  // namespace
}  // namespace athanor
