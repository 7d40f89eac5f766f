// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace athanor {

/// Text as it may stand in HTML, between tags and in quoted attributes. Bytes that are no UTF-8,
/// and control characters, become U+FFFD.
[[nodiscard]] std::string escape_markup(std::string_view text);

/// A number as axes and tables show it: "0", "0.25", "12.5", "1.25 k", "3 M", "2.5e-05"; "-" when
/// it is not finite. At most `digits` digits that count.
[[nodiscard]] std::string short_number(double value, int digits = 3);

/// A power of ten on a logarithmic axis: "0.01", "1", "100", "10⁻⁵".
[[nodiscard]] std::string power_of_ten(int exponent);

}  // namespace athanor
