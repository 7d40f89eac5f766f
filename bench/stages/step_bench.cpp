// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A whole step of a stage: both updates, neighbour lists, forces, checks, hooks, bookkeeping.
/// Argon crystals: {systems, repeats} = {1, 10} is one of 4000 atoms, {1, 20} of 32,000, {64, 3}
/// are 64 of 108.
#include <filesystem>

#include <benchmark/benchmark.h>

#include "bench/kernels/argon_crystal.hpp"
#include "kernels/parallel_for.hpp"
#include "stages/fused_stage.hpp"
#include "stages/hooks/logging.hpp"
#include "stages/hooks/profiler.hpp"
#include "stages/make_dynamics.hpp"

namespace athanor::bench {
namespace {

/// A stage of crystals that come to about 40 K and stay for ever.
class CrystalStage {
public:
    CrystalStage(std::vector<DynamicsSpec> const& dynamics, int systems, int repeats,
                 std::vector<std::shared_ptr<Hook>> const& hooks = {})
        : model_(argon_model()),
          stage_(std::make_shared<Schema const>(), sub_stages(dynamics, hooks), model_,
                 {{systems, systems * 4 * repeats * repeats * repeats, 0}, /*seed=*/1}, metrics_,
                 [](OutcomeRecord const&) {}) {
        for (int s = 0; s < systems; ++s)
            stage_.enter(stage_.batch().append(
                argon_crystal(repeats, 40.0, static_cast<std::uint64_t>(s) + 1)));
        stage_.open_hooks();
        clock_.show_on(stage_.trace());
        for (int k = 0; k < 100; ++k) step();
    }
    ~CrystalStage() { stage_.close_hooks(); }
    void step() { stage_.step(clock_); }
    [[nodiscard]] double energy_per_atom() {
        Batch const& batch = stage_.batch();
        BatchView const view = stage_.batch().view();
        double energy = 0.0;
        for (int s = 0; s < batch.system_count(); ++s) energy += view.energy[s];
        for (int k = 0; k < 3 * batch.used_atoms(); ++k)
            energy += 0.5 * argon_mass * view.velocities[k] * view.velocities[k];
        return energy / atom_count();
    }
    [[nodiscard]] int atom_count() const { return stage_.batch().used_atoms(); }

private:
    static std::vector<SubStage> sub_stages(std::vector<DynamicsSpec> const& dynamics,
                                            std::vector<std::shared_ptr<Hook>> const& hooks) {
        std::vector<SubStage> list;
        for (DynamicsSpec const& spec : dynamics) {
            SubStage sub;
            sub.id = StageId{static_cast<int>(list.size())};
            sub.dynamics = make_dynamics(spec);
            sub.skin = argon_skin;
            sub.hooks = hooks;
            list.push_back(std::move(sub));
        }
        return list;
    }
    LennardJones model_;
    StageMetrics metrics_;
    StageClock clock_{metrics_};
    FusedStage stage_;
};

void measure(benchmark::State& state, DynamicsSpec const& dynamics) {
    set_thread_count(static_cast<int>(state.range(2)));
    CrystalStage stage({dynamics}, static_cast<int>(state.range(0)),
                       static_cast<int>(state.range(1)));
    double const before = stage.energy_per_atom();
    for (auto _ : state) stage.step();
    state.counters["atom_steps/s"] = benchmark::Counter(
        static_cast<double>(state.iterations()) * stage.atom_count(), benchmark::Counter::kIsRate);
    state.counters["energy_change_eV_per_atom"] = stage.energy_per_atom() - before;
    set_thread_count(1);
}

/// Seconds of processor time with one thread, so that a busy machine counts less; of the clock with
/// two.
void on_one_thread(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"systems", "repeats", "threads"})
        ->Args({1, 10, 1})
        ->Args({64, 3, 1})
        ->Unit(benchmark::kMicrosecond);
}
void on_two_threads(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"systems", "repeats", "threads"})
        ->Args({1, 10, 2})
        ->Args({64, 3, 2})
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
}

/// What threads gain on one large sample, by the clock.
void on_a_large_sample(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"systems", "repeats", "threads"})
        ->Args({1, 20, 1})
        ->Args({1, 20, 2})
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
}

void nve_step(benchmark::State& state) { measure(state, NveOptions{.timestep_fs = 2.0}); }
BENCHMARK(nve_step)->Apply(on_one_thread);
BENCHMARK(nve_step)->Apply(on_a_large_sample);
BENCHMARK(nve_step)->Apply(on_two_threads);

