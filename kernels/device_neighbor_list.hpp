// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/cell_frame.hpp"
#include "kernels/image_shift.hpp"
#include "kernels/list_reference_functor.hpp"
#include "runtime/batch.hpp"
#include "runtime/device_array.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"

namespace athanor {

/// What a device knows of the list of one system.
struct DeviceListState {
    CellFrame frame;  ///< of `cell`, the one that the system has now
    std::array<double, 9> cell{};
    bool framed = false;

    // When the list was made.
    CellFrame frame_then;
    std::array<double, 9> cell_then{};
    std::int64_t system_id = 0;
    int atom_begin = 0, atom_count = 0;
    bool built = false;

    // Of this step.
    bool has_limit = false;
    MotionLimit limit;    ///< when has_limit
    bool due = false;     ///< makes its list anew
    bool broken = false;  ///< no list can be made: NaNs

    std::int32_t rebuilds = 0;
};

/// One neighbour in a row: an atom row of the batch, and by which vectors it is moved. Compared as
/// a number it is in the order of rows.
struct DeviceNeighbor {
    /// Largest component of a shift that fits.
    static constexpr int most = 511;

    std::uint64_t bits;

    [[nodiscard]] ATHANOR_HD static bool fits(ImageShift const& s) {
        return s.a >= -most && s.a <= most && s.b >= -most && s.b <= most && s.c >= -most &&
               s.c <= most;
    }
    [[nodiscard]] ATHANOR_HD static DeviceNeighbor of(int row, ImageShift const& s) {
        auto const bits_of = [](int n) { return static_cast<std::uint64_t>(n + most + 1); };
        return {static_cast<std::uint64_t>(row) << 32 | bits_of(s.a) << 20 | bits_of(s.b) << 10 |
                bits_of(s.c)};
    }
    [[nodiscard]] ATHANOR_HD int row() const { return static_cast<int>(bits >> 32); }
    [[nodiscard]] ATHANOR_HD ImageShift shift() const {
        auto const part = [this](int at) {
            return static_cast<int>(bits >> at & 1023U) - (most + 1);
        };
        return {part(20), part(10), part(0)};
    }
};

/// The lists as kernels read them.
/// Shapes: row_length[r] neighbours of atom row r begin at rows + r * row_capacity; where there are
///         more than row_capacity, there is no row, and whoever wants it looks among all atoms
///         (device/pair_lanes.hpp). The same with the largest number, where a neighbour stands so
///         many cells away that no DeviceNeighbor says it. Neighbours are in the order of
///         SystemNeighbors.
struct DeviceNeighbors {
    DeviceListState const* states = nullptr;   ///< by system
    std::int32_t const* species = nullptr;     ///< by atom row; -1: unknown
    std::int32_t const* row_length = nullptr;  ///< by atom row
    DeviceNeighbor const* rows = nullptr;
    int row_capacity = 0;
};

struct DeviceNeighborListOptions {
    double cutoff = 0.0;  ///< every pair nearer than this is in the list, always [Å]
    double skin = 1.0;    ///< the list reaches this much further [Å]
    /// Neighbours of an atom, above 0; what it becomes where a device has no memory for as many.
    int row_capacity = 0;
    /// Systems with more atoms are searched by bins.
    int direct_most_atoms = 512;
};

/// NeighborList on a device: a list for each system of a batch, made anew by kernels when the
/// system's own motion, or the change of its cell, could have brought a missing pair within the
/// cutoff. What is within it, and in which order, is the host's, so forces are the host's; lists
/// differ in what they hold beyond (one list with the whole skin).
/// Broken:    a system with an atom that stands nowhere or with an unusable cell is marked for as
///            long as that is so. The host looks for atoms hundreds of thousands of cells away when
///            it makes a list, a device at every step.
/// Overflow:  see DeviceNeighbors, and overflowed().
/// Ownership: owns its arrays, for a batch of one capacity. The queue must outlive it.
/// Threads:   one.
class DeviceNeighborList {
public:
    /// `numbers`: atomic numbers by species index.
    /// Throws: ConfigError when cutoff or skin is no distance.
    DeviceNeighborList(DeviceQueue& queue, BatchCapacity capacity,
                       DeviceNeighborListOptions const& options,
                       std::span<std::int64_t const> numbers);

    /// Enqueues whatever brings the lists of the systems whose turn it is up to date; where they
    /// are, its kernels leave at once.
    void enqueue_update(DeviceQueue& queue, DeviceSystems const& systems);

    [[nodiscard]] DeviceNeighbors view() const;
    [[nodiscard]] DeviceNeighborListOptions const& options() const { return options_; }
    // As DeviceModel says.
    [[nodiscard]] std::uint8_t* must_rebuild() { return must_rebuild_.data(); }
    [[nodiscard]] std::uint8_t const* overflowed() const { return overflowed_.data(); }
    [[nodiscard]] std::int32_t const* row_lengths() const { return row_length_.data(); }
    [[nodiscard]] std::size_t bytes() const;

private:
    DeviceNeighborListOptions options_;
    bool may_need_bins_;
    DeviceArray<DeviceListState> states_;
    DeviceArray<std::uint8_t> must_rebuild_, overflowed_;
    DeviceArray<std::int64_t> numbers_;
    // by atom row
    DeviceArray<double> positions_then_;
    DeviceArray<std::int32_t> species_, row_length_;
    DeviceArray<int> found_;                 ///< neighbours found so far
    DeviceArray<int> bin_first_, bin_next_;  ///< atom rows as lists; bins as rows of their system
    // row_capacity for each atom row
    DeviceArray<DeviceNeighbor> unsorted_, rows_;
};

}  // namespace athanor
