// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace athanor {

using Extents = std::vector<std::int64_t>;

/// Number of elements. Throws StorageError when an extent is negative or the product overflows.
[[nodiscard]] std::int64_t element_count(std::span<std::int64_t const> shape);

/// One side of copy_block(): an array in C order and where the block begins in it.
struct BlockSide {
    Extents const& shape;
    Extents const& origin;
};

/// Copies a block of `extent` elements of `element_size` bytes from one array to another.
/// Expects: the block lies inside both.
void copy_block(std::byte* to, BlockSide to_side, std::byte const* from, BlockSide from_side,
                Extents const& extent, std::size_t element_size);

/// Reorders axes: axis k of `to` is axis order[k] of `from`, which has `shape`.
void permute_axes(std::byte* to, std::byte const* from, Extents const& shape,
                  std::vector<int> const& order, std::size_t element_size);

}  // namespace athanor