void nvt_langevin_step(benchmark::State& state) {
    measure(state, NvtLangevinOptions{
                       .timestep_fs = 2.0, .temperature_kelvin = 40.0, .friction_per_fs = 0.01});
}
BENCHMARK(nvt_langevin_step)->Apply(on_one_thread);
BENCHMARK(nvt_langevin_step)->Apply(on_a_large_sample);
BENCHMARK(nvt_langevin_step)->Apply(on_two_threads);

void nvt_nose_hoover_step(benchmark::State& state) {
    measure(state, NvtNoseHooverOptions{.timestep_fs = 2.0, .temperature_kelvin = 40.0});
}
BENCHMARK(nvt_nose_hoover_step)->Apply(on_one_thread);
BENCHMARK(nvt_nose_hoover_step)->Apply(on_a_large_sample);

void npt_step(benchmark::State& state) {
    measure(state, NptOptions{.timestep_fs = 2.0, .temperature_kelvin = 40.0});
}
BENCHMARK(npt_step)->Apply(on_one_thread);
BENCHMARK(npt_step)->Apply(on_a_large_sample);

void fire_step(benchmark::State& state) { measure(state, FireOptions{.timestep_fs = 1.0}); }
BENCHMARK(fire_step)->Apply(on_one_thread);
BENCHMARK(fire_step)->Apply(on_a_large_sample);
BENCHMARK(fire_step)->Apply(on_two_threads);

void fire2_step(benchmark::State& state) { measure(state, Fire2Options{}); }
BENCHMARK(fire2_step)->Apply(on_one_thread);
BENCHMARK(fire2_step)->Apply(on_a_large_sample);

void lbfgs_step(benchmark::State& state) { measure(state, LbfgsOptions{}); }
BENCHMARK(lbfgs_step)->Apply(on_one_thread);
BENCHMARK(lbfgs_step)->Apply(on_a_large_sample);

void fire2_variable_cell_step(benchmark::State& state) {
    measure(state, Fire2VariableCellOptions{});
}
BENCHMARK(fire2_variable_cell_step)->Apply(on_one_thread);
BENCHMARK(fire2_variable_cell_step)->Apply(on_a_large_sample);

// --- hooks: NVE of 64 crystals of 108 atoms, to be held against nve_step ------------------------

/// A hook at every point of a step that does nothing.
class IdleHook final : public Hook {
public:
    [[nodiscard]] std::string name() const override { return "idle"; }
    [[nodiscard]] bool runs_at(HookPoint) const override { return true; }
    void fire(HookContext&) override {}
};

/// A log that is thrown away: what is left is the working out of its rows.
class NoLog final : public LogWriter {
public:
    void open(std::span<std::string const>) override {}
    void write(LogBlock& block) override { benchmark::DoNotOptimize(block.size()); }
    void close() override {}
    [[nodiscard]] std::string describe() const override { return "none"; }
};

void measure_with_hook(benchmark::State& state, std::shared_ptr<Hook> const& hook, int systems = 64,
                       int repeats = 3) {
    set_thread_count(1);
    std::vector<std::shared_ptr<Hook>> hooks;
    if (hook) hooks.push_back(hook);
    CrystalStage stage({NveOptions{.timestep_fs = 2.0}}, systems, repeats, hooks);
    for (auto _ : state) stage.step();
    state.counters["atom_steps/s"] = benchmark::Counter(
        static_cast<double>(state.iterations()) * stage.atom_count(), benchmark::Counter::kIsRate);
}
void nve_step_with_idle_hook(benchmark::State& state) {
    measure_with_hook(state, std::make_shared<IdleHook>());
}
void nve_step_with_logging(benchmark::State& state) {
    measure_with_hook(state,
                      std::make_shared<Logging>(std::make_unique<NoLog>(), LoggingOptions{}));
}
/// Without and with a profiler; {1, 2} is one crystal of 32 atoms, where a step is short. The file
/// is written when the stage is gone, which is not measured.
void nve_step_with_profiler(benchmark::State& state) {
    std::shared_ptr<Hook> hook;
    if (state.range(2) > 0)
        hook = std::make_shared<Profiler>(
            ProfilerOptions{.path = std::filesystem::temp_directory_path() / "step_bench.json",
                            .frequency = static_cast<int>(state.range(2)),
                            .max_events = 100000});
    measure_with_hook(state, hook, static_cast<int>(state.range(0)),
                      static_cast<int>(state.range(1)));
}
BENCHMARK(nve_step_with_profiler)
    ->ArgNames({"systems", "repeats", "every"})
    ->ArgsProduct({{64}, {3}, {0, 1, 100}})
    ->ArgsProduct({{1}, {2}, {0, 1, 100}})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(nve_step_with_idle_hook)->Unit(benchmark::kMicrosecond);
BENCHMARK(nve_step_with_logging)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace athanor::bench

BENCHMARK_MAIN();
