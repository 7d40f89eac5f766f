// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "launch/checkpoint_folder.hpp"
#include "stages/stage_loop.hpp"

namespace athanor {

/// The checkpoints of one instance: each a generation newer than the last, of which two stay, since
/// a sample that was handed on may be in no other file yet.
class CheckpointSeries {
public:
    /// `header`: of the newest one that is there, or generation 0.
    CheckpointSeries(CheckpointFolder folder, CheckpointHeader const& header)
        : folder_(std::move(folder)), header_(header) {}

    void save(SamplesToSave const& samples);

private:
    CheckpointFolder folder_;
    CheckpointHeader header_;
};

}  // namespace athanor
