// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/constants.hpp"

/// The one unit system inside Athanor: Å, eV, amu, and the time that follows from them,
/// Å·sqrt(amu/eV). Whoever takes a quantity from a user converts it once, here.
namespace athanor::units {

/// Femtoseconds in one internal unit of time, 1e-10 m · sqrt(amu/eV) [fs]; CODATA 2018 gives
/// 10.1805057107594. Fixed as a literal because sqrt is not constexpr; the test recomputes it.
inline constexpr double femtoseconds_per_time = 10.180505710759416;
/// GPa in one eV/Å³.
inline constexpr double gigapascal_per_pressure = constants::elementary_charge_coulomb * 1e21;

constexpr double time_from_fs(double fs) { return fs / femtoseconds_per_time; }
constexpr double time_to_fs(double time) { return time * femtoseconds_per_time; }
constexpr double rate_from_per_fs(double per_fs) { return per_fs * femtoseconds_per_time; }
constexpr double velocity_from_per_fs(double angstrom_per_fs) {
    return angstrom_per_fs * femtoseconds_per_time;
}
/// Å/ps, the velocities of LAMMPS's units "metal".
constexpr double velocity_to_per_ps(double velocity) {
    return velocity * (1000.0 / femtoseconds_per_time);
}
constexpr double pressure_from_gpa(double gpa) { return gpa / gigapascal_per_pressure; }
/// k_B·T [eV].
constexpr double thermal_energy(double kelvin) { return constants::boltzmann * kelvin; }

}  // namespace athanor::units
