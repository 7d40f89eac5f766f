// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Every optimizer from every golden start. Where a random start leads is the optimizer's affair,
/// but it must be a minimum, and none below the published lowest one. Each prints a row of a table.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/barostat_functor.hpp"
#include "kernels/sample_reduce.hpp"
#include "stages/pipeline_spec.hpp"
#include "tests/kernels/model_fixture.hpp"
#include "tests/support/golden_json.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

constexpr double epsilon = 0.0104;

struct Optimizer {
    char const* name;
    DynamicsSpec spec;
};

Fire2Options long_steps() {
    return {.timestep_fs = 4.0, .timestep_max_fs = 6.4, .timestep_min_fs = 0.4};
}

std::vector<Optimizer> optimizers() {
    return {{"fire", FireOptions{.timestep_fs = 5.0}},
            {"fire2", long_steps()},
            {"lbfgs", LbfgsOptions{}}};
}

/// A cluster of the golden inputs and the energy of the lowest minimum of its size [ε].
struct Cluster {
    char const* name;
    double lowest;
};

/// Source: truth/physics.json for 3, 7 and 13 atoms; for 38 and 55 the Cambridge Cluster Database
///         (Wales, Doye, J. Phys. Chem. A 101, 5111 (1997), table 1).
std::vector<Cluster> clusters() {
    auto const truth = test::golden_json("truth/physics.json");
    double const three = truth["trimer"]["energy"], seven = truth["lj7"]["energy"],
                 thirteen = truth["lj13_icosahedron"]["energy"];
    return {{"lj3", three},      {"lj7", seven},        {"lj13", thirteen},
            {"ico13", thirteen}, {"lj38", -173.928427}, {"lj55", -279.248470}};
}

/// The interaction in full: no two atoms are ever beyond the cutoff.
LennardJonesOptions full_interaction() { return test::argon_options(1000.0); }

/// The matrix of second derivatives of the energy, by central differences of the forces.
std::vector<double> hessian(Sample const& sample, LennardJonesOptions const& model) {
    test::Evaluation evaluation({sample}, model);
    std::size_t const n = 3 * static_cast<std::size_t>(sample.atom_count());
    double const h = 1e-4;
    std::vector<double> matrix(n * n, 0.0);
    for (std::size_t k = 0; k < n; ++k) {
        double const place = evaluation.positions()[k];
        for (double const side : {1.0, -1.0}) {
            evaluation.positions()[k] = place + side * h;
            evaluation.compute();
            for (std::size_t j = 0; j < n; ++j)
                matrix[k * n + j] -= side * evaluation.forces()[j] / (2.0 * h);
        }
        evaluation.positions()[k] = place;
    }
    return matrix;
}

/// True when matrix + shift has no eigenvalue below zero: its Cholesky decomposition exists.
bool is_positive(std::vector<double> a, std::size_t n, double shift) {
    for (std::size_t k = 0; k < n; ++k) {
        double pivot = a[k * n + k] + shift;
        for (std::size_t j = 0; j < k; ++j) pivot -= a[k * n + j] * a[k * n + j];
        if (!(pivot > 0.0)) return false;
        a[k * n + k] = std::sqrt(pivot);
        for (std::size_t i = k + 1; i < n; ++i) {
            for (std::size_t j = 0; j < k; ++j) a[i * n + k] -= a[i * n + j] * a[k * n + j];
            a[i * n + k] /= a[k * n + k];
        }
    }
    return true;
}

/// Forces vanish, evaluated anew, and no direction leads down. Moves and turns of the whole cost
/// nothing, hence the shift, far below any spring between two atoms (0.05 eV/Å²).
void expect_minimum(Sample const& end, LennardJonesOptions const& model) {
    test::Evaluation evaluation({end}, model);
    evaluation.compute();
    EXPECT_LT(max_norm(evaluation.forces().data(), end.atom_count()), 2e-7);
    EXPECT_TRUE(
        is_positive(hessian(end, model), 3 * static_cast<std::size_t>(end.atom_count()), 1e-5));
}

struct Relaxed {
    OutcomeRecord record;
    Sample end;
};

Relaxed relax(DynamicsSpec const& spec, Sample const& start, LennardJonesOptions const& options,
              std::vector<Criterion> criteria) {
    LennardJones model(options);
    test::StageRunner run(model,
                          test::sub_stages(test::sub_stage(0, spec, 50000, std::move(criteria))),
                          {1, start.atom_count(), 0});
    run.add(start);
    run.run();
    return {run.outcomes.at(0), run.samples().at(start.id().value())};
}

void print_row(char const* start, char const* optimizer, Relaxed const& relaxed, double lowest) {
    std::printf("[   minimum    ] %-10s %-20s %6d steps %16.8f eps, lowest known %16.8f\n", start,
                optimizer, static_cast<int>(relaxed.record.stage_steps),
                relaxed.record.energy / epsilon, lowest);
}

