// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor::constants {

// CODATA 2018 (Tiesinga et al., Rev. Mod. Phys. 93, 025010, 2021). The first three are exact by
// definition of the SI; the atomic mass constant is measured.
inline constexpr double boltzmann_joule_per_kelvin = 1.380649e-23;
inline constexpr double elementary_charge_coulomb = 1.602176634e-19;
inline constexpr double avogadro_per_mole = 6.02214076e23;
inline constexpr double atomic_mass_kilogram = 1.66053906660e-27;

/// k_B [eV/K] = boltzmann_joule_per_kelvin / elementary_charge_coulomb.
inline constexpr double boltzmann = boltzmann_joule_per_kelvin / elementary_charge_coulomb;

inline constexpr double pi = 3.14159265358979323846;

}  // namespace athanor::constants
