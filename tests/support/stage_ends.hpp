// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Whole runs of a stage, on the host or a device, and what came out of them: all bits.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/device_queue.hpp"
#include "runtime/error.hpp"
#include "stages/fused_stage.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor::test {

/// What came out of a stage: every byte of every sample as it left, and every record.
struct StageEnds {
    std::map<std::int64_t, std::vector<std::byte>> rows;
    std::map<std::int64_t, std::vector<OutcomeRecord>> records;
    std::map<std::int64_t, std::string> reasons;  ///< of those that failed
    std::int64_t sample_steps = 0, atom_steps = 0, list_growths = 0;
    std::int64_t host_steps = 0, row_waits = 0, compactions = 0;
};

/// Where samples go.
struct StagePlace {
    Model& model;
    BatchCapacity capacity;
    DeviceQueue* device = nullptr;
    std::vector<std::shared_ptr<Hook>> element_hooks = {};
    int save_every = 0;    ///< calls of step() between two times when all rows come back; 0: never
    int one_in_turns = 0;  ///< one sample comes in so many turns at most; 0: all that fit, in each
};

inline std::vector<std::byte> all_bytes(Sample const& sample) {
    std::vector<std::byte> all;
    for (int f = 0; f < sample.schema().field_count(); ++f) {
        auto const bytes = sample.bytes(FieldIndex{f});
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
}

/// Brings `samples`, all of one schema, in as there is room, and takes out what is done, until
/// nothing is left.
inline StageEnds run_stage(std::vector<Sample> const& samples, std::vector<SubStage> sub_stages,
                           StagePlace const& place) {
    FusedStage::Options options{place.capacity, 7};
    options.device = place.device;
    options.hooks = place.element_hooks;
    StageRunner runner(options, place.model, std::move(sub_stages), samples.front().schema_ptr());
    StageEnds ends;
    std::size_t next = 0;
    int turns = 0, next_arrival = 0;
    while (next < samples.size() || !runner.stage.batch().empty()) {
        EXPECT_LT(++turns, 2000);
        if (turns >= 2000) break;
        while (turns >= next_arrival && next < samples.size() &&
               runner.stage.batch().fits(samples[next].atom_count(), 0)) {
            runner.add(samples[next++]);
            if (place.one_in_turns > 0) next_arrival = turns + place.one_in_turns;
        }
        runner.step();
        if (place.save_every > 0 && turns % place.save_every == 0)
            runner.stage.bring_back_rows(runner.clock);
        for (bool const failed : {false, true}) {
            auto const leaving = failed ? runner.stage.failed() : runner.stage.departing();
            std::vector<SystemIndex> const systems(leaving.begin(), leaving.end());
            if (!failed) runner.stage.fill_stress(systems);
            for (auto system = systems.rbegin(); system != systems.rend(); ++system) {
                Sample const sample = runner.stage.batch().extract(*system);
                if (failed)
                    ends.reasons[sample.id().value()] = runner.stage.failure_reason(*system);
                ends.rows[sample.id().value()] = all_bytes(sample);
                runner.stage.remove(*system);
            }
        }
    }
    for (OutcomeRecord const& record : runner.outcomes)
        ends.records[record.sample.value()].push_back(record);
    ends.sample_steps = runner.metrics.sample_steps.load();
    ends.atom_steps = runner.metrics.atom_steps.load();
    ends.list_growths = runner.metrics.list_growths.load();
    ends.host_steps = runner.metrics.host_steps.load();
    ends.row_waits = runner.metrics.row_waits.load();
    ends.compactions = runner.metrics.compactions.load();
    return ends;
}

/// With what words a run stops its campaign; empty when it does not.
template <class Run>
std::string stop_message(Run const& run) {
    try {
        run();
    } catch (CampaignError const& error) {
        return error.what();
    }
    return {};
}

inline void expect_equal(StageEnds const& a, StageEnds const& b) {
    EXPECT_EQ(a.rows, b.rows);
    EXPECT_EQ(a.reasons, b.reasons);
    EXPECT_EQ(a.sample_steps, b.sample_steps);
    EXPECT_EQ(a.atom_steps, b.atom_steps);
    ASSERT_EQ(a.records.size(), b.records.size());
    for (auto const& [id, records] : a.records) {
        auto const& others = b.records.at(id);
        ASSERT_EQ(records.size(), others.size()) << id;
        for (std::size_t k = 0; k < records.size(); ++k) {
            EXPECT_EQ(records[k].outcome, others[k].outcome) << id;
            EXPECT_EQ(records[k].stage_steps, others[k].stage_steps) << id;
            EXPECT_EQ(records[k].total_steps, others[k].total_steps) << id;
            EXPECT_EQ(records[k].stage, others[k].stage) << id;
            if (records[k].outcome == Outcome::failed) continue;
            EXPECT_EQ(records[k].energy, others[k].energy) << id;
            EXPECT_EQ(records[k].fmax, others[k].fmax) << id;
        }
    }
}

}  // namespace athanor::test
