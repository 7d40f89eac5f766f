// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/batch.hpp"
#include "runtime/model.hpp"
#include "runtime/sample_source.hpp"
#include "runtime/sink.hpp"
#include "stages/fused_stage.hpp"

namespace athanor {

struct RunSamplesOptions {
    /// Of the batch; no choice changes a result. Edges: for a stage with store_edges, at least
    /// those of the largest sample.
    BatchCapacity capacity{64, 8192, 0};
    std::uint64_t seed = 0;
    SchemaPtr schema;  ///< fields of the samples; none: the built-in ones
    /// Takes name and reason of a sample that fails, or that no batch holds. Without it the first
    /// one ends the run with CampaignError.
    std::function<void(std::string const&, std::string const&)> on_failed;
};

/// A campaign in one call, for a program that brings dynamics, hooks or a model of its own: every
/// sample of `source` goes through `stages`, fused in this thread, and then to `sink`, which is
/// flushed and stays open. Stage k gets the id k.
/// Threads: the caller's; kernels use threads inside.
/// Throws:  what source, stages and sink throw; StorageError when the sink is full.
void run_samples(SampleSource& source, std::vector<SubStage> stages, Model& model, Sink& sink,
                 RunSamplesOptions const& options = {});
/// The same with one stage.
void run_samples(SampleSource& source, SubStage stage, Model& model, Sink& sink,
                 RunSamplesOptions const& options = {});

}  // namespace athanor
