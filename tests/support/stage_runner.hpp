// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A stage driven by hand: samples in, steps, samples out, without loop, channels or files.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "stages/fused_stage.hpp"
#include "stages/make_dynamics.hpp"

namespace athanor::test {

struct StageRunner {
    StageRunner(Model& model, std::vector<SubStage> sub_stages, BatchCapacity capacity,
                SchemaPtr schema = std::make_shared<Schema const>(), std::uint64_t seed = 7)
        : StageRunner(FusedStage::Options{capacity, seed}, model, std::move(sub_stages),
                      std::move(schema)) {}
    StageRunner(FusedStage::Options const& options, Model& model, std::vector<SubStage> sub_stages,
                SchemaPtr schema = std::make_shared<Schema const>())
        : stage(std::move(schema), std::move(sub_stages), model, options, metrics,
                [this](OutcomeRecord const& record) { outcomes.push_back(record); }) {
        clock.show_on(stage.trace());
    }

    void add(Sample const& sample) { stage.enter(stage.batch().append(sample)); }
    void step(int count = 1) {
        for (int k = 0; k < count; ++k) stage.step(clock);
    }
    /// Steps until nothing is active, at most `limit` times.
    void run(int limit = 1000000) {
        do stage.step(clock);
        while (stage.active_count() > 0 && --limit > 0);
    }
    /// Every sample that is in the batch, by id.
    [[nodiscard]] std::map<std::int64_t, Sample> samples() const {
        std::map<std::int64_t, Sample> all;
        for (int s = 0; s < stage.batch().system_count(); ++s) {
            Sample sample = stage.batch().extract(SystemIndex{s});
            all.emplace(sample.id().value(), std::move(sample));
        }
        return all;
    }

    StageMetrics metrics;
    StageClock clock{metrics};
    std::vector<OutcomeRecord> outcomes;
    FusedStage stage;
};

inline SubStage sub_stage(int id, DynamicsSpec const& dynamics,
                          std::optional<std::int64_t> budget = std::nullopt,
                          std::vector<Criterion> criteria = {}) {
    SubStage sub;
    sub.id = StageId{id};
    sub.name = "stage-" + std::to_string(id);
    sub.dynamics = make_dynamics(dynamics);
    sub.step_budget = budget;
    sub.criteria = std::move(criteria);
    return sub;
}

template <class... Sub>
std::vector<SubStage> sub_stages(Sub... sub) {
    std::vector<SubStage> list;
    (list.push_back(std::move(sub)), ...);
    return list;
}

}  // namespace athanor::test
