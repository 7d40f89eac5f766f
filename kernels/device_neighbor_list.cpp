// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device_neighbor_list.hpp"

#include <algorithm>

#include "kernels/lanes.hpp"
#include "kernels/neighbor_list.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

/// As many neighbours in a row as wanted, or as there is memory for; a quarter is left to others.
int fitting_row_capacity(DeviceQueue& queue, int atoms, int wanted) {
    double const row_bytes = 2.0 * sizeof(DeviceNeighbor) * atoms;  // unsorted and sorted
    double const fitting = 0.75 * static_cast<double>(queue.free_bytes()) / row_bytes;
    if (fitting >= wanted) return wanted;
    return std::max(lane_count, lane_count * static_cast<int>(fitting / lane_count));
}

}  // namespace

DeviceNeighborList::DeviceNeighborList(DeviceQueue& queue, BatchCapacity capacity,
                                       DeviceNeighborListOptions const& options,
                                       std::span<std::int64_t const> numbers)
    : options_(options), may_need_bins_(capacity.atoms > options.direct_most_atoms) {
    check_list_radii(options.cutoff, options.skin);
    ATHANOR_EXPECTS(options.row_capacity > 0);
    auto const systems = static_cast<std::size_t>(capacity.systems);
    auto const atoms = static_cast<std::size_t>(capacity.atoms);
    options_.row_capacity = fitting_row_capacity(queue, capacity.atoms, options.row_capacity);
    auto const entries = atoms * static_cast<std::size_t>(options_.row_capacity);
    states_ = {queue, systems};
    must_rebuild_ = {queue, systems};
    overflowed_ = {queue, systems};
    positions_then_ = {queue, 3 * atoms};
    species_ = {queue, atoms};
    row_length_ = {queue, atoms};
    found_ = {queue, atoms};
    bin_first_ = {queue, atoms};
    bin_next_ = {queue, atoms};
    unsorted_ = {queue, entries};
    rows_ = {queue, entries};
    numbers_ = {queue, numbers.size()};
    PinnedArray<std::int64_t> table(queue, numbers.size());
    std::copy(numbers.begin(), numbers.end(), table.data());
    queue.copy(numbers_.data(), table.data(), table.bytes());
    queue.wait();
}

DeviceNeighbors DeviceNeighborList::view() const {
    return {states_.data(), species_.data(), row_length_.data(), rows_.data(),
            options_.row_capacity};
}

std::size_t DeviceNeighborList::bytes() const {
    return states_.bytes() + must_rebuild_.bytes() + overflowed_.bytes() + numbers_.bytes() +
           positions_then_.bytes() + species_.bytes() + row_length_.bytes() + found_.bytes() +
           bin_first_.bytes() + bin_next_.bytes() + unsorted_.bytes() + rows_.bytes();
}

}  // namespace athanor
