// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What in-flight batching is worth: samples of 2 to 500 atoms with lengths of run between a few
/// and some thousand steps, refilled in flight, in static batches, and one by one; and what a step
/// and a replacement cost beside the arithmetic.
#include <benchmark/benchmark.h>

#include "kernels/parallel_for.hpp"
#include "stages/make_dynamics.hpp"
#include "stages/stage_loop.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/nowhere.hpp"
#include "tests/support/uneven_samples.hpp"

namespace {

using namespace athanor;

constexpr int sample_count = 1000;

struct Way {
    BatchCapacity capacity;
    int refill_frequency = 1;
};

void run(benchmark::State& state, Way way) {
    set_thread_count(static_cast<int>(state.range(0)));
    std::int64_t atom_steps = 0;
    double fill = 0.0;
    for (auto _ : state) {
        test::UnevenSource source(sample_count);
        LennardJones model = test::reference_argon();
        SubStage sub;
        sub.id = StageId{0};
        sub.name = "md";
        sub.dynamics = make_dynamics(NveOptions{2.0});
        sub.predicates = {[&source](Batch const& batch, SystemIndex system) {
            return batch.column<std::int64_t>(Fields::stage_step)[system.value()] >=
                   source.steps_of(batch.sample_id(system));
        }};
        std::vector<SubStage> stages;
        stages.push_back(std::move(sub));
        StageMetrics metrics;
        FusedStage stage(source.schema(), std::move(stages), model, {way.capacity, 1}, metrics, {});
        SizeAwareSampler sampler(source, {.bounds = way.capacity});
        test::Nowhere sink;
        StagePorts ports;
        ports.sampler = &sampler;
        ports.refill_frequency = way.refill_frequency;
        ports.sinks = {&sink};
        ports.quarantine = [](Batch const&, SystemIndex, std::string const&) {};
        StageLoop(stage, ports, metrics).run();
        atom_steps += metrics.atom_steps.load();
        fill = metrics.fill();
    }
    set_thread_count(1);
    state.counters["samples/s"] = benchmark::Counter(
        static_cast<double>(sample_count) * static_cast<double>(state.iterations()),
        benchmark::Counter::kIsRate);
    state.counters["atom_steps/s"] =
        benchmark::Counter(static_cast<double>(atom_steps), benchmark::Counter::kIsRate);
    state.counters["fill"] = fill;
}

void in_flight(benchmark::State& state) { run(state, {{2048, 2048, 0}, 1}); }
/// Nothing comes in before everything has left.
void static_batches(benchmark::State& state) { run(state, {{2048, 2048, 0}, 2'000'000'000}); }
void one_by_one(benchmark::State& state) { run(state, {{1, 500, 0}, 1}); }

BENCHMARK(in_flight)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(static_batches)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(one_by_one)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// Atoms that feel nothing: what is left of a step is the stage's own work. A sample of two atoms
/// leaves and another takes its place every `length` steps.
class NoForces final : public Model {
public:
    [[nodiscard]] ModelNeeds needs() const override { return {0.1}; }
    [[nodiscard]] int species_index(std::int64_t) const override { return 0; }
    [[nodiscard]] std::size_t memory_bound(int, int) const override { return 0; }
    [[nodiscard]] std::string describe() const override { return "no forces"; }
    void compute(ModelInput const& input, ModelOutputs outputs) override {
        if (!outputs.energy_and_forces) return;
        for (SystemIndex s : input.systems) {
            input.batch.energy[s.value()] = 0.0;
            std::fill_n(input.batch.forces + 3 * input.batch.atom_begin[s.value()],
                        3 * input.batch.atom_count[s.value()], 0.0);
        }
    }
};

class Pairs final : public SampleSource {
public:
    explicit Pairs(int count) : count_(count) {}
    std::optional<Sample> next() override {
        if (read_ == count_) return std::nullopt;
        Sample sample(schema, SampleId{read_++}, "", 2, 0);
        sample.values<double>(Fields::positions)[0] = 5.0;
        std::ranges::fill(sample.values<double>(Fields::atomic_masses), 40.0);
        return sample;
    }
    SchemaPtr schema = std::make_shared<Schema const>();

private:
    std::int64_t read_ = 0;
    int count_;
};

/// Time per step of a sample, with replacements after `length` steps; the difference between two
/// lengths is the cost of a replacement.
void scheduling(benchmark::State& state) {
    auto const length = state.range(0);
    int const count = static_cast<int>(6400000 / 64 / length) * 64;
    std::int64_t sample_steps = 0;
    for (auto _ : state) {
        Pairs source(count);
        NoForces model;
        SubStage sub;
        sub.id = StageId{0};
        sub.name = "md";
        sub.dynamics = make_dynamics(NveOptions{2.0});
        sub.step_budget = length;
        std::vector<SubStage> stages;
        stages.push_back(std::move(sub));
        StageMetrics metrics;
        BatchCapacity const capacity{64, 128, 0};
        FusedStage stage(source.schema, std::move(stages), model, {capacity, 1}, metrics, {});
        SizeAwareSampler sampler(source, {.bounds = capacity});
        test::Nowhere sink;
        StagePorts ports;
        ports.sampler = &sampler;
        ports.sinks = {&sink};
        ports.quarantine = [](Batch const&, SystemIndex, std::string const&) {};
        StageLoop(stage, ports, metrics).run();
        sample_steps += metrics.sample_steps.load();
    }
    state.counters["per_sample_step"] =
        benchmark::Counter(static_cast<double>(sample_steps),
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(scheduling)
    ->ArgName("length")
    ->Arg(10)
    ->Arg(100)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
