// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernels/lennard_jones_functor.hpp"
#include "kernels/measured_loop.hpp"
#include "kernels/precision.hpp"
#include "runtime/model.hpp"

namespace athanor {

struct LennardJonesSpecies {
    double epsilon = 0.0;  ///< depth of the well [eV]
    double sigma = 0.0;    ///< distance of zero energy [Å]
};

struct LennardJonesOptions {
    double cutoff = 0.0;                                  ///< [Å]
    std::map<std::int64_t, LennardJonesSpecies> species;  ///< by atomic number
    /// Pairs that do not follow Lorentz-Berthelot mixing, by two atomic numbers in either order.
    std::map<std::pair<std::int64_t, std::int64_t>, LennardJonesSpecies> pairs;
    bool shift = false;  ///< subtract e(cutoff) from each pair's energy; forces are unchanged
    double switch_width = 0.0;  ///< 0: no switch [Å]
    Precision precision = Precision::float64;
};

/// Coefficients of the pair functor, species x species.
template <class Number>
struct LennardJonesTables {
    std::vector<Number> c12, c6, shift;
};

/// The 12-6 potential with any number of species: truncated, shifted or switched.
/// Mixing:  ε = sqrt(ε_a ε_b), σ = (σ_a + σ_b)/2 unless `pairs` has the pair.
/// Stress:  -W/V with W = 1/2 Σ over directed pairs of (r_i - r_j)_a F_b; NaN without a volume or
///          where a direction is open.
/// Order:   each atom adds up its pairs within the cutoff in the order of its row, pair k in lane
///          k mod 8; half of each pair's energy belongs to either atom; atoms are added in eight
///          lanes as well. The rows' order does not depend on skin or age of the list, so the
///          result is a pure function of the positions, whatever the threads, the batch and the
///          processor.
/// Mixed:   each pair's energy and force over r are worked out in float from its squared distance,
///          with errors of up to 1.5e-6 of the pair's repulsion and attraction; that distance,
///          the direction of the force and all sums are double, so that the forces of a pair stay
///          opposite and along the line between its atoms. All of the above holds as well.
/// Threads: over systems when there are enough of them, else over the atoms of one after the other.
/// Throws:  ConfigError from the constructor, for options that make no sense, and in mixed
///          precision for pairs whose coefficients a float cannot hold.
/// Source:  lennard_jones_functor.hpp.
class LennardJones final : public Model {
public:
    explicit LennardJones(LennardJonesOptions options);

    [[nodiscard]] ModelNeeds needs() const override { return {options_.cutoff}; }
    [[nodiscard]] int species_index(std::int64_t atomic_number) const override;
    [[nodiscard]] std::size_t memory_bound(int systems, int atoms) const override;
    /// Expects: input.neighbors[k] belongs to input.systems[k]; every species is known.
    void compute(ModelInput const& input, ModelOutputs outputs) override;
    [[nodiscard]] std::string describe() const override;
    /// Rows are sized for a crystal of the smallest sigma, a little compressed.
    [[nodiscard]] std::unique_ptr<DeviceModel> on_device(
        DeviceQueue& queue, BatchCapacity capacity, DeviceListOptions const& lists) const override;

    [[nodiscard]] LennardJonesOptions const& options() const { return options_; }

private:
    struct Job;

    void check_options() const;
    void fill_tables();
    void fill_float_tables();
    void sort_by_work(std::span<SystemNeighbors const> neighbors);
    void compute_system(Job const& job) const;
    void compute_atoms(Job const& job, int first, int last) const;
    template <class Number>
    void compute_atoms_in(LennardJonesTables<Number> const& tables, Job const& job, int first,
                          int last) const;
    template <bool switched, bool with_virial, class Number>
    void loop_over_atoms(LennardJonesTables<Number> const& tables, Job const& job, int first,
                         int last) const;
    void finish_system(Job const& job) const;

    LennardJonesOptions options_;
    std::vector<int> largest_first_;
    MeasuredLoop sharing_;
    LennardJonesFunctor functor_;
    std::vector<std::int64_t> numbers_;  // by species index, ascending
    LennardJonesTables<double> tables_;
    LennardJonesTables<float> float_tables_;  // empty unless the precision is mixed
    // per atom of the batch, by its row
    std::vector<double> energies_;
    std::vector<double> virials_;  // xx yy zz xy xz yz, one column after the other
};

}  // namespace athanor
