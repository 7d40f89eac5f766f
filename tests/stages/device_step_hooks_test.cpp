// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Hooks that a device fires in its steps against the same hooks on the host: all bits, and no step
/// on the host but for hooks that are there alone.
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "stages/hooks/biased_potential.hpp"
#include "stages/hooks/center_of_mass_bias.hpp"
#include "stages/hooks/distance_bias.hpp"
#include "stages/hooks/freeze_atoms.hpp"
#include "stages/hooks/max_force_clamp.hpp"
#include "stages/hooks/nan_detector.hpp"
#include "stages/hooks/wall_bias.hpp"
#include "stages/hooks/wrap_periodic.hpp"
#include "tests/support/counting_model.hpp"
#include "tests/support/device_harmonic_model.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/recording_hook.hpp"
#include "tests/support/stage_ends.hpp"

namespace athanor::test {
namespace {

using Action = NanDetectorOptions::Action;

std::shared_ptr<Hook> clamp(double max_force) {
    return std::make_shared<MaxForceClamp>(MaxForceClampOptions{max_force});
}
std::shared_ptr<Hook> wrap_every(int frequency) {
    return std::make_shared<WrapPeriodic>(WrapPeriodicOptions{frequency});
}
std::shared_ptr<Hook> detect_every(int frequency, std::vector<std::string> fields = {}) {
    return std::make_shared<NanDetector>(
        NanDetectorOptions{std::move(fields), Action::quarantine, frequency});
}
std::shared_ptr<Hook> freeze(FreezeAtomsOptions options) {
    return std::make_shared<FreezeAtoms>(std::move(options));
}

template <class Bias, class Options>
std::shared_ptr<Hook> bias(Options options) {
    return std::make_shared<BiasedPotential>(std::make_unique<Bias>(std::move(options)));
}
std::shared_ptr<Hook> pair_bias(DistanceBiasOptions const& options) {
    return bias<DistanceBias>(options);
}
std::shared_ptr<Hook> center_bias(CenterOfMassBiasOptions options) {
    return bias<CenterOfMassBias>(std::move(options));
}
std::shared_ptr<Hook> wall(WallBiasOptions const& options) { return bias<WallBias>(options); }

/// A relaxation after some dynamics, in which atoms of crystals leave their cells.
std::vector<SubStage> hooked_stages(HookFactory const& hooks) {
    std::vector<SubStage> stages = sub_stages(hooked_part(0, hooks), hooked_part(1, hooks));
    stages[0].initial_temperature_kelvin = 300.0;
    return stages;
}

/// Categories 0, 1, 2 ... of the atoms of each sample.
template <class T>
std::vector<Sample> with_categories() {
    auto const schema = std::make_shared<Schema const>(
        std::vector<FieldSpec>{{"atom_categories",
                                Level::atom,
                                sizeof(T) == 8 ? Dtype::int64 : Dtype::int32,
                                {1},
                                "",
                                FieldRole::user}});
    std::vector<Sample> samples = argon_samples(schema);
    for (Sample& sample : samples) {
        auto const categories = sample.values<T>(*schema->find("atom_categories"));
        for (std::size_t a = 0; a < categories.size(); ++a) categories[a] = static_cast<T>(a % 3);
    }
    return samples;
}

/// The same stages over the same samples on the host and on devices of every order of threads.
void expect_steps_of_the_host(std::vector<Sample> const& samples, HookFactory const& hooks,
                              std::function<Hooks()> const& element_hooks = {}) {
    BatchCapacity const capacity{3, 80, 0};
    CountingModel model(reference_argon());
    auto const run_on = [&](DeviceQueue* device) {
        Hooks const of_element = element_hooks ? element_hooks() : Hooks{};
        return run_stage(samples, hooked_stages(hooks), {model, capacity, device, of_element});
    };
    StageEnds const host = run_on(nullptr);
    auto const admissions = static_cast<std::int64_t>(2 * samples.size());
    EXPECT_GT(host.sample_steps, 12 * admissions);
    EXPECT_TRUE(host.reasons.empty());
    for (EmulationOrder const& order : test_orders()) {
        model.host_evaluations = 0;
        auto const queue = test_queue(order);

        expect_equal(host, run_on(queue.get()));

        EXPECT_EQ(model.host_evaluations, admissions);
    }
}

TEST(DeviceStepHooks, AClampMakesNoStepOnTheHost) {
    expect_steps_of_the_host(argon_samples(),
                             [](int part) { return Hooks{clamp(part == 0 ? 0.05 : 0.02)}; });
}

TEST(DeviceStepHooks, AtomsAreWrappedAtEveryStepAndAtEveryThird) {
    for (int const frequency : {1, 3})
        expect_steps_of_the_host(argon_samples(), [frequency](int part) {
            return part == 0 ? Hooks{wrap_every(frequency)} : Hooks{};
        });
}

TEST(DeviceStepHooks, FrozenAtomsOfACategoryOrAListStandStill) {
    auto const of_category = [](int part) {
        return Hooks{freeze({.category = 1, .zero_forces = part == 0})};
    };
    expect_steps_of_the_host(with_categories<std::int64_t>(), of_category);
    expect_steps_of_the_host(with_categories<std::int32_t>(), of_category);
    expect_steps_of_the_host(argon_samples(), [](int part) {
        return part == 1 ? Hooks{freeze({.indices = {1}})} : Hooks{};
    });
}

TEST(DeviceStepHooks, EveryBiasFiresThereWithWhatItRemembersOfEachSample) {
    auto const samples = argon_samples();
    expect_steps_of_the_host(samples, [](int part) {
        return Hooks{pair_bias({.spring_constant = part == 0 ? 0.5 : 0.7})};
    });
    expect_steps_of_the_host(samples, [](int part) {
        return part == 0 ? Hooks{center_bias({.spring_constant = 2.0})}
                         : Hooks{center_bias({.spring_constant = 0.3,
                                              .center = {{0.1, 0.2, -0.1}},
                                              .indices = {1, 0}}),
                                 wall({0.2, WallBiasOptions::Axis::y, 1.0})};
    });
    expect_steps_of_the_host(
        samples,
        [](int part) {
            return part == 0 ? Hooks{wall({0.4}), clamp(0.05), pair_bias({0.1, {1, 0}, 3.9})}
                             : Hooks{};
        },
        [] { return Hooks{center_bias({.spring_constant = 0.5})}; });
}

TEST(DeviceStepHooks, AllTogetherFireInTheirOrderAndTheElementsBesideThem) {
    expect_steps_of_the_host(
        with_categories<std::int32_t>(),
        [](int part) {
            return Hooks{freeze({.category = 2}), clamp(part == 0 ? 0.05 : 0.02), wrap_every(2),
                         detect_every(3), clamp(0.015)};
        },
        [] {
            return Hooks{clamp(0.04), detect_every(2, {"velocities"})};
        });
}

TEST(DeviceStepHooks, OnlyStepsInWhichAHookOfTheHostIsDueAreMadeThere) {
    CountingModel model(reference_argon());
    std::vector<Firing> log;
    auto const run_on = [&](DeviceQueue* device) {
        log.clear();
        auto const hooks = [&log](int) {
            return Hooks{clamp(0.05), wrap_every(3),
                         std::make_shared<RecordingHook>("snapshot", log, 10,
                                                         std::vector{HookPoint::after_step})};
        };
        return run_stage(argon_samples(), hooked_stages(hooks), {model, {5, 160, 0}, device});
    };
    StageEnds const host = run_on(nullptr);
    std::size_t const firings = log.size();
    model.host_evaluations = 0;

    auto const queue = test_queue();
    expect_equal(host, run_on(queue.get()));

    EXPECT_EQ(log.size(), firings);
    EXPECT_EQ(model.host_evaluations,
              static_cast<std::int64_t>(firings + 2 * argon_samples().size()));
}

// --- samples that fail ---------------------------------------------------------------------------

/// Three samples on springs, of which one has an energy, or a position, beyond a double's range
/// after some steps.
std::vector<Sample> with_a_runaway(double velocity) {
    std::vector<Sample> samples;
    for (int id = 0; id < 3; ++id)
        samples.push_back(line_of_atoms(plain_schema(), id, 5, 0.3 + 0.01 * id));
    samples[1].values<double>(Fields::velocities)[7] = velocity;
    return samples;
}

StageEnds run_runaway(Hooks hooks, double velocity, DeviceQueue* device) {
    DeviceHarmonicModel model;
    SubStage sub = sub_stage(4, NveOptions{100.0}, 10);
    sub.hooks = std::move(hooks);
    return run_stage(with_a_runaway(velocity), sub_stages(std::move(sub)),
                     {model, {3, 20, 0}, device});
}

TEST(DeviceStepHooks, ASampleThatIsNoLongerFiniteFailsWithTheWordsOfTheHost) {
    constexpr double overflow = 1e200, beyond_all = 1.7e308;
    for (double const velocity : {overflow, beyond_all}) {
        SCOPED_TRACE(velocity);
        StageEnds const host = run_runaway({detect_every(1)}, velocity, nullptr);
        ASSERT_EQ(host.reasons.size(), 1U);
        EXPECT_NE(host.reasons.at(1).find("nan_detector: "), std::string::npos);
        EXPECT_NE(host.reasons.at(1).find(velocity == overflow ? "energy is inf after"
                                                               : "positions of atom 2 is"),
                  std::string::npos)
            << host.reasons.at(1);
        for (EmulationOrder const& order : test_orders()) {
            auto const queue = test_queue(order);
            expect_equal(host, run_runaway({detect_every(1)}, velocity, queue.get()));
        }
    }
}

TEST(DeviceStepHooks, ABiasThatIsNotFiniteFailsItsSampleWithTheWordsOfTheHost) {
    auto const hooks = [] { return Hooks{wall({0.1, WallBiasOptions::Axis::y})}; };
    StageEnds const host = run_runaway(hooks(), 1e200, nullptr);
    ASSERT_EQ(host.reasons.size(), 1U);
    EXPECT_NE(host.reasons.at(1).find("biased_potential: the energy of the bias is inf"),
              std::string::npos)
        << host.reasons.at(1);
    for (EmulationOrder const& order : test_orders()) {
        auto const queue = test_queue(order);
        expect_equal(host, run_runaway(hooks(), 1e200, queue.get()));
    }
}

TEST(DeviceStepHooks, ABiasInCppFiresOnTheHost) {
    CountingModel model(reference_argon());
    auto const run_on = [&](DeviceQueue* device) {
        auto const push = [](BatchView const&, SystemIndex, std::span<double> forces) {
            forces[0] += 0.01;
            return 0.0;
        };
        auto const hooks = [&push](int) { return Hooks{std::make_shared<BiasedPotential>(push)}; };
        return run_stage(argon_samples(), hooked_stages(hooks), {model, {5, 160, 0}, device});
    };
    StageEnds const host = run_on(nullptr);
    std::int64_t const evaluations = std::exchange(model.host_evaluations, 0);

    auto const queue = test_queue();
    expect_equal(host, run_on(queue.get()));

    EXPECT_EQ(model.host_evaluations, evaluations);
}

TEST(DeviceStepHooks, ADetectorThatIsNotDueLeavesTheFaultToTheStage) {
    auto const queue = test_queue();
    auto const hooks = [] { return Hooks{detect_every(7)}; };
    constexpr double nearly = 3e152;  // the motion is unstable and takes it beyond
    StageEnds const host = run_runaway(hooks(), nearly, nullptr);
    ASSERT_EQ(host.reasons.size(), 1U);
    EXPECT_EQ(host.reasons.at(1).find("nan_detector"), std::string::npos) << host.reasons.at(1);
    expect_equal(host, run_runaway(hooks(), nearly, queue.get()));
}

TEST(DeviceStepHooks, ADetectorThatStopsTheCampaignDoesSoFromADevice) {
    auto const message = [](DeviceQueue* device) {
        return stop_message([&] {
            run_runaway({std::make_shared<NanDetector>(NanDetectorOptions{{}, Action::stop, 1})},
                        1e200, device);
        });
    };
    auto const queue = test_queue();
    std::string const host = message(nullptr);
    EXPECT_FALSE(host.empty());
    EXPECT_EQ(message(queue.get()), host);
}

}  // namespace
}  // namespace athanor::test
