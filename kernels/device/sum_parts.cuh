// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Sums and maxima over the atoms of systems, for .cu files: a kernel works out a part for each row
/// of the table of sums (runtime/device_systems.hpp), and whoever needs the total of a system adds
/// up its parts, by a group of eight threads. The bits are those of sample_reduce.hpp.
#pragma once

#include <cstddef>

#include "kernels/device/group_lanes.hpp"
#include "kernels/device/kernel_definition.cuh"
#include "kernels/sum_blocks.hpp"
#include "kernels/sum_terms.hpp"
#include "runtime/device_dynamics.hpp"
#include "runtime/device_systems.hpp"

namespace athanor {
namespace detail {

[[nodiscard]] ATHANOR_HD inline SumBlocks sum_blocks_of(DeviceSystems const& systems, int system,
                                                        int per_atom) {
    return SumBlocks(static_cast<std::size_t>(per_atom) *
                     static_cast<std::size_t>(systems.batch.atom_count[system]));
}

/// Part by part of the sums of `terms` (sum_terms.hpp), whose pointers begin at atom row 0: a group
/// for each row of the table. parts[n * sum_rows + row] for sum n.
template <class Terms>
struct SumPartsKernel {
    static constexpr char const* name = "sum_parts";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double* parts;
    Terms terms;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::group();
        int const s = systems.system_of_sum(row);
        if (s < 0) return;
        SumBlocks const blocks = sum_blocks_of(systems, s, Terms::per_atom);
        int const block = systems.sum_block[row];
        if (block >= blocks.count) return;
        auto const first = static_cast<std::size_t>(Terms::per_atom) *
                           static_cast<std::size_t>(systems.batch.atom_begin[s]);
        std::size_t const last = first + blocks.end_of(block);
        double lane[Terms::sums] = {};
        for (std::size_t k =
                 first + blocks.begin_of(block) + static_cast<std::size_t>(Thread::lane());
             k < last; k += lane_count)
            for (std::size_t n = 0; n < Terms::sums; ++n) lane[n] += terms(n, k);
        for (int n = 0; n < Terms::sums; ++n) {
            double const part = sum(GroupLanes<Thread>{lane[n]});
            if (Thread::lane() == 0) parts[n * systems.sum_rows + row] = part;
        }
    }
};

/// The largest of what eight threads have, in all of them.
template <class Thread>
[[nodiscard]] ATHANOR_HD double largest_of_group(Thread, double value) {
    for (int distance = lane_count / 2; distance > 0; distance /= 2)
        value = larger_or_nan(value, Thread::shuffle(value, Thread::lane() ^ distance));
    return value;
}

/// The largest of `norms.add(largest, system, row)` over the atom rows of a part of a system: a
/// maximum does not depend on where parts begin, so these are about equal ones.
template <class Norms>
struct LargestPartsKernel {
    static constexpr char const* name = "largest_parts";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double* parts;
    Norms norms;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::group();
        int const s = systems.system_of_sum(row);
        if (s < 0) return;
        int const count = sum_blocks_of(systems, s, 3).count;
        int const block = systems.sum_block[row];
        if (block >= count) return;
        auto const atoms = static_cast<std::ptrdiff_t>(systems.batch.atom_count[s]);
        int const first = systems.batch.atom_begin[s];
        int const end = first + static_cast<int>(atoms * (block + 1) / count);
        LargestNorm largest;
        for (int atom = first + static_cast<int>(atoms * block / count) + Thread::lane();
             atom < end; atom += lane_count)
            norms.add(largest, s, atom);
        double const part = largest_of_group(Thread{}, largest.value());
        if (Thread::lane() == 0) parts[row] = part;
    }
};

/// Of vectors, three values of each atom row.
struct VectorNorms {
    double const* vectors;
    ATHANOR_HD void add(LargestNorm& largest, int, int atom) const {
        largest.add(vectors + 3 * static_cast<std::ptrdiff_t>(atom));
    }
};

/// What a kernel leaves for the next ones: numbers of each system, in the room of the totals.
struct SystemNumbers {
    double* values;
    int systems;

    SystemNumbers() = default;
    SystemNumbers(DeviceSystems const& of, DeviceSums const& sums)
        : values(sums.totals), systems(of.system_rows) {}
    [[nodiscard]] ATHANOR_HD double& operator()(int number, int system) const {
        return values[number * systems + system];
    }
};

/// The system of a group where a launch has one group for each row of systems; -1 when there is
/// none or it is not its turn, for all eight threads alike.
template <class Thread>
[[nodiscard]] ATHANOR_HD int system_of_group(Thread, DeviceSystems const& systems) {
    int const s = Thread::group();
    return s < systems.system_rows && systems.takes_part(s) ? s : -1;
}

/// Sum n of system `s`, of so many parts, in all threads of the group that asks.
template <class Thread>
[[nodiscard]] ATHANOR_HD double total_of_blocks(Thread thread, DeviceSystems const& systems,
                                                double const* parts, int s, int n, int count) {
    double const* const part = parts + n * systems.sum_rows + systems.sum_first[s];
    if (count == 1) return part[0];
    return sum_block(thread, 0, static_cast<std::size_t>(count),
                     [&](std::size_t k) { return part[k]; });
}

/// The same by the number of terms to an atom.
template <class Thread>
[[nodiscard]] ATHANOR_HD double total_of(Thread thread, DeviceSystems const& systems,
                                         double const* parts, int s, int n, int per_atom) {
    return total_of_blocks(thread, systems, parts, s, n, sum_blocks_of(systems, s, per_atom).count);
}

/// The largest of the parts of system `s`, as above.
template <class Thread>
[[nodiscard]] ATHANOR_HD double largest_of(Thread thread, DeviceSystems const& systems,
                                           double const* parts, int s) {
    int const count = sum_blocks_of(systems, s, 3).count;
    double largest = 0.0;
    for (int k = Thread::lane(); k < count; k += lane_count)
        largest = larger_or_nan(largest, parts[systems.sum_first[s] + k]);
    return largest_of_group(thread, largest);
}

/// Threads of a launch over groups, and over atoms.
[[nodiscard]] inline std::size_t threads_of_sums(DeviceSystems const& systems) {
    return static_cast<std::size_t>(lane_count) * static_cast<std::size_t>(systems.sum_rows);
}
[[nodiscard]] inline std::size_t threads_of_groups(DeviceSystems const& systems) {
    return static_cast<std::size_t>(lane_count) * static_cast<std::size_t>(systems.system_rows);
}
[[nodiscard]] inline std::size_t threads_of_atoms(DeviceSystems const& systems) {
    return static_cast<std::size_t>(systems.atom_rows);
}
[[nodiscard]] inline std::size_t threads_of_systems(DeviceSystems const& systems) {
    return static_cast<std::size_t>(systems.system_rows);
}

}  // namespace detail
}  // namespace athanor
