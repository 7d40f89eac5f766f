// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "kernels/device/group_lanes.hpp"
#include "kernels/device/kernel_definition.cuh"
#include "kernels/device/pair_lanes.hpp"
#include "kernels/device_neighbor_list.hpp"
#include "kernels/lennard_jones.hpp"
#include "kernels/lennard_jones_pairs.hpp"
#include "kernels/sum_blocks.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace detail {

/// What the kernels of one evaluation share.
struct DeviceForces {
    /// Sums of a system: its energy, and the components of its virial.
    static constexpr int sum_count = 1 + virial_components;

    DeviceSystems systems;
    DeviceNeighbors neighbors;
    LennardJonesFunctor functor;
    double cutoff;
    double*
        terms;  ///< term k of atom row r, of what sum k adds up: terms[k * systems.atom_rows + r]
    double* parts;  ///< DeviceSums
    bool energy_and_forces;
    bool stress;

    [[nodiscard]] ATHANOR_HD bool wants(int sum) const {
        return sum == 0 ? energy_and_forces : stress;
    }
};

/// Pairs of an atom, by a group; the functor works with `Number`.
template <bool switched, bool with_virial, class Number>
struct LennardJonesKernel {
    static constexpr char const* name = "lennard_jones";
    static constexpr int threads = 128;
    DeviceForces work;
    PairCoefficients<Number> table;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        using Real = GroupLanes<Thread>;
        int const atom = Thread::group();
        int const system = work.systems.system_at(atom);
        if (system < 0) return;
        double results[4 + virial_components];
        int const kind = work.neighbors.species[atom];
        if (work.neighbors.states[system].broken || kind < 0) {
            for (double& result : results) result = std::numeric_limits<double>::quiet_NaN();
        } else {
            AtomSums<Real> sums;
            add_pairs_of(thread, system, atom, kind, sums);
            results[0] = 0.5 * sum(sums.energy);
            results[1] = sum(sums.fx);
            results[2] = sum(sums.fy);
            results[3] = sum(sums.fz);
            if constexpr (with_virial) {
                results[4] = 0.5 * sum(sums.xx);
                results[5] = 0.5 * sum(sums.yy);
                results[6] = 0.5 * sum(sums.zz);
                results[7] = 0.5 * sum(sums.xy);
                results[8] = 0.5 * sum(sums.xz);
                results[9] = 0.5 * sum(sums.yz);
            }
        }
        if (Thread::lane() == 0) write(atom, results);
    }

private:
    template <class Thread>
    ATHANOR_HD void add_pairs_of(Thread thread, int system, int atom, int kind,
                                 AtomSums<GroupLanes<Thread>>& sums) const {
        using Real = GroupLanes<Thread>;
        PairCoefficients<Number> const coefficients = table.of(kind);
        auto const add = [&](auto last, double dx, double dy, double dz, int species, int count) {
            add_eight<switched, with_virial, decltype(last)::value>(
                work.functor, Real{dx}, Real{dy}, Real{dz}, Real{static_cast<double>(species)},
                count, coefficients, sums);
        };
        for_each_eight_pairs(thread, {work.systems, work.neighbors, system, atom}, work.cutoff,
                             add);
    }
    ATHANOR_HD void write(int atom, double const* results) const {
        auto const rows = static_cast<std::ptrdiff_t>(work.systems.atom_rows);
        if (work.energy_and_forces) {
            work.terms[atom] = results[0];
            double* const force = work.systems.batch.forces + 3 * static_cast<std::ptrdiff_t>(atom);
            for (int x = 0; x < 3; ++x) force[x] = results[1 + x];
        }
        if constexpr (with_virial)
            for (int k = 0; k < virial_components; ++k)
                work.terms[(k + 1) * rows + atom] = results[4 + k];
    }
};

