// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/units.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "runtime/constants.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

TEST(Constants, AreThoseOfCodata2018) {
    EXPECT_EQ(constants::boltzmann_joule_per_kelvin, 1.380649e-23);
    EXPECT_EQ(constants::elementary_charge_coulomb, 1.602176634e-19);
    // NIST lists k in eV/K as 8.617 333 262... e-5.
    EXPECT_NEAR(constants::boltzmann, 8.617333262e-5, 5e-15);
    // 1 amu = 1 g/mol / N_A, to the measured constant's own accuracy (3e-10).
    EXPECT_NEAR(constants::atomic_mass_kilogram * constants::avogadro_per_mole * 1e3, 1.0, 1e-9);
}

TEST(Units, TimeFollowsFromLengthEnergyAndMass) {
    double const seconds =
        1e-10 * std::sqrt(constants::atomic_mass_kilogram / constants::elementary_charge_coulomb);

    EXPECT_NEAR(units::femtoseconds_per_time, seconds * 1e15, 1e-13);
    EXPECT_NEAR(units::time_to_fs(units::time_from_fs(2.0)), 2.0, 1e-15);
    EXPECT_NEAR(units::rate_from_per_fs(0.01) * units::time_from_fs(1.0), 0.01, 1e-17);
}

TEST(Units, OneElectronvoltPerCubicAngstromIs160Gigapascal) {
    EXPECT_NEAR(units::pressure_from_gpa(160.2176634), 1.0, 1e-12);
}

TEST(Error, EachBranchHasItsExitCode) {
    EXPECT_EQ(ConfigError("x").exit_code(), 2);
    EXPECT_EQ(InputError("x").exit_code(), 3);
    EXPECT_EQ(CampaignError("x").exit_code(), 4);
    EXPECT_EQ(StorageError("x").exit_code(), 6);
    EXPECT_EQ(MpiError("x").exit_code(), 4);
    EXPECT_EQ(CudaError("x").exit_code(), 4);
    EXPECT_EQ(NcclError("x").exit_code(), 4);
}

}  // namespace
}  // namespace athanor
