// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
// usage: custom_model STRUCTURES.extxyz
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "runtime/model.hpp"
#include "sinks/extxyz_reader.hpp"
#include "sinks/host_memory_sink.hpp"
#include "stages/fire.hpp"
#include "stages/run_samples.hpp"
using namespace athanor;

// Morse pairs, E = Σ D (x² - 2x), x = exp(-a (r - r0)), cut off without a shift.
// Source: Morse, Phys. Rev. 34, 57 (1929).
struct Morse final : Model {
    ModelNeeds needs() const override { return {.cutoff = cutoff}; }
    int species_index(std::int64_t atomic_number) const override {
        return atomic_number == 18 ? 0 : -1;  // argon; a sample with others goes to quarantine
    }
    std::size_t memory_bound(int, int) const override { return 0; }
    std::string describe() const override { return "morse"; }
    void compute(ModelInput const& input, ModelOutputs outputs) override {
        for (std::size_t k = 0; k < input.systems.size(); ++k)
            add_up(input.batch, input.systems[k].value(), input.neighbors[k], outputs);
    }

    // One system at a time, in the order of its list: its bits depend on nothing else.
    void add_up(BatchView const& b, int s, SystemNeighbors const& list, ModelOutputs outputs) {
        if (outputs.stress)  // we have none; what moves the cell puts such a sample aside
            std::fill_n(b.stress + 9 * s, 9, std::numeric_limits<double>::quiet_NaN());
        if (!outputs.energy_and_forces) return;
        b.energy[s] = 0.0;
        for (int i = 0; i < list.atom_count; ++i) {
            double* const force = b.forces + 3 * (b.atom_begin[s] + i);
            std::fill_n(force, 3, 0.0);
            double const* const a = list.positions + 4 * i;  // x, y, z, species
            for (auto n = list.row_begin[i]; n < list.row_begin[i + 1]; ++n) {
                double const* const c = list.positions + 4 * list.neighbors[n];
                double const d[3] = {c[0] - a[0], c[1] - a[1], c[2] - a[2]};
                double const r = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
                if (r >= cutoff) continue;  // lists reach a little farther
                double const x = std::exp(-steepness * (r - bond));
                b.energy[s] += 0.5 * depth * (x * x - 2.0 * x);  // each pair is listed twice
                double const slope = -2.0 * steepness * depth * (x * x - x);
                for (int e = 0; e < 3; ++e) force[e] += slope * d[e] / r;
            }
        }
    }
    double cutoff = 12.0, depth = 0.0123, steepness = 1.7, bond = 3.76;  // Å, eV, 1/Å, Å
};

int main(int, char** argv) {
    ExtxyzReader structures(argv[1]);
    Morse model;
    HostMemorySink finished(1'000'000);
    SubStage relax{.dynamics = std::make_unique<Fire>(FireOptions{.timestep_fs = 5.0}),
                   .criteria = {{.field = "forces", .threshold = 1e-9}}};
    run_samples(structures, std::move(relax), model, finished);
    for (KeptRow const& row : finished.drain())
        std::printf("%s %.17g\n", row.sample.name().c_str(),
                    row.sample.values<double>(Fields::energy)[0]);
}
