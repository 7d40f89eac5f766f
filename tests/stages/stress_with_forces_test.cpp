// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The stress that a hook needs comes with the forces of its step: with the bits of an evaluation
/// of its own, for those alone for whom the hook is due, and nobody's forces change by it.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "stages/hooks/converged_snapshot.hpp"
#include "stages/hooks/logging.hpp"
#include "stages/hooks/snapshot.hpp"
#include "stages/hooks/wrap_periodic.hpp"
#include "tests/support/counting_model.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/stage_ends.hpp"

namespace athanor::test {
namespace {

constexpr BatchCapacity room{5, 160, 0};

/// Sample, stage, completed steps.
using Moment = std::array<std::int64_t, 3>;

Moment moment_of(Sample const& sample, int steps_to_come = 0) {
    return {sample.id().value(), sample.values<std::int32_t>(Fields::stage)[0],
            sample.values<std::int64_t>(Fields::stage_step)[0] + steps_to_come};
}

/// Keeps samples as the forces of each step see them.
class PlacesOfForces final : public Hook {
public:
    explicit PlacesOfForces(std::map<Moment, Sample>& kept) : kept_(kept) {}
    [[nodiscard]] std::string name() const override { return "places_of_forces"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::after_compute;
    }
    void fire(HookContext& context) override {
        for (SystemIndex const system : context.systems) {
            Sample sample = context.batch.extract(system);
            kept_.insert_or_assign(moment_of(sample, 1), std::move(sample));
        }
    }

private:
    std::map<Moment, Sample>& kept_;
};

class LostLog final : public LogWriter {
public:
    void open(std::span<std::string const>) override {}
    void write(LogBlock&) override {}
    [[nodiscard]] std::string describe() const override { return "lost"; }
    void close() override {}
};

std::shared_ptr<Hook> pressure_log(int frequency) {
    return std::make_shared<Logging>(std::make_unique<LostLog>(),
                                     LoggingOptions{frequency, {pressure_scalar()}});
}

std::shared_ptr<Hook> snapshot(Sink& sink, int frequency, bool initial = false) {
    return std::make_shared<Snapshot>(sink, SnapshotOptions{frequency, initial});
}

void fill_stress(StageRunner& run) {
    auto const departing = run.stage.departing();
    std::vector<SystemIndex> const systems(departing.begin(), departing.end());
    run.stage.fill_stress(systems);
}

/// Stress of a sample as it stands, worked out alone, after its forces and from a new list.
std::vector<double> stress_alone(Sample const& sample) {
    CountingModel model(reference_argon());
    StageRunner run(model, sub_stages(sub_stage(0, SinglePointOptions{}, 0)),
                    {1, sample.atom_count(), 0});
    run.add(sample);
    run.step();
    fill_stress(run);
    EXPECT_EQ(model.lone_stresses, 1);
    Sample const end = run.stage.batch().extract(SystemIndex{0});
    auto const stress = end.values<double>(Fields::stress);
    return {stress.begin(), stress.end()};
}

void expect_stress_of_forces(MemorySink const& sink, std::map<Moment, Sample> const& forces) {
    for (auto const& [sample, kind] : sink.rows) {
        auto const at = forces.find(moment_of(sample));
        bool const at_admission = moment_of(sample)[2] == 0;
        ASSERT_TRUE(at != forces.end() || at_admission);
        auto const expected = stress_alone(at_admission ? sample : at->second);
        auto const stored = sample.values<double>(Fields::stress);
        for (std::size_t k = 0; k < 9; ++k) {
            bool const both_nan = stored[k] != stored[k] && expected[k] != expected[k];
            EXPECT_TRUE(both_nan || stored[k] == expected[k])
                << "sample " << sample.id().value() << ", step " << moment_of(sample)[2];
        }
    }
}

enum class Wrap { never, before, behind };

TEST(StressWithForces, RowsHaveTheStressOfAnEvaluationOfItsOwn) {
    for (Wrap const wrap : {Wrap::never, Wrap::before, Wrap::behind})
        for (int const threads : {1, 2}) {
            SCOPED_TRACE(static_cast<int>(wrap));
            MemorySink frames, of_element;
            std::map<Moment, Sample> forces;
            HookFactory const hooks = [&](int part) {
                Hooks list{std::make_shared<PlacesOfForces>(forces), snapshot(frames, 3, true)};
                auto const wrapping = std::make_shared<WrapPeriodic>(WrapPeriodicOptions{1});
                if (wrap != Wrap::never)
                    list.insert(wrap == Wrap::before ? list.begin() : list.end(), wrapping);
                if (part == 1) list.push_back(std::make_shared<ConvergedSnapshot>(frames));
                return list;
            };
            LennardJones model = reference_argon();
            FusedStage::Options options{room, 7};
            options.hooks = {snapshot(of_element, 5)};
            StageRunner run(options, model,
                            sub_stages(hooked_part(0, hooks), hooked_part(1, hooks)));
            auto samples = argon_samples();
            for (double& x : samples[0].values<double>(Fields::positions)) x -= 3.0;

            set_thread_count(threads);
            auto const ends = run_coming_and_going(run, samples);
            set_thread_count(1);

            EXPECT_EQ(ends.size(), samples.size());
            EXPECT_GT(frames.rows.size(), 60U);
            EXPECT_GT(of_element.rows.size(), 30U);
            expect_stress_of_forces(frames, forces);
            expect_stress_of_forces(of_element, forces);
        }
}

TEST(StressWithForces, NobodysBitsChangeByASnapshot) {
    MemorySink sink;
    auto const ends_with = [&](HookFactory const& hooks, Hooks of_element) {
        LennardJones model = reference_argon();
        FusedStage::Options options{room, 7};
        options.hooks = std::move(of_element);
        StageRunner run(options, model, sub_stages(hooked_part(0, hooks), hooked_part(1, hooks)));
        for (Sample const& sample : argon_samples()) {
            run.add(sample);
            run.step(2);
        }
        run.run();
        fill_stress(run);
        return run.samples();
    };

    auto const without = ends_with([](int) { return Hooks{}; }, {});
    auto const with = ends_with(
        [&](int part) {
            return Hooks{snapshot(sink, 4 + part, true), pressure_log(3)};
        },
        {snapshot(sink, 7)});

    EXPECT_GT(sink.rows.size(), 60U);
    ASSERT_EQ(with.size(), argon_samples().size());
    for (auto const& [id, sample] : without) EXPECT_TRUE(same_bits(sample, with.at(id))) << id;
}

TEST(StressWithForces, EachStepIsEvaluatedOnceWhateverIsDue) {
    CountingModel model(reference_argon());
    MemorySink sink;
    FusedStage::Options options{room, 7};
    options.hooks = {snapshot(sink, 5)};
    StageRunner run(options, model,
                    sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 12),
                                      {snapshot(sink, 4, true), pressure_log(3)})));
    for (Sample const& sample : argon_samples()) {  // none of them at the step of another
        run.add(sample);
        run.step();
    }
    run.run();

    // Due in steps that begin with 0, 3, 4, 5, 6, 8, 9 and 10 completed ones, and at admission.
    auto const samples = static_cast<std::int64_t>(argon_samples().size());
    EXPECT_EQ(model.host_evaluations, samples * 13);
    EXPECT_EQ(model.joint_stresses, samples * 9);
    EXPECT_EQ(model.lone_stresses, 0);
}

