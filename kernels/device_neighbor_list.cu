// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "kernels/cell_frame_functor.hpp"
#include "kernels/device/bin_grid.hpp"
#include "kernels/device/kernel_definition.cuh"
#include "kernels/device_neighbor_list.hpp"
#include "kernels/real.hpp"

// An update, kernel after kernel:
//   begin_list_update   by system: the frame of its cell, and what its cell and its row demand
//   find_strayed_atoms  by atom: whether one has gone too far, or stands nowhere
//   fill_bins           by atom, where a list is due and the system large: into a chain per bin
//   search_neighbors    by group, where a list is due: neighbours of an atom, as they turn up
//   sort_neighbors      by group, where a list is due: into their order
// A flag of a system is set by many threads at once, but all write the same, and others read it in
// the next kernel only.
namespace athanor {
namespace detail {

/// What the kernels of an update share.
struct ListUpdate {
    DeviceSystems systems;
    DeviceListState* states;
    std::uint8_t* must_rebuild;
    std::uint8_t* overflowed;
    std::int64_t const* numbers;
    int species_count;
    double* positions_then;
    std::int32_t* species;
    std::int32_t* row_length;
    int* found;
    int* bin_first;
    int* bin_next;
    DeviceNeighbor* unsorted;
    DeviceNeighbor* rows;
    int row_capacity;
    int direct_most_atoms;
    ListRadii radii;

    /// The system of an atom row whose list is to be made now, else -1.
    [[nodiscard]] ATHANOR_HD int system_due(int row) const {
        int const system = systems.system_at(row);
        if (system < 0 || !states[system].due || states[system].broken) return -1;
        return system;
    }
    [[nodiscard]] ATHANOR_HD bool has_bins(int system) const {
        return systems.batch.atom_count[system] > direct_most_atoms;
    }
    [[nodiscard]] ATHANOR_HD BinGrid bins(int system) const {
        return BinGrid::of(states[system].frame, radii.known, systems.batch.atom_count[system]);
    }
    [[nodiscard]] ATHANOR_HD DeviceNeighbor* row(DeviceNeighbor* of, int atom) const {
        return of + static_cast<std::size_t>(atom) * static_cast<std::size_t>(row_capacity);
    }
};

ATHANOR_HD inline bool same_directions(CellFrame const& frame, std::uint8_t const* pbc) {
    for (std::size_t k = 0; k < 3; ++k)
        if (frame.periodic[k] != (pbc[k] != 0)) return false;
    return true;
}

struct BeginListUpdateKernel {
    static constexpr char const* name = "begin_list_update";
    static constexpr int threads = 64;
    ListUpdate update;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const s = Thread::index();
        if (s >= update.systems.system_rows || !update.systems.takes_part(s)) return;
        BatchView const& batch = update.systems.batch;
        DeviceListState& state = update.states[s];
        double const* const cell = batch.cell + 9 * static_cast<std::ptrdiff_t>(s);
        std::uint8_t const* const pbc = batch.pbc + 3 * static_cast<std::ptrdiff_t>(s);
        if (!state.framed || !same_cell(state.cell.data(), cell) ||
            !same_directions(state.frame, pbc)) {
            state.frame = cell_frame_of(cell, pbc);
            for (std::size_t k = 0; k < 9; ++k) state.cell[k] = cell[k];
            state.framed = true;
        }
        state.broken = !state.frame.usable ||
                       is_crowded(update.radii.needed, state.frame, batch.atom_count[s]);
        bool holds =
            state.built && update.must_rebuild[s] == 0 && !state.broken &&
            state.system_id == batch.system_id[s] && state.atom_begin == batch.atom_begin[s] &&
            state.atom_count == batch.atom_count[s] && same_directions(state.frame_then, pbc);
        if (holds) {
            state.limit = motion_limit(state.cell_then.data(), state.frame_then, cell, state.frame,
                                       update.radii);
            holds = state.limit.holds;
        }
        state.has_limit = holds;
        state.due = !holds;
        if (state.broken) state.built = false;
    }
};

struct FindStrayedAtomsKernel {
    static constexpr char const* name = "find_strayed_atoms";
    static constexpr int threads = 128;
    ListUpdate update;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = update.systems.system_at(row);
        if (s < 0) return;
        update.found[row] = 0;
        update.bin_first[row] = -1;
        DeviceListState& state = update.states[s];
        std::ptrdiff_t const at = 3 * static_cast<std::ptrdiff_t>(row);
        double const* const r = update.systems.batch.positions + at;
        if (!state.frame.usable) return;
        if (!fold_atom(r, state.frame).has_place) {
            state.broken = true;
            state.built = false;
        } else if (state.has_limit && has_strayed(update.positions_then + at, r,
                                                  state.limit.squared, state.limit.map_or_null())) {
            state.due = true;
        }
    }
};

