// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The explicit step at constant pressure that the golden trajectories were made with.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "kernels/sample_reduce.hpp"
#include "runtime/units.hpp"
#include "tests/kernels/model_fixture.hpp"

namespace athanor::test {

struct FirstOrderOptions {
    double timestep_fs;
    std::array<double, 3> pressure;  ///< along each axis [eV/Å³]; isotropic: the first
    double barostat_time_fs;
    std::optional<double> kelvin;  ///< none: constant enthalpy, W as at 300 K
    double thermostat_time_fs = 0.0;
    bool isotropic = true;
    /// Degrees of freedom that the chain on the cell keeps at kT. The reference says 3 even where
    /// the cell has one, the isotropic case.
    double cell_freedom = 3.0;
};

/// Cells at right angles, 3N degrees of freedom, chains of three links. With the strain rate e, the
/// pressure P = (Σ m v v)/V - σ and W = (N + 1) kT τ_p²:
///   e += dt/2 V/W (P + 2K/(3N V) - p);  v += dt/2 (F/m - e v - Tr e/(3N) v);
///   r += dt (v + e r), h += dt e h: explicit, so of first order;  forces;  v and e as before;
///   with a temperature, the chains of atoms and cell around all that.
class FirstOrderBarostat {
public:
    FirstOrderBarostat(Sample const& start, LennardJonesOptions const& model,
                       FirstOrderOptions const& options)
        : options_(options),
          evaluation_({start}, model),
          atoms_(start.atom_count()),
          dt_(units::time_from_fs(options.timestep_fs)),
          thermal_(units::thermal_energy(options.kelvin.value_or(300.0))),
          mass_((atoms_ + 1.0) * thermal_ * square(units::time_from_fs(options.barostat_time_fs))),
          atom_chain_{
              3.0 * atoms_,
              thermal_ * square(units::time_from_fs(std::fmax(options.thermostat_time_fs, 1.0)))},
          cell_chain_{options.cell_freedom,
                      thermal_ * square(units::time_from_fs(options.barostat_time_fs))} {
        evaluation_.compute();
    }

    void step() {
        if (options_.kelvin) {
            push_atom_chain();
            push_cell_chain();
        }
        push_rate();
        kick();
        drift();
        evaluation_.compute();
        kick();
        push_rate();
        if (options_.kelvin) {
            push_cell_chain();
            push_atom_chain();
        }
    }

    [[nodiscard]] BatchView view() { return evaluation_.batch().view(); }
    [[nodiscard]] double volume() {
        double const* const h = view().cell;
        return h[0] * h[4] * h[8];
    }
    [[nodiscard]] double kinetic() {
        return kinetic_energy(view().velocities, view().atomic_masses, atoms_);
    }

private:
    struct Chain {
        double freedom;
        double link_mass;  ///< Q of every link but the first, which has `freedom` of it
        std::array<double, 3> velocity{};
    };

    static double square(double x) { return x * x; }

    /// Half a step of one chain; the answer is what it multiplies its velocities by.
    double push(Chain& chain, double twice_kinetic) const {
        double const quarter = 0.25 * dt_;
        auto& v = chain.velocity;
        auto const drive = [&](int k) {
            if (k == 0)
                return (twice_kinetic - chain.freedom * thermal_) /
                       (chain.freedom * chain.link_mass);
            double const below = k == 1 ? chain.freedom * chain.link_mass : chain.link_mass;
            return (below * square(v[static_cast<std::size_t>(k) - 1]) - thermal_) /
                   chain.link_mass;
        };
        v[2] += quarter * drive(2);
        v[1] = v[1] * std::exp(-quarter * v[2]) + quarter * drive(1);
        double const first = drive(0);
        v[0] = v[0] * std::exp(-quarter * v[1]) + quarter * first;
        v[0] = v[0] * std::exp(-quarter * v[1]) + quarter * first;
        v[1] = v[1] * std::exp(-quarter * v[2]) + quarter * drive(1);
        v[2] += quarter * drive(2);
        return std::exp(-0.5 * dt_ * v[0]);
    }
    void push_atom_chain() {
        double const scale = push(atom_chain_, 2.0 * kinetic());
        for (int k = 0; k < 3 * atoms_; ++k) view().velocities[k] *= scale;
    }
    void push_cell_chain() {
        double const scale =
            push(cell_chain_, mass_ * (square(rate_[0]) + square(rate_[1]) + square(rate_[2])));
        for (double& e : rate_) e *= scale;
    }
    void push_rate() {
        auto const momenta = momentum_tensor(view().velocities, view().atomic_masses, atoms_);
        double const v = volume();
        std::array<double, 3> push{};
        for (std::size_t k = 0; k < 3; ++k)
            push[k] = momenta[k] - v * view().stress[4 * k] + 2.0 * kinetic() / (3.0 * atoms_);
        if (options_.isotropic) push.fill((push[0] + push[1] + push[2]) / 3.0);
        for (std::size_t k = 0; k < 3; ++k)
            rate_[k] +=
                0.5 * dt_ / mass_ * (push[k] - v * options_.pressure[options_.isotropic ? 0 : k]);
    }
    void kick() {
        double const trace = (rate_[0] + rate_[1] + rate_[2]) / (3.0 * atoms_);
        BatchView const b = view();
        for (int k = 0; k < 3 * atoms_; ++k)
            b.velocities[k] += 0.5 * dt_ *
                               (b.forces[k] / b.atomic_masses[k / 3] -
                                (rate_[static_cast<std::size_t>(k % 3)] + trace) * b.velocities[k]);
    }
    void drift() {
        BatchView const b = view();
        for (int k = 0; k < 3 * atoms_; ++k)
            b.positions[k] +=
                dt_ * (b.velocities[k] + rate_[static_cast<std::size_t>(k % 3)] * b.positions[k]);
        for (std::size_t k = 0; k < 3; ++k) b.cell[4 * k] *= 1.0 + dt_ * rate_[k];
    }

    FirstOrderOptions options_;
    Evaluation evaluation_;
    int atoms_;
    double dt_, thermal_, mass_;
    Chain atom_chain_, cell_chain_;
    std::array<double, 3> rate_{};
};

}  // namespace athanor::test