/// All optimizers from one start.
std::vector<Relaxed> relax_all(Cluster const& cluster) {
    std::vector<Relaxed> ends;
    for (Optimizer const& optimizer : optimizers()) {
        SCOPED_TRACE(std::string(cluster.name) + ", " + optimizer.name);
        ends.push_back(relax(optimizer.spec, test::read_golden_sample(cluster.name),
                             full_interaction(), {fmax_criterion(1e-7)}));
        print_row(cluster.name, optimizer.name, ends.back(), cluster.lowest);
        EXPECT_EQ(ends.back().record.outcome, Outcome::converged);
    }
    return ends;
}

TEST(Minima, OfClustersAreMinimaAndNotBelowTheLowestPublished) {
    for (Cluster const& cluster : clusters())
        for (Relaxed const& relaxed : relax_all(cluster)) {
            SCOPED_TRACE(cluster.name);
            EXPECT_GT(relaxed.record.energy / epsilon, cluster.lowest - 1e-6);
            expect_minimum(relaxed.end, full_interaction());
        }
}

TEST(Minima, OfStartsInTheLowestBasinAreTheLowest) {
    for (Cluster const& cluster : clusters()) {
        if (cluster.name != std::string("lj3") && cluster.name != std::string("ico13")) continue;
        for (Relaxed const& relaxed : relax_all(cluster))
            EXPECT_NEAR(relaxed.record.energy / epsilon, cluster.lowest, 1e-8);
    }
}

TEST(Minima, OfSevenAtomsAreAmongTheFourThatThereAre) {
    // Source: Tsai, Jordan, J. Phys. Chem. 97, 11227 (1993): seven atoms have four minima.
    double const minima[] = {-16.505384, -15.935043, -15.593211, -15.533060};
    for (Relaxed const& relaxed : relax_all({"lj7", minima[0]})) {
        double nearest = 1.0;
        for (double energy : minima)
            nearest = std::fmin(nearest, std::fabs(relaxed.record.energy / epsilon - energy));
        EXPECT_LT(nearest, 1e-6) << relaxed.record.energy / epsilon;
    }
}

TEST(Minima, OfARattledCrystalAreTheOneOfTheGoldenMinimisers) {
    auto const golden = test::golden_json("traj/min_ar32.json");
    double const energy = golden["runs"]["ase_fire"]["final_energy"];
    for (Optimizer const& optimizer : optimizers()) {
        SCOPED_TRACE(optimizer.name);

        Relaxed const relaxed = relax(optimizer.spec, test::read_golden_sample(golden["system"]),
                                      test::reference_argon().options(), {fmax_criterion(1e-7)});

        print_row("ar32", optimizer.name, relaxed, energy / epsilon);
        EXPECT_EQ(relaxed.record.outcome, Outcome::converged);
        EXPECT_NEAR(relaxed.record.energy, energy, 1e-10);
        expect_minimum(relaxed.end, test::reference_argon().options());
    }
}

TEST(Minima, OfCellsAndPositionsAreTheFaceCenteredCrystalWithoutStress) {
    auto const crystal = test::golden_json("truth/physics.json")["argon_fcc_cutoff_8.5A_eV"];
    double const per_atom = crystal["switched"]["energy_per_atom"], a = crystal["switched"]["a"];
    std::vector<Optimizer> const variable_cell{
        {"fire_variable_cell", FireVariableCellOptions{{.timestep_fs = 5.0}}},
        {"fire2_variable_cell", Fire2VariableCellOptions{long_steps()}}};
    for (char const* name : {"ar32", "ar32_ortho", "ar108", "ar_unwrapped"})
        for (Optimizer const& optimizer : variable_cell) {
            SCOPED_TRACE(std::string(name) + ", " + optimizer.name);
            Sample const start = test::read_golden_sample(name);

            Relaxed const relaxed =
                relax(optimizer.spec, start, test::reference_argon().options(),
                      {fmax_criterion(1e-7), {"residual_stress", RowReduction::max_abs, 1e-8}});

            double const lowest = per_atom * start.atom_count();
            print_row(name, optimizer.name, relaxed, lowest / epsilon);
            EXPECT_EQ(relaxed.record.outcome, Outcome::converged);
            EXPECT_NEAR(relaxed.record.energy, lowest, 1e-9 * start.atom_count());
            // 1e-8 eV/Å³ over the bulk modulus of 0.014 eV/Å³.
            double const volume = cell_volume(relaxed.end.values<double>(Fields::cell).data());
            EXPECT_NEAR(volume / (0.25 * a * a * a * start.atom_count()), 1.0, 1e-6);
        }
}

}  // namespace
}  // namespace athanor