struct FillBinsKernel {
    static constexpr char const* name = "fill_bins";
    static constexpr int threads = 128;
    ListUpdate update;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = update.system_due(row);
        if (s < 0 || !update.has_bins(s)) return;
        BatchView const& batch = update.systems.batch;
        FoldedAtom const atom = fold_atom(batch.positions + 3 * static_cast<std::ptrdiff_t>(row),
                                          update.states[s].frame);
        int const bin = batch.atom_begin[s] + update.bins(s).bin_of(atom.fraction);
        update.bin_next[row] = Thread::exchange(update.bin_first + bin, row);
    }
};

/// Collects the neighbours of one atom.
template <class Thread>
struct NeighborCollector {
    /// Added to what was found when a shift does not fit: more than any row holds.
    static constexpr int does_not_fit = 1 << 27;

    ListUpdate const& update;
    CellFrame const& frame;
    int row;
    double const* r;
    FoldedAtom at;
    std::array<double, 3> reach;
    bool all_fit = true;

    ATHANOR_HD NeighborCollector(ListUpdate const& with, int system, int atom_row)
        : update(with),
          frame(with.states[system].frame),
          row(atom_row),
          r(with.systems.batch.positions + 3 * static_cast<std::ptrdiff_t>(atom_row)),
          at(fold_atom(r, frame)),
          reach(image_reach(with.radii.known, frame)) {}

    /// Those of the images of one atom that are near.
    ATHANOR_HD void look_at(int owner) {
        double const* const rj =
            update.systems.batch.positions + 3 * static_cast<std::ptrdiff_t>(owner);
        FoldedAtom const from = fold_atom(rj, frame);
        ImageRange const range = images_near(at.fraction, from.fraction, reach, frame);
        for (int a = range.low[0]; a <= range.high[0]; ++a)
            for (int b = range.low[1]; b <= range.high[1]; ++b)
                for (int c = range.low[2]; c <= range.high[2]; ++c)
                    look_at(owner, rj,
                            {a - from.cell.a + at.cell.a, b - from.cell.b + at.cell.b,
                             c - from.cell.c + at.cell.c});
    }
    ATHANOR_HD void finish() {
        if (!all_fit) Thread::add(update.found + row, does_not_fit);
    }

private:
    ATHANOR_HD void look_at(int owner, double const* rj, ImageShift const& shift) {
        if (owner == row && shift.a == 0 && shift.b == 0 && shift.c == 0) return;
        std::array<double, 3> const v = shift_vector(shift, frame.vectors);
        double const dx = r[0] - (rj[0] + v[0]), dy = r[1] - (rj[1] + v[1]),
                     dz = r[2] - (rj[2] + v[2]);
        if (!(dx * dx + dy * dy + dz * dz < update.radii.known * update.radii.known)) return;
        all_fit = all_fit && DeviceNeighbor::fits(shift);
        int const place = Thread::add(update.found + row, 1);
        if (all_fit && place < update.row_capacity)
            update.row(update.unsorted, row)[place] = DeviceNeighbor::of(owner, shift);
    }
};

