// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What a second rank is worth: two equally long stages, one after the other, as two threads with
/// a channel between them, against one of the stages alone; and a look at a channel from which
/// nothing comes. Efficiency of the pipeline = time of one_stage / time of two_stages, with a core
/// for each.
#include <thread>

#include <benchmark/benchmark.h>

#include "bench/kernels/argon_crystal.hpp"
#include "comm/credit_channel.hpp"
#include "comm/in_process_transport.hpp"
#include "kernels/lennard_jones.hpp"
#include "kernels/parallel_for.hpp"
#include "runtime/size_aware_sampler.hpp"
#include "stages/make_dynamics.hpp"
#include "stages/stage_loop.hpp"
#include "tests/support/nowhere.hpp"
#include "tests/support/samples.hpp"

namespace {

using namespace athanor;

constexpr BatchCapacity capacity{32, 4096, 0};
constexpr BufferConfig buffers{.systems = 8, .atoms = 1024, .slots = 3};
constexpr int steps = 200;

class Crystals final : public SampleSource {
public:
    Crystals(SchemaPtr schema, int count) : schema_(std::move(schema)), left_(count) {}
    std::optional<Sample> next() override {
        if (left_ == 0) return std::nullopt;
        --left_;
        return test::argon_crystal(schema_, left_, 3, 0.1, static_cast<unsigned>(left_));
    }

private:
    SchemaPtr schema_;
    int left_;
};

/// One stage with its own model.
struct Station {
    Station(SchemaPtr const& schema, int id) : model(bench::argon_model()) {
        SubStage sub;
        sub.id = StageId{id};
        sub.name = "md";
        sub.dynamics = make_dynamics(NveOptions{2.0});
        sub.step_budget = steps;
        std::vector<SubStage> stages;
        stages.push_back(std::move(sub));
        stage = std::make_unique<FusedStage>(schema, std::move(stages), model,
                                             FusedStage::Options{capacity, 1}, metrics,
                                             FusedStage::OutcomeListener{});
        ports.quarantine = [](Batch const&, SystemIndex, std::string const&) {};
    }
    void run() {
        set_thread_count(1);
        StageLoop(*stage, ports, metrics).run();
    }

    LennardJones model;
    StageMetrics metrics;
    std::unique_ptr<FusedStage> stage;
    StagePorts ports;
};

void count(benchmark::State& state, std::int64_t samples) {
    state.counters["samples/s"] = benchmark::Counter(
        static_cast<double>(samples * state.iterations()), benchmark::Counter::kIsRate);
}

void one_stage(benchmark::State& state) {
    auto const schema = test::plain_schema();
    auto const samples = static_cast<int>(state.range(0));
    for (auto _ : state) {
        Crystals source(schema, samples);
        SizeAwareSampler sampler(source, {.bounds = capacity});
        test::Nowhere sink;
        Station only(schema, 0);
        only.ports.sampler = &sampler;
        only.ports.sinks = {&sink};
        only.run();
    }
    count(state, samples);
}

void two_stages(benchmark::State& state) {
    auto const schema = test::plain_schema();
    auto const samples = static_cast<int>(state.range(0));
    double waited = 0.0;
    for (auto _ : state) {
        Crystals source(schema, samples);
        SizeAwareSampler sampler(source, {.bounds = capacity});
        test::Nowhere sink;
        InProcessLink link = in_process_link(slot_room(*schema, checked(buffers)));
        ChannelOptions const options{EdgeId{0}, schema, buffers};
        CreditChannelSender sender(options, std::move(link.sender));
        CreditChannelReceiver receiver(options, std::move(link.receiver));
        Station first(schema, 0), second(schema, 1);
        first.ports.sampler = &sampler;
        first.ports.outputs = {&sender};
        second.ports.inputs = {&receiver};
        second.ports.sinks = {&sink};
        {
            std::jthread const other([&second] { second.run(); });
            first.run();
        }
        waited += second.metrics.seconds(TimePart::wait_for_input);
    }
    count(state, samples);
    state.counters["wait_input_s"] = waited / static_cast<double>(state.iterations());
}

void look_in_vain(benchmark::State& state) {
    auto const schema = test::plain_schema();
    InProcessLink link = in_process_link(slot_room(*schema, checked(buffers)));
    CreditChannelReceiver receiver({EdgeId{0}, schema, buffers}, std::move(link.receiver));
    for (auto _ : state) benchmark::DoNotOptimize(receiver.poll());
}

BENCHMARK(one_stage)->Arg(64)->Arg(2048)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(two_stages)->Arg(64)->Arg(2048)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(look_in_vain);

}  // namespace

BENCHMARK_MAIN();
