// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Argon crystals: {systems, repeats} = {1, 10} is one of 4000 atoms, {1, 20} of 32,000, {64, 3}
/// are 64 of 108.
#include <benchmark/benchmark.h>

#include "bench/kernels/argon.hpp"
#include "kernels/isa.hpp"
#include "kernels/parallel_for.hpp"

namespace athanor::bench {
namespace {

void count_atoms(benchmark::State& state, ArgonRun const& run, char const* what) {
    state.counters[what] = benchmark::Counter(
        static_cast<double>(state.iterations()) * run.atom_count(), benchmark::Counter::kIsRate);
}

void evaluate_pairs(benchmark::State& state, Precision precision, double switch_width,
                    ModelOutputs outputs = {}) {
    Isa const isa = active_isa();
    auto const wanted = static_cast<Isa>(state.range(2));
    if (!is_supported(wanted)) {
        state.SkipWithError("this processor has no such instructions");
        return;
    }
    set_active_isa(wanted);
    set_thread_count(1);
    LennardJonesOptions options = argon_model();
    options.precision = precision;
    options.switch_width = switch_width;
    ArgonRun run(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), 40.0, options);
    auto const neighbors = run.update();
    for (auto _ : state) run.compute(neighbors, outputs);
    count_atoms(state, run, "atoms/s");
    state.SetLabel(std::string(name_of(wanted)));
    set_active_isa(isa);
}
void on_each_isa(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"systems", "repeats", "isa"})
        ->ArgsProduct({{1}, {10}, {0, 1, 2}})
        ->ArgsProduct({{64}, {3}, {0, 1, 2}})
        ->Unit(benchmark::kMicrosecond);
}
void pair_forces(benchmark::State& state) { evaluate_pairs(state, Precision::float64, 0.0); }
void pair_forces_mixed(benchmark::State& state) { evaluate_pairs(state, Precision::mixed, 0.0); }
void pair_forces_switched(benchmark::State& state) {
    evaluate_pairs(state, Precision::float64, 1.0);
}
void pair_forces_switched_mixed(benchmark::State& state) {
    evaluate_pairs(state, Precision::mixed, 1.0);
}
void pair_forces_with_stress(benchmark::State& state) {
    evaluate_pairs(state, Precision::float64, 0.0, {.stress = true});
}
void pair_forces_switched_with_stress(benchmark::State& state) {
    evaluate_pairs(state, Precision::float64, 1.0, {.stress = true});
}
BENCHMARK(pair_forces)->Apply(on_each_isa);
BENCHMARK(pair_forces_with_stress)->Apply(on_each_isa);
BENCHMARK(pair_forces_mixed)->Apply(on_each_isa);
BENCHMARK(pair_forces_switched)->Apply(on_each_isa);
BENCHMARK(pair_forces_switched_with_stress)->Apply(on_each_isa);
BENCHMARK(pair_forces_switched_mixed)->Apply(on_each_isa);

void neighbor_build(benchmark::State& state) {
    set_thread_count(static_cast<int>(state.range(2)));
    ArgonRun run(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    for (auto _ : state) {
        for (SystemIndex const s : run.systems()) run.list().invalidate(s);
        benchmark::DoNotOptimize(run.update());
    }
    count_atoms(state, run, "atoms/s");
    set_thread_count(1);
}

void neighbor_refresh(benchmark::State& state) {
    set_thread_count(static_cast<int>(state.range(2)));
    ArgonRun run(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    for (auto _ : state) benchmark::DoNotOptimize(run.update());
    count_atoms(state, run, "atoms/s");
    set_thread_count(1);
}

/// Seconds of processor time with one thread, so that a busy machine counts less; of the clock
/// where threads are compared.
void on_one_thread(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"systems", "repeats", "threads"})
        ->Args({1, 10, 1})
        ->Args({64, 3, 1})
        ->Unit(benchmark::kMicrosecond);
}
void on_two_threads(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"systems", "repeats", "threads"})
        ->ArgsProduct({{1}, {20}, {1, 2}})
        ->ArgsProduct({{64}, {3}, {1, 2}})
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
}
BENCHMARK(neighbor_build)->Apply(on_one_thread);
BENCHMARK(neighbor_build)->Apply(on_two_threads);
BENCHMARK(neighbor_refresh)->Apply(on_one_thread);
BENCHMARK(neighbor_refresh)->Apply(on_two_threads);

}  // namespace
}  // namespace athanor::bench

BENCHMARK_MAIN();
