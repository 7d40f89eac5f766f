// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/nearest_image.hpp"

#include "kernels/nearest_image_functor.hpp"

namespace athanor {

std::array<double, 3> nearest_image(double const* r, double const* cell, std::uint8_t const* pbc) {
    return detail::nearest_image_of(r, cell, pbc);
}

}  // namespace athanor
