// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Samples of very uneven sizes and lengths of run, for a stage, or for a batch that they come to
/// and leave without dynamics: how well a sampler keeps it full.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <unordered_map>
#include <vector>

#include "runtime/size_aware_sampler.hpp"

namespace athanor::test {

/// Sizes are lognormal with median 30 between 2 and 500 atoms, lengths of run lognormal with median
/// 100 steps.
class UnevenSource : public SampleSource {
public:
    explicit UnevenSource(int count) : count_(count) {}
    std::optional<Sample> next() override {
        if (read_ == count_) return std::nullopt;
        // mt19937_64 and this formula give the same numbers everywhere; std's distributions do not.
        auto const normal = [this] {
            double sum = -6.0;
            for (int k = 0; k < 12; ++k) sum += std::ldexp(static_cast<double>(engine_()), -64);
            return sum;
        };
        double const size = 30.0 * std::exp(1.1 * normal());
        steps_.push_back(std::max(1, static_cast<int>(100.0 * std::exp(1.2 * normal()))));
        Sample sample(schema_, SampleId{read_++}, "", std::clamp(static_cast<int>(size), 2, 500),
                      0);
        place_atoms(sample);
        return sample;
    }
    [[nodiscard]] int steps_of(SampleId sample) const {
        return steps_[static_cast<std::size_t>(sample.value())];
    }
    [[nodiscard]] SchemaPtr const& schema() const { return schema_; }

private:
    /// Argon on a cubic grid, in vacuum.
    static void place_atoms(Sample& sample) {
        int const edge = static_cast<int>(std::ceil(std::cbrt(sample.atom_count())));
        auto const positions = sample.values<double>(Fields::positions);
        for (int a = 0; a < sample.atom_count(); ++a) {
            int const cell[3] = {a % edge, a / edge % edge, a / (edge * edge)};
            for (int c = 0; c < 3; ++c)
                positions[static_cast<std::size_t>(3 * a + c)] = 3.9 * cell[c] + 0.01 * (a % 7);
        }
        std::ranges::fill(sample.values<double>(Fields::atomic_masses), 39.948);
        std::ranges::fill(sample.values<std::int64_t>(Fields::atomic_numbers), 18);
    }

    SchemaPtr schema_ = std::make_shared<Schema const>();
    std::mt19937_64 engine_{2026};
    std::vector<int> steps_;
    std::int64_t read_ = 0;
    int count_;
};

/// Mean of used atoms over bound until the input ended, and how often each sample came.
struct FillReport {
    double fill = 0.0;
    std::vector<int> times_drawn;
};

inline FillReport run_uneven(int samples, SamplerOptions const& options) {
    UnevenSource source(samples);
    SizeAwareSampler sampler(source, options);
    Batch batch(source.schema(), {options.bounds.systems, options.bounds.atoms, 0});
    std::vector<int> left;
    FillReport report{0.0, std::vector<int>(static_cast<std::size_t>(samples), 0)};
    std::int64_t used = 0, steps = 0;
    while (!sampler.exhausted() || !batch.empty()) {
        while (auto const sample = sampler.draw(batch)) {
            batch.append(*sample);
            left.push_back(source.steps_of(sample->id()));
            ++report.times_drawn[static_cast<std::size_t>(sample->id().value())];
        }
        if (!sampler.exhausted()) {
            used += batch.used_atoms();
            ++steps;
        }
        for (int s = batch.system_count() - 1; s >= 0; --s) {
            if (--left[static_cast<std::size_t>(s)] > 0) continue;
            sampler.released(batch.sample_id(SystemIndex{s}));
            batch.remove(SystemIndex{s});
            left[static_cast<std::size_t>(s)] = left.back();
            left.pop_back();
        }
    }
    report.fill = static_cast<double>(used) / static_cast<double>(steps) /
                  static_cast<double>(options.bounds.atoms);
    return report;
}

}  // namespace athanor::test
