// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Whether a sample's bits depend on its hooks and itself alone: one by one, in one batch, fused,
/// pipelined, with two threads, coming and going.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/parallel_for.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor::test {

using Hooks = std::vector<std::shared_ptr<Hook>>;
/// Hooks of sub-stage 0 or 1, made anew for each run.
using HookFactory = std::function<Hooks(int)>;
using Ends = std::map<std::int64_t, Sample>;

inline SubStage hooked(SubStage sub, Hooks hooks) {
    sub.hooks = std::move(hooks);
    return sub;
}

/// Langevin dynamics, then a relaxation: an integrator with noise, an optimizer with state.
inline SubStage hooked_part(int id, HookFactory const& hooks) {
    if (id == 1)
        return hooked(sub_stage(1, FireOptions{.timestep_fs = 4.0}, 30, {fmax_criterion(5e-3)}),
                      hooks(1));
    SubStage sub = hooked(sub_stage(0, NvtLangevinOptions{2.0, 30.0, 0.02}, 25), hooks(0));
    sub.initial_temperature_kelvin = 30.0;
    return sub;
}

/// Crystals and clusters of argon, all of `schema`.
inline std::vector<Sample> argon_samples(SchemaPtr const& schema = plain_schema()) {
    std::vector<Sample> samples;
    samples.push_back(argon_crystal(schema, 0, 2, 0.15, 1));
    samples.push_back(cluster(schema, 1, {0, 0, 0, 3.9, 0, 0, 0, 4.0, 0.2}));
    samples.push_back(argon_crystal(schema, 2, 2, 0.1, 2));
    samples.push_back(cluster(schema, 3, {0, 0, 0, 3.5, 1, 0}));
    samples.push_back(argon_crystal(schema, 4, 1, 0.1, 3));
    return samples;
}

/// One sample every four steps, each taken out when it is done.
inline Ends run_coming_and_going(StageRunner& run, std::vector<Sample> const& samples) {
    Ends ends;
    std::size_t next = 0;
    while (next < samples.size() || !run.stage.batch().empty()) {
        if (next < samples.size()) run.add(samples[next++]);
        run.step(4);
        auto const take = [&](std::span<SystemIndex const> done) {
            std::vector<SystemIndex> const rows(done.begin(), done.end());
            for (auto system = rows.rbegin(); system != rows.rend(); ++system) {
                Sample sample = run.stage.batch().extract(*system);
                ends.emplace(sample.id().value(), std::move(sample));
                run.stage.remove(*system);
            }
        };
        take(run.stage.departing());
        take(run.stage.failed());
    }
    return ends;
}

/// True when the fields that travel have the same bits, but for the position in the element.
inline bool same_travelling_bits(Sample const& a, Sample const& b) {
    for (int f = 0; f < a.schema().field_count(); ++f) {
        FieldSpec const& spec = a.schema().field(FieldIndex{f});
        if (spec.role == FieldRole::state || FieldIndex{f} == Fields::status) continue;
        auto const other = b.schema().find(spec.name);
        if (!other) return false;
        auto const x = a.bytes(FieldIndex{f});
        auto const y = b.bytes(*other);
        if (!std::equal(x.begin(), x.end(), y.begin(), y.end())) return false;
    }
    return true;
}

/// Runs `samples` through both parts in every way, expects the same bits, and gives the ends.
inline Ends expect_bits_depend_on_the_sample_alone(
    HookFactory const& hooks, std::vector<Sample> const& samples = argon_samples(),
    SchemaPtr const& schema = plain_schema()) {
    LennardJones model = reference_argon();
    BatchCapacity const room{5, 160, 0};
    auto const both = [&] { return sub_stages(hooked_part(0, hooks), hooked_part(1, hooks)); };
    Ends alone;
    for (Sample const& sample : samples) {
        StageRunner run(model, both(), room, schema);
        run.add(sample);
        run.run();
        alone.merge(run.samples());
    }
    StageRunner together(model, both(), room, schema);
    for (Sample const& sample : samples) together.add(sample);
    set_thread_count(2);
    together.run();
    set_thread_count(1);
    Ends const fused = together.samples();
    StageRunner moving(model, both(), room, schema);
    Ends const moved = run_coming_and_going(moving, samples);
    StageRunner one(model, sub_stages(hooked_part(0, hooks)), room, schema);
    for (Sample const& sample : samples) one.add(sample);
    one.run();
    StageRunner two(model, sub_stages(hooked_part(1, hooks)), room, schema);
    for (auto const& [id, sample] : one.samples()) two.add(sample);
    two.run();
    Ends const pipelined = two.samples();
    for (auto const& [id, sample] : alone) {
        EXPECT_TRUE(same_bits(sample, fused.at(id))) << id;
        EXPECT_TRUE(same_bits(sample, moved.at(id))) << id;
        EXPECT_TRUE(same_travelling_bits(sample, pipelined.at(id))) << id;
    }
    EXPECT_EQ(alone.size(), samples.size());
    return alone;
}

}  // namespace athanor::test
