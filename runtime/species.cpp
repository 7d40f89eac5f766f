// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/species.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "runtime/expects.hpp"

namespace athanor {
namespace {

// clang-format off
constexpr std::array<std::string_view, largest_atomic_number> symbols{
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl",
    "Ar", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As",
    "Se", "Br", "Kr", "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In",
    "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb",
    "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl",
    "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm", "Bk",
    "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh",
    "Fl", "Mc", "Lv", "Ts", "Og"};

// Source: J. Meija et al., Pure Appl. Chem. 88, 265 (2016), conventional weights where the standard
// one is an interval; mass numbers of isotopes from the NIST table. Compared with ase.data 3.29.
constexpr std::array<double, largest_atomic_number> masses{
    1.008, 4.002602, 6.94, 9.0121831, 10.81, 12.011, 14.007, 15.999, 18.998403163, 20.1797,
    22.98976928, 24.305, 26.9815385, 28.085, 30.973761998, 32.06, 35.45, 39.948, 39.0983, 40.078,
    44.955908, 47.867, 50.9415, 51.9961, 54.938044, 55.845, 58.933194, 58.6934, 63.546, 65.38,
    69.723, 72.63, 74.921595, 78.971, 79.904, 83.798, 85.4678, 87.62, 88.90584, 91.224, 92.90637,
    95.95, 97.90721, 101.07, 102.9055, 106.42, 107.8682, 112.414, 114.818, 118.71, 121.76, 127.6,
    126.90447, 131.293, 132.90545196, 137.327, 138.90547, 140.116, 140.90766, 144.242, 144.91276,
    150.36, 151.964, 157.25, 158.92535, 162.5, 164.93033, 167.259, 168.93422, 173.054, 174.9668,
    178.49, 180.94788, 183.84, 186.207, 190.23, 192.217, 195.084, 196.966569, 200.592, 204.38,
    207.2, 208.9804, 208.98243, 209.98715, 222.01758, 223.01974, 226.02541, 227.02775, 232.0377,
    231.03588, 238.02891, 237.04817, 244.06421, 243.06138, 247.07035, 247.07031, 251.07959,
    252.083, 257.09511, 258.09843, 259.101, 262.11, 267.122, 268.126, 271.134, 270.133, 269.1338,
    278.156, 281.165, 281.166, 285.177, 286.182, 289.19, 289.194, 293.204, 293.208, 294.214};
// clang-format on

/// "aR1" becomes "Ar": the first letter large, the second small, what is no letter left out.
std::string as_symbol(std::string_view text) {
    std::string symbol;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (!std::isalpha(byte)) break;
        symbol += static_cast<char>(symbol.empty() ? std::toupper(byte) : std::tolower(byte));
    }
    return symbol;
}

}  // namespace

std::optional<int> atomic_number_of(std::string_view symbol) {
    // Two letters make an index; built once, because every atom of the input passes here.
    static auto const table = [] {
        std::array<std::uint8_t, 27 * 27> numbers{};
        for (int z = 1; z <= largest_atomic_number; ++z) {
            std::string_view const s = symbols[z - 1];
            numbers[(s[0] - '@') * 27 + (s.size() > 1 ? s[1] - '`' : 0)] =
                static_cast<std::uint8_t>(z);
        }
        return numbers;
    }();
    if (symbol.empty() || symbol.size() > 2) return std::nullopt;
    if (symbol[0] < 'A' || symbol[0] > 'Z') return std::nullopt;
    if (symbol.size() == 2 && (symbol[1] < 'a' || symbol[1] > 'z')) return std::nullopt;
    int const z = table[(symbol[0] - '@') * 27 + (symbol.size() > 1 ? symbol[1] - '`' : 0)];
    return z == 0 ? std::nullopt : std::optional(z);
}

std::string_view symbol_of(int atomic_number) {
    ATHANOR_EXPECTS(1 <= atomic_number && atomic_number <= largest_atomic_number);
    return symbols[atomic_number - 1];
}

double default_mass(int atomic_number) {
    ATHANOR_EXPECTS(1 <= atomic_number && atomic_number <= largest_atomic_number);
    return masses[atomic_number - 1];
}

std::string nearest_symbol(std::string_view wrong) {
    std::string const tidy = as_symbol(wrong);
    if (atomic_number_of(tidy)) return tidy;
    if (tidy.size() > 2 && atomic_number_of(tidy.substr(0, 2))) return tidy.substr(0, 2);
    if (tidy.size() != 2) return "";
    for (std::string_view const symbol : symbols)  // one letter differs: "Xr" for "Kr"
        if (symbol.size() == 2 && (symbol[0] == tidy[0]) != (symbol[1] == tidy[1]))
            return std::string(symbol);
    return "";
}

}  // namespace athanor
