// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
// usage: custom_integrator STRUCTURES.extxyz KELVIN STEPS
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "kernels/lennard_jones.hpp"
#include "runtime/random.hpp"
#include "runtime/units.hpp"
#include "sinks/extxyz_reader.hpp"
#include "sinks/host_memory_sink.hpp"
#include "stages/run_samples.hpp"
using namespace athanor;

// Brownian motion: r += dt/(γm) F + sqrt(kT dt/(2γm)) (ξ + the ξ of the step before).
// Source: Leimkuhler, Matthews, Appl. Math. Res. Express 2013, 34.
struct Brownian final : Dynamics {
    Brownian(double timestep_fs, double friction_per_fs, double kelvin)
        : mobility(units::time_from_fs(timestep_fs) / units::rate_from_per_fs(friction_per_fs)),
          spread(std::sqrt(0.5 * units::thermal_energy(kelvin) * mobility)) {}
    std::string_view name() const override { return "brownian"; }
    bool has_physical_velocities() const override { return false; }
    std::vector<FieldSpec> state_fields() const override {
        return {{"brownian_noise", Level::atom, Dtype::float64, {3}, "", FieldRole::state}};
    }
    void bind(Batch& batch) override {
        noise = batch.column<double>(*batch.schema().find("brownian_noise"));
    }
    void pre_update(UpdateContext const& context) override {
        BatchView const& b = context.batch;
        auto const purpose = RandomPurpose::first_of_users;
        for (SystemIndex const system : context.systems) {
            int const s = system.value();
            RandomKey const key{context.seed, SampleId{b.system_id[s]}, purpose, context.stage,
                                Step{b.stage_step[s]}};
            for (int k = 0; k < 3 * b.atom_count[s]; ++k) {
                int const at = 3 * b.atom_begin[s] + k;
                double const mass = b.atomic_masses[at / 3],
                             xi = random_normals(key, k / 3).value[k % 3];
                b.positions[at] +=
                    mobility / mass * b.forces[at] + spread / std::sqrt(mass) * (xi + noise[at]);
                noise[at] = xi;
            }
        }
    }
    void post_update(UpdateContext const&) override {}  // the forces are new; nothing uses them yet
    double mobility, spread, *noise = nullptr;
};

int main(int, char** argv) {
    ExtxyzReader structures(argv[1]);
    LennardJones argon({.cutoff = 8.5, .species = {{18, {.epsilon = 0.0104, .sigma = 3.40}}}});
    HostMemorySink finished(1'000'000);
    SubStage stage{.dynamics = std::make_unique<Brownian>(10.0, 0.01, std::atof(argv[2])),
                   .step_budget = std::atoi(argv[3])};
    run_samples(structures, std::move(stage), argon, finished);
    for (KeptRow const& row : finished.drain())
        std::printf("%s %.17g\n", row.sample.name().c_str(),
                    row.sample.values<double>(Fields::energy)[0]);
}