/// Sums of the atoms of a block, by a group.
struct SumAtomTermsKernel {
    static constexpr char const* name = "sum_atom_terms";
    static constexpr int threads = 128;
    DeviceForces work;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        DeviceSystems const& systems = work.systems;
        int const row = Thread::group();
        int const system = systems.system_of_sum(row);
        if (system < 0) return;
        SumBlocks const blocks(static_cast<std::size_t>(systems.batch.atom_count[system]));
        int const block = systems.sum_block[row];
        if (block >= blocks.count) return;
        for (int k = 0; k < DeviceForces::sum_count; ++k) {
            if (!work.wants(k)) continue;
            double const* const terms = work.terms +
                                        k * static_cast<std::ptrdiff_t>(systems.atom_rows) +
                                        systems.batch.atom_begin[system];
            double const part = sum_block(thread, blocks.begin_of(block), blocks.end_of(block),
                                          [&](std::size_t n) { return terms[n]; });
            if (Thread::lane() == 0)
                work.parts[k * static_cast<std::ptrdiff_t>(systems.sum_rows) + row] = part;
        }
    }
};

/// Energy and stress of a system, by a group.
struct FinishSystemsKernel {
    static constexpr char const* name = "finish_lennard_jones";
    static constexpr int threads = 64;
    DeviceForces work;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        DeviceSystems const& systems = work.systems;
        BatchView const& batch = systems.batch;
        int const system = Thread::group();
        if (system >= systems.system_rows || !systems.takes_part(system)) return;
        SumBlocks const blocks(static_cast<std::size_t>(batch.atom_count[system]));
        double totals[DeviceForces::sum_count];
        for (int k = 0; k < DeviceForces::sum_count; ++k) {
            double const* const parts = work.parts +
                                        k * static_cast<std::ptrdiff_t>(systems.sum_rows) +
                                        systems.sum_first[system];
            if (work.wants(k))
                totals[k] = sum_block(thread, 0, static_cast<std::size_t>(blocks.count),
                                      [&](std::size_t b) { return parts[b]; });
        }
        if (Thread::lane() != 0) return;
        if (work.energy_and_forces) batch.energy[system] = totals[0];
        if (work.stress)
            write_stress(
                batch.cell + 9 * static_cast<std::ptrdiff_t>(system),
                batch.pbc + 3 * static_cast<std::ptrdiff_t>(system),
                [&](int k) { return totals[1 + k]; },
                batch.stress + 9 * static_cast<std::ptrdiff_t>(system));
    }
};

template <bool switched, bool with_virial, class Number>
void launch_forces(DeviceQueue& queue, DeviceForces const& work,
                   PairCoefficients<Number> const& table) {
    launch(queue, LennardJonesKernel<switched, with_virial, Number>{work, table},
           lane_count * static_cast<std::size_t>(work.systems.atom_rows));
}

}  // namespace detail

namespace {

/// LennardJones with its tables on the device.
template <class Number>
class DeviceLennardJones final : public DeviceModel {
public:
    struct Parameters {
        LennardJonesFunctor functor;
        bool switched;
        std::span<std::int64_t const> numbers;
        LennardJonesTables<Number> const& tables;
    };

    DeviceLennardJones(DeviceQueue& queue, BatchCapacity capacity,
                       DeviceNeighborListOptions const& options, Parameters const& parameters)
        : functor_(parameters.functor),
          switched_(parameters.switched),
          species_count_(static_cast<int>(parameters.numbers.size())),
          list_(queue, capacity, options, parameters.numbers),
          tables_(queue, 3 * parameters.tables.c12.size()),
          terms_(queue, detail::DeviceForces::sum_count * static_cast<std::size_t>(capacity.atoms)),
          atom_capacity_(capacity.atoms) {
        PinnedArray<Number> values(queue, tables_.size());
        Number* to = values.data();
        auto const& [c12, c6, shift] = parameters.tables;
        for (auto const* table : {&c12, &c6, &shift})
            to = std::copy(table->begin(), table->end(), to);
        queue.copy(tables_.data(), values.data(), values.bytes());
        queue.wait();
    }

