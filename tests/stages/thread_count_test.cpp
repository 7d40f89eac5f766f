// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The number of threads changes no bit: of batches that are shared out over samples, and of one
/// large sample that is shared out over its atoms.
#include <map>
#include <utility>

#include <gtest/gtest.h>

#include "kernels/parallel_for.hpp"
#include "tests/support/all_dynamics.hpp"
#include "tests/support/eager_threads.hpp"
#include "tests/support/lj.hpp"

namespace athanor {
namespace {

using test::same_bits;
using test::StageRunner;
using test::sub_stages;

std::map<std::int64_t, Sample> run_with_threads(DynamicsSpec const& spec, int threads) {
    LennardJones model = test::reference_argon();
    StageRunner run(model, sub_stages(test::stage_of_kind(0, spec)), {6, 700, 0});
    for (Sample const& sample : test::mixed_samples()) run.add(sample);
    run.add(test::argon_crystal(test::plain_schema(), 9, 5, 0.1, 9));
    set_thread_count(threads);
    run.run();
    set_thread_count(1);
    return run.samples();
}

TEST(ThreadCount, ChangesNoBitOfABatch) {
    for (DynamicsSpec const& spec : std::vector<DynamicsSpec>{
             NvtLangevinOptions{2.0, 30.0, 0.02}, Fire2Options{.delay_steps = 4},
             LbfgsOptions{.history = 3}, NvtNoseHooverOptions{2.0, 30.0, 50.0}, DemoOptions{2.0},
             NptOptions{2.0, 30.0, 0.0003, 300.0}, FireVariableCellOptions{{.timestep_fs = 4.0}},
             Fire2VariableCellOptions{{.delay_steps = 4}, 0.1}}) {
        SCOPED_TRACE(make_dynamics(spec)->name());
        auto const one = run_with_threads(spec, 1);
        auto const two = run_with_threads(spec, 2);
        auto const three = run_with_threads(spec, 3);

        for (auto const& [id, sample] : one) {
            EXPECT_TRUE(same_bits(sample, two.at(id)));
            EXPECT_TRUE(same_bits(sample, three.at(id)));
        }
    }
}

/// 2916 atoms, enough for two blocks of the sums over 3N elements; a list so thin that it is
/// renewed every few steps.
Sample run_large(DynamicsSpec const& spec, int threads) {
    test::EagerThreads const eager(threads);
    LennardJones model = test::switched_argon(6.0);
    SubStage sub = test::stage_of_kind(0, spec);
    if (sub.step_budget != 0) sub.step_budget = 8;
    sub.skin = 0.1;
    StageRunner run(model, sub_stages(std::move(sub)), {1, 2916, 0});
    run.add(test::argon_crystal(test::plain_schema(), 4, 9, 0.1, 1));
    run.run();
    return run.samples().at(4);
}

class LargeSample : public ::testing::TestWithParam<DynamicsSpec> {};

TEST_P(LargeSample, HasTheTrajectoryOfOneThread) {
    Sample const one = run_large(GetParam(), 1);

    for (int const threads : {2, 3, 4})
        EXPECT_TRUE(same_bits(run_large(GetParam(), threads), one)) << threads;
}

INSTANTIATE_TEST_SUITE_P(Dynamics, LargeSample, ::testing::ValuesIn(test::all_dynamics()));

/// A batch of one large sample and small ones: shared out over atoms and over samples at once.
TEST(ThreadCount, ChangesNoBitOfALargeSampleAmongSmallOnes) {
    auto const run_mixed = [](DynamicsSpec const& spec, int threads) {
        test::EagerThreads const eager(threads);
        LennardJones model = test::switched_argon(6.0);
        SubStage sub = test::stage_of_kind(0, spec);
        sub.skin = 0.3;
        StageRunner run(model, sub_stages(std::move(sub)), {6, 2100, 0});
        for (Sample const& sample : test::mixed_samples()) run.add(sample);
        run.add(test::argon_crystal(test::plain_schema(), 9, 7, 0.1, 9));
        run.run();
        return run.samples();
    };
    for (DynamicsSpec const& spec :
         std::vector<DynamicsSpec>{NvtLangevinOptions{2.0, 30.0, 0.02},
                                   FireOptions{.timestep_fs = 4.0}, LbfgsOptions{}}) {
        SCOPED_TRACE(make_dynamics(spec)->name());
        auto const one = run_mixed(spec, 1);
        for (int const threads : {2, 4}) {
            auto const shared = run_mixed(spec, threads);
            for (auto const& [id, sample] : one)
                EXPECT_TRUE(same_bits(sample, shared.at(id))) << id << " on " << threads;
        }
    }
}

}  // namespace
}  // namespace athanor
