// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/nd_block.hpp"

#include <cstring>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

/// Elements from one entry of each axis to the next, in C order.
Extents strides_of(Extents const& shape) {
    Extents strides(shape.size(), 1);
    for (std::size_t k = shape.size(); k-- > 1;) strides[k - 1] = strides[k] * shape[k];
    return strides;
}

/// Counts `index` up in C order within `extent`; false after the last one.
bool advance(Extents& index, Extents const& extent, std::size_t axes) {
    for (std::size_t k = axes; k-- > 0;) {
        if (++index[k] < extent[k]) return true;
        index[k] = 0;
    }
    return false;
}

}  // namespace

std::int64_t element_count(std::span<std::int64_t const> shape) {
    std::int64_t count = 1;
    for (std::int64_t extent : shape)
        if (extent < 0 || __builtin_mul_overflow(count, extent, &count))
            throw StorageError("a shape is negative or too large");
    return count;
}

void copy_block(std::byte* to, BlockSide to_side, std::byte const* from, BlockSide from_side,
                Extents const& extent, std::size_t element_size) {
    std::size_t const rank = extent.size();
    for (std::int64_t e : extent)
        if (e == 0) return;
    auto const to_strides = strides_of(to_side.shape);
    auto const from_strides = strides_of(from_side.shape);
    // Trailing axes that are whole on both sides join the contiguous run.
    std::size_t axes = rank;
    std::int64_t run = 1;
    while (axes > 0) {
        --axes;
        run *= extent[axes];
        if (extent[axes] != to_side.shape[axes] || extent[axes] != from_side.shape[axes]) break;
    }
    std::size_t const run_bytes = static_cast<std::size_t>(run) * element_size;
    Extents index(rank, 0);
    do {
        std::int64_t to_at = 0, from_at = 0;
        for (std::size_t k = 0; k < rank; ++k) {
            to_at += (to_side.origin[k] + index[k]) * to_strides[k];
            from_at += (from_side.origin[k] + index[k]) * from_strides[k];
        }
        std::memcpy(to + static_cast<std::size_t>(to_at) * element_size,
                    from + static_cast<std::size_t>(from_at) * element_size, run_bytes);
    } while (advance(index, extent, axes));
}

void permute_axes(std::byte* to, std::byte const* from, Extents const& shape,
                  std::vector<int> const& order, std::size_t element_size) {
    ATHANOR_EXPECTS(order.size() == shape.size());
    if (element_count(shape) == 0) return;
    auto const from_strides = strides_of(shape);
    std::size_t const rank = shape.size();
    Extents to_shape(rank), step(rank), index(rank, 0);
    for (std::size_t k = 0; k < rank; ++k) {
        to_shape[k] = shape[static_cast<std::size_t>(order[k])];
        step[k] = from_strides[static_cast<std::size_t>(order[k])];
    }
    do {
        std::int64_t at = 0;
        for (std::size_t k = 0; k < rank; ++k) at += index[k] * step[k];
        std::memcpy(to, from + static_cast<std::size_t>(at) * element_size, element_size);
        to += element_size;
    } while (advance(index, to_shape, rank));
}

}  // namespace athanor