TEST(StressWithForces, WithoutAHookThatNeedsItThereIsNone) {
    CountingModel model(reference_argon());
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 5),
                                      {std::make_shared<WrapPeriodic>(WrapPeriodicOptions{2})})),
                    room);
    for (Sample const& sample : argon_samples()) run.add(sample);
    run.run();

    EXPECT_EQ(model.joint_stresses, 0);
    EXPECT_EQ(model.lone_stresses, 0);
}

/// That a sample converges is known behind the forces: one evaluation more, in that step alone.
TEST(StressWithForces, WhoConvergesIsEvaluatedOnceMore) {
    CountingModel model(reference_argon());
    MemorySink sink;
    StageRunner run(model,
                    sub_stages(hooked(
                        sub_stage(0, FireOptions{.timestep_fs = 5.0}, 400, {fmax_criterion(1e-2)}),
                        {std::make_shared<ConvergedSnapshot>(sink)})),
                    room);
    for (Sample const& sample : argon_samples()) run.add(sample);
    run.run();

    ASSERT_GT(sink.rows.size(), 1U);
    EXPECT_EQ(model.joint_stresses, 0);
    EXPECT_EQ(model.lone_stresses, static_cast<std::int64_t>(sink.rows.size()));
    for (auto const& [sample, kind] : sink.rows) {
        auto const expected = stress_alone(sample);
        EXPECT_TRUE(std::equal(expected.begin(), expected.end(),
                               sample.values<double>(Fields::stress).begin(),
                               [](double a, double b) { return a == b || (a != a && b != b); }));
    }
}

