// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/size_aware_sampler.hpp"

#include <utility>

#include "runtime/expects.hpp"

namespace athanor {

SizeAwareSampler::SizeAwareSampler(SampleSource& source, SamplerOptions options)
    : source_(source), options_(std::move(options)) {
    ATHANOR_EXPECTS(options_.window > 0 && options_.patience >= 0);
    ATHANOR_EXPECTS(options_.bounds.systems > 0 && options_.bounds.atoms > 0);
    ATHANOR_EXPECTS(options_.bounds.edges == 0 || options_.estimate_edges);
    if (options_.largest_sample == 0) options_.largest_sample = options_.bounds.atoms;
}

int SizeAwareSampler::edges_of(Sample const& sample) const {
    return options_.bounds.edges > 0 ? options_.estimate_edges(sample) : 0;
}

void SizeAwareSampler::fill_window() {
    while (!source_ended_ && static_cast<int>(window_.size()) < options_.window) {
        std::optional<Sample> sample = source_.next();
        if (!sample) {
            source_ended_ = true;
        } else if (sample->atom_count() > options_.largest_sample ||
                   edges_of(*sample) > options_.bounds.edges) {
            refused_.push_back(std::move(*sample));
            return;  // refused samples are not to pile up: the caller takes them first
        } else {
            window_.push_back(std::move(*sample));
        }
    }
}

bool SizeAwareSampler::fits(Sample const& sample, Batch const& batch) const {
    if (batch.system_count() >= options_.bounds.systems) return false;
    if (batch.used_atoms() + sample.atom_count() > options_.bounds.atoms) return false;
    if (options_.bounds.edges > 0 && edges_in_use_ + edges_of(sample) > options_.bounds.edges)
        return false;
    return batch.fits(sample.atom_count(), sample.edge_count());
}

std::deque<Sample>::iterator SizeAwareSampler::choose(Batch const& batch) {
    auto chosen = window_.end();
    for (auto candidate = window_.begin(); candidate != window_.end(); ++candidate) {
        bool const oldest = candidate == window_.begin();
        if (!oldest && overtaken_ >= options_.patience) break;
        if (!fits(*candidate, batch)) continue;
        if (options_.packing == Packing::first_fit) return candidate;
        // One that was overtaken often enough goes first, large or not.
        if (overtaken_ >= options_.patience) return candidate;
        if (chosen == window_.end() || candidate->atom_count() > chosen->atom_count())
            chosen = candidate;
    }
    return chosen;
}

std::optional<Sample> SizeAwareSampler::draw(Batch const& batch) {
    if (batch.system_count() >= options_.bounds.systems) return std::nullopt;
    fill_window();
    auto const chosen = choose(batch);
    if (chosen == window_.end()) return std::nullopt;
    overtaken_ = chosen == window_.begin() ? 0 : overtaken_ + 1;
    Sample drawn = std::move(*chosen);
    window_.erase(chosen);
    if (int const edges = edges_of(drawn); edges > 0) {
        edges_in_use_ += edges;
        edges_of_drawn_[drawn.id()] += edges;
    }
    ++drawn_;
    return drawn;
}

void SizeAwareSampler::released(SampleId sample) {
    auto const drawn = edges_of_drawn_.find(sample);
    if (drawn == edges_of_drawn_.end()) return;
    edges_in_use_ -= drawn->second;
    edges_of_drawn_.erase(drawn);
}

std::optional<Sample> SizeAwareSampler::take_refused() {
    fill_window();
    if (refused_.empty()) return std::nullopt;
    Sample refused = std::move(refused_.front());
    refused_.pop_front();
    return refused;
}

bool SizeAwareSampler::exhausted() {
    fill_window();
    return source_ended_ && window_.empty() && refused_.empty();
}

}  // namespace athanor
