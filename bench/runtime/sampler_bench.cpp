// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// How full each way of packing keeps a batch, for 10,000 samples of 2 to 500 atoms, by the room of
/// the batch and the samples that the sampler looks at; and what the packing itself costs.
#include <benchmark/benchmark.h>

#include "tests/support/uneven_samples.hpp"

namespace {

void fill(benchmark::State& state, athanor::Packing packing) {
    athanor::SamplerOptions const options{.bounds = {100000, static_cast<int>(state.range(0)), 0},
                                          .window = static_cast<int>(state.range(1)),
                                          .packing = packing};
    double fill = 0.0;
    for (auto _ : state) fill = athanor::test::run_uneven(10000, options).fill;
    state.counters["fill"] = fill;
}

void first_fit(benchmark::State& state) { fill(state, athanor::Packing::first_fit); }
void largest_first(benchmark::State& state) { fill(state, athanor::Packing::largest_first); }

BENCHMARK(first_fit)
    ->ArgNames({"atoms", "window"})
    ->ArgsProduct({{600, 2048, 8192}, {1, 8, 64, 512}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(largest_first)
    ->ArgNames({"atoms", "window"})
    ->ArgsProduct({{600, 2048, 8192}, {1, 8, 64, 512}})
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
