// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "runtime/field.hpp"

namespace athanor {

/// Copies `count` elements of the Zarr type `from_type` ("float16" included) to elements of
/// `to_type`. Equal types keep every bit. Others keep every value that the target can hold;
/// integers that it cannot hold wrap, and whatever is not zero becomes true.
/// Expects: `from_type` is a Zarr type of numbers or bool; neither side need be aligned.
void convert_elements(std::byte* to, Dtype to_type, std::byte const* from,
                      std::string_view from_type, std::size_t count);

}  // namespace athanor
