// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/lennard_jones.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "kernels/lennard_jones_rows.hpp"
#include "kernels/parallel_for.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

using detail::virial_components;

/// Atoms that one thread takes at a time where a single system is shared out.
constexpr int atoms_per_block = 64;
constexpr double nanoseconds_per_pair = 1.5;

double energy_at(double r, double c12, double c6) {
    double const q = 1.0 / (r * r * r * r * r * r);
    return (c12 * q - c6) * q;
}

}  // namespace

/// One system of one call.
struct LennardJones::Job {
    SystemNeighbors const* neighbors;
    double* forces;    // of the system's first atom
    double* energies;  // the same for the scratch
    double* virials;   // column k begins at virials + k * virial_stride
    std::size_t virial_stride;
    double* energy;  // of the system
    double* stress;
    double const* cell;
    std::uint8_t const* pbc;
    ModelOutputs outputs;
    Isa isa;
};

LennardJones::LennardJones(LennardJonesOptions options)
    : options_(std::move(options)), functor_(options_.cutoff, options_.switch_width) {
    check_options();
    fill_tables();
    if (options_.precision == Precision::mixed) fill_float_tables();
}

void LennardJones::check_options() const {
    auto const positive = [](double value) { return std::isfinite(value) && value > 0.0; };
    if (!positive(options_.cutoff))
        throw ConfigError(fmt::format(
            "lennard_jones: a cutoff of {} is no distance; give Å above 0", options_.cutoff));
    double const width = options_.switch_width;
    if (!std::isfinite(width) || width < 0.0 || width > options_.cutoff)
        throw ConfigError(
            fmt::format("lennard_jones: switch_width {} is not between 0 and the cutoff of {} Å",
                        width, options_.cutoff));
    if (options_.shift && width > 0.0)
        throw ConfigError(
            "lennard_jones: shift and switch_width exclude each other: a switched energy is 0 at "
            "the "
            "cutoff already; leave one of them out");
    if (options_.species.empty())
        throw ConfigError("lennard_jones: no species; give epsilon and sigma of at least one");
    auto const check = [&](LennardJonesSpecies const& of, std::string const& who) {
        if (!std::isfinite(of.epsilon) || of.epsilon < 0.0)
            throw ConfigError(
                fmt::format("lennard_jones: epsilon {} of {} is no depth of a well; give eV from 0",
                            of.epsilon, who));
        if (!positive(of.sigma))
            throw ConfigError(fmt::format(
                "lennard_jones: sigma {} of {} is no distance; give Å above 0", of.sigma, who));
    };
    for (auto const& [number, parameters] : options_.species) {
        if (number < 1)
            throw ConfigError(fmt::format("lennard_jones: {} is no atomic number", number));
        check(parameters, fmt::format("atomic number {}", number));
    }
    for (auto const& [pair, parameters] : options_.pairs) {
        check(parameters, fmt::format("the pair {}-{}", pair.first, pair.second));
        for (std::int64_t const number : {pair.first, pair.second})
            if (!options_.species.contains(number))
                throw ConfigError(
                    fmt::format("lennard_jones: the pair {}-{} names atomic number {}, which has "
                                "no entry among "
                                "the species; add one",
                                pair.first, pair.second, number));
        if (pair.first != pair.second && options_.pairs.contains({pair.second, pair.first}))
            throw ConfigError(fmt::format(
                "lennard_jones: the pair {}-{} is given twice, in both orders; leave one out",
                pair.first, pair.second));
    }
}

void LennardJones::fill_tables() {
    for (auto const& [number, parameters] : options_.species) numbers_.push_back(number);
    for (std::int64_t const a : numbers_) {
        for (std::int64_t const b : numbers_) {
            auto found = options_.pairs.find({a, b});
            if (found == options_.pairs.end()) found = options_.pairs.find({b, a});
            LennardJonesSpecies const& of_a = options_.species.at(a);
            LennardJonesSpecies const& of_b = options_.species.at(b);
            LennardJonesSpecies pair = of_a;
            if (found != options_.pairs.end())
                pair = found->second;
            else if (a != b)
                pair = {std::sqrt(of_a.epsilon * of_b.epsilon), 0.5 * (of_a.sigma + of_b.sigma)};
            double const sigma2 = pair.sigma * pair.sigma;
            double const sigma6 = sigma2 * sigma2 * sigma2;
            auto& [c12, c6, shift] = tables_;
            c6.push_back(4.0 * pair.epsilon * sigma6);
            c12.push_back(4.0 * pair.epsilon * sigma6 * sigma6);
            shift.push_back(options_.shift ? energy_at(options_.cutoff, c12.back(), c6.back())
                                           : 0.0);
        }
    }
}

