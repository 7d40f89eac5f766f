// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace athanor {

/// The elements that Athanor knows: 1 (H) to 118 (Og).
inline constexpr int largest_atomic_number = 118;

/// Symbol to atomic number and back. Symbols are spelled as in the periodic table ("Ar", not "AR").
[[nodiscard]] std::optional<int> atomic_number_of(std::string_view symbol);
/// Expects: 1 <= atomic_number <= largest_atomic_number.
[[nodiscard]] std::string_view symbol_of(int atomic_number);

/// Mass of an atom whose structure gives none [amu]: the standard atomic weights of IUPAC 2016, for
/// elements without one the mass of the longest-lived isotope; the values that ASE uses.
/// Expects: 1 <= atomic_number <= largest_atomic_number.
[[nodiscard]] double default_mass(int atomic_number);

/// The symbol that was probably meant ("AR" and "Ar1" give "Ar", "Xr" gives "Kr"), or "" when
/// nothing is near. Of several that are equally near the lightest.
[[nodiscard]] std::string nearest_symbol(std::string_view wrong);

}  // namespace athanor
