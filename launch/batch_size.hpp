// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "launch/campaign_plan.hpp"

namespace athanor {

/// Atoms per Å³, diamond's: no sample has more neighbours than at this density.
inline constexpr double densest_atoms_per_a3 = 0.18;

/// Edges of a sample: those of its mean density, from atoms²/volume [1/Å³], or every pair where
/// there is no volume. At most 2e9.
[[nodiscard]] int edges_at_density(double pairs_per_volume, double cutoff);
[[nodiscard]] int edges_of_all_pairs(double pairs);

/// Bytes of one element's batch: its columns, its neighbour lists at the density of diamond, which
/// is the densest there is, and what the model takes.
struct BatchBytes {
    double per_system = 0.0;
    double per_atom = 0.0;
    double fixed = 0.0;  ///< of edges that are stored

    [[nodiscard]] double of(double systems, double atoms) const {
        return fixed + per_system * systems + per_atom * atoms;
    }
};

/// Of the element that takes most. Expects: the plan's schema is set.
[[nodiscard]] BatchBytes largest_batch_bytes(CampaignPlan const& plan);
/// The same for what a batch takes on a device beside that.
[[nodiscard]] BatchBytes largest_device_batch_bytes(CampaignPlan const& plan);

/// Devices of a node, over which its stage instances are dealt out.
struct DeviceRoom {
    int devices = 0;              ///< 0: the processor makes the steps
    std::int64_t free_bytes = 0;  ///< of one of them
};

/// What this process may still take: what the system has available, or less under the limit of a
/// control group (containers, Slurm) [bytes]; 0 when nobody says.
[[nodiscard]] std::int64_t free_memory_bytes();

/// Sets max_systems and max_atoms of the plan's sampler where the configuration leaves them to the
/// program ("batch": "auto"), and lowers max_atoms where it bounds the bytes; adds a note for
/// people that says which. `free_bytes` is for the batches of all elements together; half of it is
/// used, and half of what is free on the devices. A batch is no larger than the whole input, nor
/// than what a host gains anything by: 65,536 systems, 1,048,576 atoms.
/// Throws: ConfigError when the largest sample does not fit.
void choose_batch(CampaignPlan& plan, std::int64_t free_bytes, DeviceRoom const& room = {});

}  // namespace athanor
