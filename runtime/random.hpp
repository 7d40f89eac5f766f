// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include <Random123/philox.h>

#include "runtime/host_device.hpp"
#include "runtime/ids.hpp"
#include "runtime/portable_math.hpp"

namespace athanor {

/// Every use of random numbers in Athanor, in one place, so that no two streams are ever the same.
/// Values are part of the contract: a new use takes a new number, none is ever used again.
enum class RandomPurpose : std::uint32_t {
    langevin_kick = 1,
    initial_velocities = 2,
    /// Programs built on Athanor take this one and those above it; Athanor itself never does.
    first_of_users = 65536
};

/// Which numbers: a pure function of what the numbers are for, never of who asks or when.
struct RandomKey {
    std::uint64_t seed = 0;
    SampleId sample;
    RandomPurpose purpose{};
    StageId stage;
    Step step;
};

struct FourNormals {
    double value[4];
};

/// Four independent standard normals for one atom: Philox4x64-10 with key (seed, purpose and stage)
/// and counter (sample, step, atom, 0), then two Box-Muller pairs.
/// Source: Salmon, Moraes, Dror, Shaw, SC'11 (2011), "Parallel random numbers: as easy as 1, 2, 3";
///         Box, Muller, Ann. Math. Stat. 29, 610 (1958).
ATHANOR_HD inline FourNormals random_normals(RandomKey const& key, int atom) {
    r123::Philox4x64::ctr_type const counter{{static_cast<std::uint64_t>(key.sample.value()),
                                              static_cast<std::uint64_t>(key.step.value()),
                                              static_cast<std::uint64_t>(atom), 0}};
    r123::Philox4x64::key_type const philox_key{
        {key.seed, static_cast<std::uint64_t>(key.purpose) << 32 |
                       static_cast<std::uint32_t>(key.stage.value())}};
    auto const bits = r123::Philox4x64{}(counter, philox_key);
    FourNormals normals;
    for (int pair = 0; pair < 2; ++pair) {
        // 53 bits each: the first in (0, 1], so that its logarithm is finite; the second in [0, 1).
        double const u = static_cast<double>((bits[2 * pair] >> 11) + 1) * 0x1p-53;
        double const turn = static_cast<double>(bits[2 * pair + 1] >> 11) * 0x1p-53;
        double const radius = std::sqrt(-2.0 * portable::log(u));
        portable::SinCos const angle = portable::sincos_turns(turn);
        normals.value[2 * pair] = radius * angle.cos;
        normals.value[2 * pair + 1] = radius * angle.sin;
    }
    return normals;
}

}  // namespace athanor
