// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/slot.hpp"
#include "kernels/lennard_jones.hpp"
#include "launch/config.hpp"
#include "launch/id_ranges.hpp"
#include "runtime/batch.hpp"

namespace athanor {

/// What lies behind a campaign that goes on after an earlier run.
struct Resumption {
    std::vector<IdRanges> settled;  ///< by chain: samples that do not come from the input again
    std::int64_t generation = 0;    ///< of the checkpoints that hold the samples under way
    std::int64_t finished = 0,
                 quarantined = 0;  ///< samples that need nothing more, over all chains
    std::int64_t bad_frames = 0;   ///< of those in quarantine, which never were samples
    std::int64_t restored = 0;     ///< samples that go on in the middle
    /// How many of them each instance has in its checkpoint, by element, then by replica.
    std::vector<std::vector<std::int64_t>> restored_by_element = {};
    std::vector<std::string> notes = {};  ///< for people
};

/// What every rank must know before the first sample moves: the configuration, and what one pass
/// over the input found.
struct CampaignPlan {
    Config config;
    SchemaPtr schema;                 ///< of samples that travel: built-in and user fields
    std::int64_t frame_count = 0;     ///< in the input file
    std::int64_t selected_count = 0;  ///< of them take part; bad frames are not counted
    std::int64_t bad_frame_count = 0;
    std::int64_t atom_total = 0;
    int largest_atom_count = 0;      ///< of a sample; in a shard, of all shards
    int text_bytes = 0;              ///< room for names and texts in a message
    std::vector<std::string> notes;  ///< for people
    std::optional<Resumption> resumption;
    /// When rank 0 made the plan: time 0 of every profile.
    std::chrono::system_clock::time_point started;
};

/// Reads the input once and holds configuration and input against each other.
/// `whole_select`: where the configuration is that of a shard, the frames of all shards. Fields and
/// what is refused are theirs, so that shards fit together; nothing: it is no shard.
/// Throws: InputError; ConfigError for a model or a stage that cannot be, also for the fields that
///         the input has, a frame that is too large (unless oversized ones go to quarantine) and
///         for input of which no sample could run.
[[nodiscard]] CampaignPlan make_campaign_plan(Config const& config,
                                              std::optional<std::string> const& whole_select = {});

/// A plan as bytes for other ranks, and back.
[[nodiscard]] std::string to_bytes(CampaignPlan const& plan);
[[nodiscard]] CampaignPlan plan_from_bytes(std::string const& bytes);

[[nodiscard]] LennardJonesOptions model_options(Config const& config);
/// Of the batch of one element. Its edges: /buffers/edges; where a stage of it stores edges, also
/// /sampler/max_edges, or without that room for the largest sample at the density of diamond.
[[nodiscard]] BatchCapacity batch_capacity(CampaignPlan const& plan, int element);
[[nodiscard]] BufferConfig buffer_config(CampaignPlan const& plan);

}  // namespace athanor