/// A coefficient that vanished or overflowed would give wrong forces without a word.
void LennardJones::fill_float_tables() {
    using Limits = std::numeric_limits<float>;
    auto const fits = [](double value) {
        return value == 0.0 || (value >= Limits::min() && value <= Limits::max());
    };
    std::size_t const species = numbers_.size();
    for (std::size_t k = 0; k < species * species; ++k) {
        bool const shift_fits = std::abs(tables_.shift[k]) <= Limits::max();
        if (!fits(tables_.c12[k]) || !fits(tables_.c6[k]) || !shift_fits)
            throw ConfigError(fmt::format(
                "lennard_jones: atomic numbers {} and {} have 4 epsilon sigma^12 = {:.3g}, 4 "
                "epsilon sigma^6 = {:.3g} and a shift of {:.3g}, and floats go from {:.3g} to "
                "{:.3g}; use double precision in place of mixed",
                numbers_[k / species], numbers_[k % species], tables_.c12[k], tables_.c6[k],
                tables_.shift[k], Limits::min(), Limits::max()));
        float_tables_.c12.push_back(static_cast<float>(tables_.c12[k]));
        float_tables_.c6.push_back(static_cast<float>(tables_.c6[k]));
        float_tables_.shift.push_back(static_cast<float>(tables_.shift[k]));
    }
}

int LennardJones::species_index(std::int64_t atomic_number) const {
    auto const found = std::lower_bound(numbers_.begin(), numbers_.end(), atomic_number);
    if (found == numbers_.end() || *found != atomic_number) return -1;
    return static_cast<int>(found - numbers_.begin());
}

std::size_t LennardJones::memory_bound(int /*systems*/, int atoms) const {
    return static_cast<std::size_t>(atoms) * (1 + virial_components) * sizeof(double);
}

std::string LennardJones::describe() const {
    return fmt::format("lennard_jones, {} species, cutoff {} Å{}{}{}", numbers_.size(),
                       options_.cutoff, options_.shift ? ", shifted" : "",
                       options_.switch_width > 0.0
                           ? fmt::format(", switched over {} Å", options_.switch_width)
                           : "",
                       options_.precision == Precision::mixed ? ", mixed precision" : "");
}

void LennardJones::compute(ModelInput const& input, ModelOutputs outputs) {
    ATHANOR_EXPECTS(input.systems.size() == input.neighbors.size());
    BatchView const& batch = input.batch;
    std::size_t rows = 0;
    for (SystemIndex const s : input.systems)
        rows = std::max(rows, static_cast<std::size_t>(batch.atom_begin[s.value()]) +
                                  static_cast<std::size_t>(batch.atom_count[s.value()]));
    if (energies_.size() < rows) energies_.resize(rows);
    if (outputs.stress && virials_.size() < virial_components * energies_.size())
        virials_.resize(virial_components * energies_.size());

    Isa const isa = active_isa();
    auto const job_of = [&](int k) {
        int const s = input.systems[static_cast<std::size_t>(k)].value();
        std::ptrdiff_t const begin = batch.atom_begin[s];
        return Job{&input.neighbors[static_cast<std::size_t>(k)],
                   batch.forces + 3 * begin,
                   energies_.data() + begin,
                   virials_.data() + (outputs.stress ? begin : 0),
                   energies_.size(),
                   batch.energy + s,
                   batch.stress + 9 * static_cast<std::ptrdiff_t>(s),
                   batch.cell + 9 * static_cast<std::ptrdiff_t>(s),
                   batch.pbc + 3 * static_cast<std::ptrdiff_t>(s),
                   outputs,
                   isa};
    };
    double pairs = 0.0;
    for (SystemNeighbors const& of : input.neighbors)
        pairs += static_cast<double>(of.row_begin[of.atom_count]);
    sort_by_work(input.neighbors);
    sharing_.run(static_cast<int>(input.systems.size()), nanoseconds_per_pair * pairs, [&](int k) {
        Job const job = job_of(largest_first_[static_cast<std::size_t>(k)]);
        compute_system(job);
        finish_system(job);
    });
}