    void compute(DeviceEvaluation const& evaluation) override {
        static_assert(detail::DeviceForces::sum_count <= DeviceSums::most);
        ATHANOR_EXPECTS(evaluation.systems.atom_rows <= atom_capacity_);
        list_.enqueue_update(evaluation.queue, evaluation.systems);
        detail::DeviceForces const work = work_of(evaluation);
        auto const table = table_on_device();
        if (switched_ && work.stress)
            detail::launch_forces<true, true>(evaluation.queue, work, table);
        else if (switched_)
            detail::launch_forces<true, false>(evaluation.queue, work, table);
        else if (work.stress)
            detail::launch_forces<false, true>(evaluation.queue, work, table);
        else
            detail::launch_forces<false, false>(evaluation.queue, work, table);
        launch(evaluation.queue, detail::SumAtomTermsKernel{work},
               lane_count * static_cast<std::size_t>(work.systems.sum_rows));
        launch(evaluation.queue, detail::FinishSystemsKernel{work},
               lane_count * static_cast<std::size_t>(work.systems.system_rows));
    }

    [[nodiscard]] std::uint8_t* must_rebuild() override { return list_.must_rebuild(); }
    [[nodiscard]] std::uint8_t const* overflowed() const override { return list_.overflowed(); }
    [[nodiscard]] std::int32_t const* row_lengths() const override { return list_.row_lengths(); }
    [[nodiscard]] int row_capacity() const override { return list_.options().row_capacity; }
    [[nodiscard]] std::size_t bytes() const override {
        return list_.bytes() + tables_.bytes() + terms_.bytes();
    }

private:
    [[nodiscard]] detail::DeviceForces work_of(DeviceEvaluation const& evaluation) const {
        return {.systems = evaluation.systems,
                .neighbors = list_.view(),
                .functor = functor_,
                .cutoff = list_.options().cutoff,
                .terms = terms_.data(),
                .parts = evaluation.sums.parts,
                .energy_and_forces = evaluation.energy_and_forces,
                .stress = evaluation.stress};
    }
    [[nodiscard]] detail::PairCoefficients<Number> table_on_device() const {
        std::size_t const pairs = tables_.size() / 3;
        return {tables_.data(), tables_.data() + pairs, tables_.data() + 2 * pairs, species_count_};
    }

    LennardJonesFunctor functor_;
    bool switched_;
    int species_count_;
    DeviceNeighborList list_;
    DeviceArray<Number> tables_;  ///< c12, c6, shift, each species x species
    DeviceArray<double> terms_;   ///< DeviceForces::terms
    int atom_capacity_;
};

/// Neighbours within `radius` in a crystal of touching atoms, a fifth denser than 1/σ³, where the
/// potential of such a crystal has its least energy.
int likely_row(double radius, double sigma) {
    double const reach = radius / sigma;
    double const count = 1.2 * 4.0 / 3.0 * std::numbers::pi * reach * reach * reach;
    return lane_count * static_cast<int>(std::ceil(std::clamp(count, 32.0, 4096.0) / lane_count));
}

}  // namespace

std::unique_ptr<DeviceModel> LennardJones::on_device(DeviceQueue& queue, BatchCapacity capacity,
                                                     DeviceListOptions const& lists) const {
    double smallest = std::numeric_limits<double>::infinity();
    for (auto const& [number, of] : options_.species) smallest = std::min(smallest, of.sigma);
    for (auto const& [pair, of] : options_.pairs) smallest = std::min(smallest, of.sigma);
    double const radius = options_.cutoff + lists.skin;
    DeviceNeighborListOptions const options{
        .cutoff = options_.cutoff,
        .skin = lists.skin,
        .row_capacity = lists.row_capacity > 0 ? lists.row_capacity : likely_row(radius, smallest)};
    auto const make = [&]<class Number>(LennardJonesTables<Number> const& tables) {
        return std::make_unique<DeviceLennardJones<Number>>(
            queue, capacity, options,
            typename DeviceLennardJones<Number>::Parameters{.functor = functor_,
                                                            .switched = options_.switch_width > 0.0,
                                                            .numbers = numbers_,
                                                            .tables = tables});
    };
    if (options_.precision == Precision::mixed) return make(float_tables_);
    return make(tables_);
}

}  // namespace athanor
