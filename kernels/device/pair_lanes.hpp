// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/device_neighbor_list.hpp"
#include "kernels/image_shift.hpp"
#include "kernels/real.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// Pairs of one atom on their way into the lanes of a group: pair k within the cutoff goes to lane
/// k mod 8, as PairFilter and the host's lanes have it.
/// Expects: all eight threads make the same calls; offer() and finish() are where they meet.
template <class Thread, class Eight>
class PairLanes {
public:
    /// `eight(last, dx, dy, dz, species, count)` gets the pair of this thread's lane whenever eight
    /// are there, with std::false_type, or the first `count` at the end, with std::true_type.
    ATHANOR_HD PairLanes(double cutoff_squared, Eight const& eight)
        : cutoff_squared_(cutoff_squared), eight_(eight) {}

    /// A candidate of each thread, in the order of lanes; `is_one`: whether this thread has one. A
    /// distance that is no number counts as near, as for PairFilter.
    ATHANOR_HD void offer(bool is_one, double dx, double dy, double dz, int species) {
        double const r2 = dx * dx + dy * dy + dz * dz;
        unsigned const near = Thread::ballot(is_one && !(r2 >= cutoff_squared_));
        if (near == 0) return;
        int const lane = Thread::lane();
        int const from = place_of_bit(near, (lane - filled_) & (lane_count - 1));
        dx = Thread::shuffle(dx, from);
        dy = Thread::shuffle(dy, from);
        dz = Thread::shuffle(dz, from);
        species = Thread::shuffle(species, from);
        if (lane >= filled_) keep(dx, dy, dz, species);
        filled_ += bit_count(near);
        if (filled_ < lane_count) return;
        eight_(std::false_type{}, dx_, dy_, dz_, species_, lane_count);
        filled_ -= lane_count;
        if (lane < filled_) keep(dx, dy, dz, species);
    }
    /// The pairs that are left.
    ATHANOR_HD void finish() {
        if (filled_ > 0) eight_(std::true_type{}, dx_, dy_, dz_, species_, filled_);
    }

private:
    ATHANOR_HD void keep(double dx, double dy, double dz, int species) {
        dx_ = dx;
        dy_ = dy;
        dz_ = dz;
        species_ = species;
    }
    ATHANOR_HD static int bit_count(unsigned bits) {
        int count = 0;
        for (int k = 0; k < lane_count; ++k) count += static_cast<int>(bits >> k & 1U);
        return count;
    }
    /// Of the bit that has `before` set ones below it; 0 when there is none.
    ATHANOR_HD static int place_of_bit(unsigned bits, int before) {
        int place = 0;
        for (int k = 0; k < lane_count; ++k) {
            bool const is_set = (bits >> k & 1U) != 0;
            if (is_set && before == 0) place = k;
            before -= is_set ? 1 : 0;
        }
        return place;
    }

    double cutoff_squared_;
    Eight const& eight_;
    int filled_ = 0;
    double dx_ = 1.0, dy_ = 1.0, dz_ = 1.0;
    int species_ = 0;
};

/// An atom whose pairs are wanted: its row, and its system.
struct ListedAtom {
    DeviceSystems const& systems;
    DeviceNeighbors const& neighbors;
    int system;
    int atom;

    [[nodiscard]] ATHANOR_HD double const* position(int row) const {
        return systems.batch.positions + 3 * static_cast<std::ptrdiff_t>(row);
    }
    [[nodiscard]] ATHANOR_HD CellFrame const& frame() const {
        return neighbors.states[system].frame;
    }
};

namespace detail {

/// r_i - r_j for a neighbour as the host has it: its place is worked out first.
ATHANOR_HD inline std::array<double, 3> way_from(double const* ri, double const* rj,
                                                 ImageShift const& shift,
                                                 std::array<double, 9> const& vectors) {
    std::array<double, 3> const v = shift_vector(shift, vectors);
    return {ri[0] - (rj[0] + v[0]), ri[1] - (rj[1] + v[1]), ri[2] - (rj[2] + v[2])};
}

/// Offers the images of every atom of the system, in the order of a row: for atoms without one.
template <class Thread, class Pairs>
ATHANOR_HD void offer_all(Thread, ListedAtom const& of, double cutoff, Pairs& pairs) {
    BatchView const& batch = of.systems.batch;
    CellFrame const& frame = of.frame();
    double const* const ri = of.position(of.atom);
    FoldedAtom const to = fold_atom(ri, frame);
    std::array<double, 3> const reach = image_reach(cutoff, frame);
    int const first = batch.atom_begin[of.system];
    for (int j = first; j < first + batch.atom_count[of.system]; ++j) {
        double const* const rj = of.position(j);
        FoldedAtom const from = fold_atom(rj, frame);
        auto const [low, high] = images_near(to.fraction, from.fraction, reach, frame);
        int size[3];
        for (std::size_t k = 0; k < 3; ++k) size[k] = high[k] < low[k] ? 0 : high[k] - low[k] + 1;
        int const images = size[0] * size[1] * size[2];
        for (int base = 0; base < images; base += lane_count) {
            int const n = base + Thread::lane() < images ? base + Thread::lane() : base;
            ImageShift const shift{low[0] + n / (size[1] * size[2]) - from.cell.a + to.cell.a,
                                   low[1] + n / size[2] % size[1] - from.cell.b + to.cell.b,
                                   low[2] + n % size[2] - from.cell.c + to.cell.c};
            bool const is_other = j != of.atom || shift != ImageShift{};
            auto const d = way_from(ri, rj, shift, frame.vectors);
            pairs.offer(base + Thread::lane() < images && is_other, d[0], d[1], d[2],
                        of.neighbors.species[j]);
        }
    }
}

/// Offers the neighbours in the row of an atom.
template <class Thread, class Pairs>
ATHANOR_HD void offer_row(Thread, ListedAtom const& of, Pairs& pairs) {
    DeviceNeighbors const& neighbors = of.neighbors;
    double const* const r = of.position(of.atom);
    double const ri[3] = {r[0], r[1], r[2]};
    std::array<double, 9> const vectors = of.frame().vectors;
    DeviceNeighbor const* const row =
        neighbors.rows +
        static_cast<std::size_t>(of.atom) * static_cast<std::size_t>(neighbors.row_capacity);
    int const count = neighbors.row_length[of.atom];
    for (int base = 0; base < count; base += lane_count) {
        bool const is_one = base + Thread::lane() < count;
        DeviceNeighbor const neighbor = row[is_one ? base + Thread::lane() : base];
        int const j = neighbor.row();
        auto const d = way_from(ri, of.position(j), neighbor.shift(), vectors);
        pairs.offer(is_one, d[0], d[1], d[2], neighbors.species[j]);
    }
}

}  // namespace detail

/// Calls eight() as PairLanes says for the pairs of an atom within the cutoff, in the order of its
/// row.
/// Expects: the list of the system is up to date and not broken; all threads of the group call it.
template <class Thread, class Eight>
ATHANOR_HD void for_each_eight_pairs(Thread thread, ListedAtom const& of, double cutoff,
                                     Eight const& eight) {
    PairLanes<Thread, Eight> pairs(cutoff * cutoff, eight);
    if (of.neighbors.row_length[of.atom] <= of.neighbors.row_capacity)
        detail::offer_row(thread, of, pairs);
    else
        detail::offer_all(thread, of, cutoff, pairs);
    pairs.finish();
}

}  // namespace athanor