/// All atoms, a block at a time so that a thread that is late holds up none.
void LennardJones::compute_system(Job const& job) const {
    int const atoms = job.neighbors->atom_count;
    double const work = nanoseconds_per_pair * static_cast<double>(job.neighbors->row_begin[atoms]);
    if (threads_worth(1, work) == 1) {
        compute_atoms(job, 0, atoms);
        return;
    }
    fork_watch(work).time(work, [&] {
        parallel_for_systems((atoms + atoms_per_block - 1) / atoms_per_block, [&](int block) {
            int const first = block * atoms_per_block;
            compute_atoms(job, first, std::min(first + atoms_per_block, atoms));
        });
    });
}

/// A large system that begins last keeps all other threads waiting for it.
void LennardJones::sort_by_work(std::span<SystemNeighbors const> neighbors) {
    largest_first_.resize(neighbors.size());
    std::iota(largest_first_.begin(), largest_first_.end(), 0);
    auto const pairs = [&](int k) {
        SystemNeighbors const& of = neighbors[static_cast<std::size_t>(k)];
        return of.row_begin[of.atom_count];
    };
    std::sort(largest_first_.begin(), largest_first_.end(),
              [&](int a, int b) { return pairs(a) > pairs(b); });
}

void LennardJones::compute_atoms(Job const& job, int first, int last) const {
    if (options_.precision == Precision::mixed)
        compute_atoms_in(float_tables_, job, first, last);
    else
        compute_atoms_in(tables_, job, first, last);
}

template <class Number>
void LennardJones::compute_atoms_in(LennardJonesTables<Number> const& tables, Job const& job,
                                    int first, int last) const {
    bool const switched = options_.switch_width > 0.0;
    if (switched && job.outputs.stress)
        loop_over_atoms<true, true>(tables, job, first, last);
    else if (switched)
        loop_over_atoms<true, false>(tables, job, first, last);
    else if (job.outputs.stress)
        loop_over_atoms<false, true>(tables, job, first, last);
    else
        loop_over_atoms<false, false>(tables, job, first, last);
}

template <bool switched, bool with_virial, class Number>
void LennardJones::loop_over_atoms(LennardJonesTables<Number> const& tables, Job const& job,
                                   int first, int last) const {
    int const species_count = static_cast<int>(numbers_.size());
    detail::PairCoefficients<Number> const table{tables.c12.data(), tables.c6.data(),
                                                 tables.shift.data(), species_count};
    PairFilter const& filters = pair_filter(job.isa);
    PairFilter::Function const filter = species_count == 1 ? filters.plain : filters.with_species;
    double const cutoff_squared = options_.cutoff * options_.cutoff;
    SystemNeighbors const list = *job.neighbors;

    on_isa(
        job.isa, [&]<class Real>(std::type_identity<Real>) __attribute__((always_inline)) {
            PairBuffer pairs;
            for (int i = first; i < last; ++i) {
                auto const atom = static_cast<std::size_t>(i);
                double const kind = species_count == 1 ? 0.0 : list.positions[4 * atom + 3];
                detail::AtomSums<Real> const sums = detail::sum_atom<switched, with_virial, Real>(
                    functor_, list, i, filter, cutoff_squared, table.of(static_cast<int>(kind)),
                    pairs);
                if (job.outputs.energy_and_forces) {
                    job.energies[atom] = 0.5 * sum(sums.energy);
                    job.forces[3 * atom] = sum(sums.fx);
                    job.forces[3 * atom + 1] = sum(sums.fy);
                    job.forces[3 * atom + 2] = sum(sums.fz);
                }
                if constexpr (with_virial) {
                    double* column = job.virials + atom;
                    for (Real const* part :
                         {&sums.xx, &sums.yy, &sums.zz, &sums.xy, &sums.xz, &sums.yz}) {
                        *column = 0.5 * sum(*part);
                        column += job.virial_stride;
                    }
                }
            }
        });
}

void LennardJones::finish_system(Job const& job) const {
    auto const atoms = static_cast<std::size_t>(job.neighbors->atom_count);
    if (job.outputs.energy_and_forces) *job.energy = sum_values({job.energies, atoms});
    if (!job.outputs.stress) return;
    auto const total = [&](int k) {
        return sum_values({job.virials + static_cast<std::size_t>(k) * job.virial_stride, atoms});
    };
    detail::write_stress(job.cell, job.pbc, total, job.stress);
}

}  // namespace athanor