struct SearchNeighborsKernel {
    static constexpr char const* name = "search_neighbors";
    static constexpr int threads = 128;
    ListUpdate update;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::group();
        int const s = update.system_due(row);
        if (s < 0) return;
        BatchView const& batch = update.systems.batch;
        int const first = batch.atom_begin[s], count = batch.atom_count[s];
        if (Thread::lane() == 0) {
            remember_atom(row);
            if (row == first) remember_system(s);
        }
        NeighborCollector<Thread> collector(update, s, row);
        if (update.has_bins(s)) {
            BinGrid const grid = update.bins(s);
            BinGrid::Around const around = grid.around(collector.at.fraction);
            for (int k = Thread::lane(); k < around.total(); k += Thread::group_size)
                for (int j = update.bin_first[first + around.bin(k, grid)]; j >= 0;
                     j = update.bin_next[j])
                    collector.look_at(j);
        } else {
            for (int j = first + Thread::lane(); j < first + count; j += Thread::group_size)
                collector.look_at(j);
        }
        collector.finish();
    }

private:
    /// Where an atom is, and its species.
    ATHANOR_HD void remember_atom(int row) const {
        BatchView const& batch = update.systems.batch;
        for (std::ptrdiff_t k = 3 * static_cast<std::ptrdiff_t>(row), c = 0; c < 3; ++k, ++c)
            update.positions_then[k] = batch.positions[k];
        update.species[row] = -1;
        for (int t = 0; t < update.species_count; ++t)
            if (update.numbers[t] == batch.atomic_numbers[row]) update.species[row] = t;
    }
    /// What nobody else in this kernel reads.
    ATHANOR_HD void remember_system(int system) const {
        BatchView const& batch = update.systems.batch;
        DeviceListState& state = update.states[system];
        state.frame_then = state.frame;
        state.cell_then = state.cell;
        state.system_id = batch.system_id[system];
        state.atom_begin = batch.atom_begin[system];
        state.atom_count = batch.atom_count[system];
        state.built = true;
        ++state.rebuilds;
        update.must_rebuild[system] = 0;
        update.overflowed[system] = 0;
    }
};

struct SortNeighborsKernel {
    static constexpr char const* name = "sort_neighbors";
    static constexpr int threads = 128;
    ListUpdate update;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::group();
        int const s = update.system_due(row);
        if (s < 0) return;
        int const count = update.found[row];
        bool const all_fit = count < NeighborCollector<Thread>::does_not_fit;
        if (Thread::lane() == 0)
            update.row_length[row] = all_fit ? count : std::numeric_limits<std::int32_t>::max();
        if (count > update.row_capacity) {
            if (all_fit) update.overflowed[s] = 1;
            return;
        }
        DeviceNeighbor const* const from = update.row(update.unsorted, row);
        DeviceNeighbor* const to = update.row(update.rows, row);
        for (int k = Thread::lane(); k < count; k += Thread::group_size) {
            int place = 0;
            for (int other = 0; other < count; ++other)
                place += from[other].bits < from[k].bits ? 1 : 0;
            to[place] = from[k];
        }
    }
};

}  // namespace detail

void DeviceNeighborList::enqueue_update(DeviceQueue& queue, DeviceSystems const& systems) {
    detail::ListUpdate const update{
        .systems = systems,
        .states = states_.data(),
        .must_rebuild = must_rebuild_.data(),
        .overflowed = overflowed_.data(),
        .numbers = numbers_.data(),
        .species_count = static_cast<int>(numbers_.size()),
        .positions_then = positions_then_.data(),
        .species = species_.data(),
        .row_length = row_length_.data(),
        .found = found_.data(),
        .bin_first = bin_first_.data(),
        .bin_next = bin_next_.data(),
        .unsorted = unsorted_.data(),
        .rows = rows_.data(),
        .row_capacity = options_.row_capacity,
        .direct_most_atoms = options_.direct_most_atoms,
        .radii = {.known = options_.cutoff + options_.skin, .needed = options_.cutoff}};
    auto const atoms = static_cast<std::size_t>(systems.atom_rows);
    launch(queue, detail::BeginListUpdateKernel{update},
           static_cast<std::size_t>(systems.system_rows));
    launch(queue, detail::FindStrayedAtomsKernel{update}, atoms);
    if (may_need_bins_) launch(queue, detail::FillBinsKernel{update}, atoms);
    launch(queue, detail::SearchNeighborsKernel{update}, lane_count * atoms);
    launch(queue, detail::SortNeighborsKernel{update}, lane_count * atoms);
}

}  // namespace athanor
