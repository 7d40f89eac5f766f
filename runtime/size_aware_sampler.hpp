// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>

#include "runtime/batch.hpp"
#include "runtime/sample_source.hpp"

namespace athanor {

/// Which of the samples in the window that fit comes next.
enum class Packing {
    first_fit,     ///< the one that stands first in the input
    largest_first  ///< the one with most atoms, of equal ones the first
};

struct SamplerOptions {
    BatchCapacity bounds;  ///< edges 0: no bound on edges
    int window = 64;       ///< samples looked at beyond the next one, above 0
    Packing packing = Packing::largest_first;
    int patience = 256;      ///< draws that may overtake the oldest sample before it must go first
    int largest_sample = 0;  ///< atoms of the largest sample that may run; 0: bounds.atoms
    /// Edges that a sample will have in the stage's neighbour list; used when edges are bounded.
    std::function<int(Sample const&)> estimate_edges = {};
};

/// Picks the samples that fit the freed room, from a stream that it reads as far as its window and
/// no farther: a file of ten million structures takes no more memory than a small one.
/// Order:   as `packing` says, inside the window; the oldest one is overtaken at most `patience`
///          times. Which sample comes when changes nothing but the schedule.
/// Throws:  what the source throws. A sample that could never fit comes back from take_refused().
class SizeAwareSampler {
public:
    SizeAwareSampler(SampleSource& source, SamplerOptions options);

    /// The next sample that fits `batch` now, if there is one.
    [[nodiscard]] std::optional<Sample> draw(Batch const& batch);
    /// A sample larger than the bounds: it never fits and waits for nobody.
    [[nodiscard]] std::optional<Sample> take_refused();
    /// True when every sample of the source has been handed out.
    [[nodiscard]] bool exhausted();
    /// Tells that a sample drawn here has left the batch, so that its edges are free again.
    void released(SampleId sample);
    [[nodiscard]] int edges_of(Sample const& sample) const;
    [[nodiscard]] std::int64_t drawn() const { return drawn_; }

private:
    void fill_window();
    [[nodiscard]] bool fits(Sample const& sample, Batch const& batch) const;
    [[nodiscard]] std::deque<Sample>::iterator choose(Batch const& batch);

    SampleSource& source_;
    SamplerOptions options_;
    std::deque<Sample> window_;
    std::deque<Sample> refused_;
    bool source_ended_ = false;
    int overtaken_ = 0;
    std::int64_t edges_in_use_ = 0;
    std::unordered_map<SampleId, int> edges_of_drawn_;  ///< where edges are bounded
    std::int64_t drawn_ = 0;
};

}  // namespace athanor