/// Who is out of steps and written has the stress of its last step, also where there is none.
TEST(StressWithForces, WhoseStepsAreCountedIsWrittenWithoutAnotherEvaluation) {
    for (int const steps : {0, 6}) {
        CountingModel alone(reference_argon()), joint(reference_argon());
        auto const ends_of = [&](CountingModel<LennardJones>& model, bool writes) {
            StageRunner run(
                model,
                sub_stages(sub_stage(0, NveOptions{1.0}, 3), sub_stage(1, NveOptions{2.0}, steps)),
                room);
            if (writes) run.stage.expect_writing();
            for (Sample const& sample : argon_samples()) run.add(sample);
            run.run();
            fill_stress(run);
            return run.samples();
        };
        auto const samples = static_cast<std::int64_t>(argon_samples().size());

        auto const expected = ends_of(alone, false), ends = ends_of(joint, true);

        EXPECT_EQ(alone.lone_stresses, samples);
        EXPECT_EQ(alone.joint_stresses, 0);
        EXPECT_EQ(joint.lone_stresses, 0);
        EXPECT_EQ(joint.joint_stresses, samples);
        EXPECT_EQ(joint.host_evaluations, alone.host_evaluations);
        for (auto const& [id, sample] : expected) EXPECT_TRUE(same_bits(sample, ends.at(id))) << id;
    }
}

TEST(StressWithForces, AfterAStopRowsAreThoseOfARunWithout) {
    using Rows = std::vector<std::tuple<Moment, RowKind, std::vector<std::byte>>>;
    auto const rows_with_stops_at = [](std::vector<int> const& turns) {
        LennardJones model = reference_argon();
        MemorySink sink;
        auto const stages = [&] {
            HookFactory const hooks = [&](int part) {
                return Hooks{std::make_shared<WrapPeriodic>(WrapPeriodicOptions{2}),
                             snapshot(sink, 3 + part, true), pressure_log(5)};
            };
            return sub_stages(hooked_part(0, hooks), hooked_part(1, hooks));
        };
        auto run = std::make_unique<StageRunner>(model, stages(), room);
        for (Sample const& sample : argon_samples()) run->add(sample);
        for (int const steps : turns) {
            run->step(steps);
            auto const halfway = run->samples();
            run = std::make_unique<StageRunner>(model, stages(), room);
            for (auto sample = halfway.rbegin(); sample != halfway.rend(); ++sample)
                run->stage.resume(run->stage.batch().append(sample->second));
        }
        run->run();
        Rows rows;
        for (auto const& [sample, kind] : sink.rows)
            rows.emplace_back(moment_of(sample), kind, all_bytes(sample));
        std::sort(rows.begin(), rows.end());
        return rows;
    };

    auto const whole = rows_with_stops_at({});

    EXPECT_GT(whole.size(), 50U);
    EXPECT_EQ(rows_with_stops_at({3, 1, 2, 5, 13, 2, 4}), whole);
}

}  // namespace
}  // namespace athanor::test
