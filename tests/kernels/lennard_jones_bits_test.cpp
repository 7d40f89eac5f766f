// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
// What must not change a bit of what LennardJones gives.
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "kernels/isa.hpp"
#include "kernels/parallel_for.hpp"
#include "tests/kernels/model_fixture.hpp"

namespace athanor::test {
namespace {

class Restored {
public:
    Restored() : isa_(active_isa()), threads_(thread_count()) {}
    ~Restored() {
        set_active_isa(isa_);
        set_thread_count(threads_);
    }
    Restored(Restored const&) = delete;
    Restored& operator=(Restored const&) = delete;

private:
    Isa isa_;
    int threads_;
};

/// All of it holds in either precision.
class LennardJonesBits : public ::testing::TestWithParam<Precision> {
protected:
    static LennardJonesOptions with_precision(LennardJonesOptions options) {
        options.precision = GetParam();
        return options;
    }
    static LennardJonesOptions argon() { return with_precision(argon_options()); }
    static LennardJonesOptions species() { return with_precision(three_species()); }
    static LennardJonesOptions switched() {
        LennardJonesOptions options = argon();
        options.switch_width = 1.0;
        return options;
    }
};

TEST_P(LennardJonesBits, EveryInstructionSetGivesTheSameBits) {
    Restored const restored;
    for (char const* name : {"ar108", "arkrxe32", "ar_tiny", "ar_one_periodic", "lj38", "ar_slab"})
        for (double const width : {0.0, 1.0}) {
            LennardJonesOptions options = species();
            options.switch_width = width;
            set_active_isa(Isa::baseline);
            std::vector<double> const baseline = result_of(read_golden_sample(name), options);
            for (Isa const isa : {Isa::avx2, Isa::avx512}) {
                if (!is_supported(isa)) continue;
                set_active_isa(isa);

                EXPECT_TRUE(same_bits(result_of(read_golden_sample(name), options), baseline))
                    << name << " " << name_of(isa);
            }
        }
}

/// Leaves `value` all over the part of the stack that the next calls will use.
[[gnu::noinline]] void fill_stack_with(double value) {
    double volatile scratch[8192];
    for (double volatile& x : scratch) x = value;
}

TEST_P(LennardJonesBits, WhatTheStackHeldBeforeChangesNothing) {
    Isa const isa = active_isa();
    for (Isa const each : {Isa::baseline, Isa::avx2, Isa::avx512}) {
        if (!is_supported(each)) continue;
        set_active_isa(each);
        for (char const* name : {"ar108", "lj13", "ar_slab"}) {
            Evaluation evaluation({read_golden_sample(name)}, switched(), 2.0);
            fill_stack_with(0.0);
            evaluation.compute();
            auto const expected = evaluation.result();
            for (double const value : {std::numeric_limits<double>::quiet_NaN(),
                                       std::numeric_limits<double>::infinity(), 1e300}) {
                fill_stack_with(value);
                evaluation.compute();
                EXPECT_TRUE(same_bits(evaluation.result(), expected))
                    << name << ", " << name_of(each) << ", " << value;
            }
        }
    }
    set_active_isa(isa);
}

TEST_P(LennardJonesBits, BatchMatesPlaceAndThreadsChangeNothing) {
    Restored const restored;
    std::vector<Sample> const samples{
        read_golden_sample("ar32"),   read_golden_sample("arkr108"),
        read_golden_sample("lj13"),   read_golden_sample("ar_triclinic"),
        read_golden_sample("ar_one"), read_golden_sample("ar256")};
    std::vector<Sample> const turned(samples.rbegin(), samples.rend());
    for (int threads : {1, 2, 3}) {
        set_thread_count(threads);
        Evaluation batch(samples, species()), other(turned, species());

        batch.compute();
        other.compute();

        set_thread_count(1);
        for (int s = 0; s < 6; ++s) {
            std::vector<double> const alone =
                result_of(samples[static_cast<std::size_t>(s)], species());
            EXPECT_TRUE(same_bits(batch.result(s), alone)) << s << " with " << threads;
            EXPECT_TRUE(same_bits(other.result(5 - s), alone)) << s << " with " << threads;
        }
    }
}

TEST_P(LennardJonesBits, OneLargeSystemSharedOutOverAtomsHasTheBitsOfOneThread) {
    Restored const restored;
    Sample const sample = read_golden_sample("ar864");
    set_thread_count(1);
    std::vector<double> const one = result_of(sample, argon());
    for (int threads : {2, 3}) {
        set_thread_count(threads);

        EXPECT_TRUE(same_bits(result_of(sample, argon()), one)) << threads;
    }
}

/// Forces without a stress, forces with one, and a stress alone are three loops.
TEST_P(LennardJonesBits, WhichOutputsAreAskedForChangesNoneOfThem) {
    Restored const restored;
    LennardJonesOptions shifted = species(), wide = species();
    shifted.shift = true;
    wide.switch_width = 1.0;
    for (Isa const isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
        if (!is_supported(isa)) continue;
        set_active_isa(isa);
        for (int const threads : {1, 2})
            for (char const* name : {"ar108", "arkr108", "ar_triclinic", "ar_tiny", "lj38"})
                for (LennardJonesOptions const& options : {argon(), switched(), shifted, wide}) {
                    Sample const sample = read_golden_sample(name);
                    if (options.species.size() == 1 && std::string(name) == "arkr108") continue;
                    set_thread_count(threads);
                    Evaluation joint({sample}, options), apart({sample}, options);

                    joint.compute();
                    apart.compute({.energy_and_forces = true, .stress = false});
                    apart.compute({.energy_and_forces = false, .stress = true});

                    EXPECT_TRUE(same_bits(apart.result(), joint.result()))
                        << name << ", " << name_of(isa) << ", " << threads << " threads";
                }
    }
}

TEST_P(LennardJonesBits, OneOfManySpeciesHasTheBitsOfTheModelWithThatOneAlone) {
    Sample const sample = read_golden_sample("ar108");

    EXPECT_TRUE(same_bits(result_of(sample, argon()), result_of(sample, species())));
}

TEST_P(LennardJonesBits, TheSkinChangesNothing) {
    Sample const sample = read_golden_sample("ar_triclinic");
    std::vector<double> const thin = result_of(sample, argon(), 0.0);

    for (double const skin : {0.3, 1.0, 4.0})
        EXPECT_TRUE(same_bits(result_of(sample, argon(), skin), thin)) << skin;
}

TEST_P(LennardJonesBits, OnlyTheListedSystemsAreWritten) {
    Sample const sample = read_golden_sample("ar32");
    Evaluation ours({sample, sample, sample}, argon());
    SystemIndex const middle[] = {SystemIndex{1}};
    auto const neighbors = ours.list().update(ours.batch().view(), middle);

    ours.model().compute({ours.batch().view(), middle, neighbors}, {true, true});

    EXPECT_NE(ours.energy(1), 0.0);
    EXPECT_EQ(ours.energy(0), 0.0);
    EXPECT_EQ(ours.energy(2), 0.0);
    EXPECT_EQ(ours.forces(0)[0], 0.0);
}

INSTANTIATE_TEST_SUITE_P(Precisions, LennardJonesBits,
                         ::testing::Values(Precision::float64, Precision::mixed),
                         [](auto const& precision) {
                             return precision.param == Precision::mixed ? "mixed" : "double";
                         });

}  // namespace
}  // namespace athanor::test
