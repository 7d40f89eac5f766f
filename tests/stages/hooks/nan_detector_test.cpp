// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/nan_detector.hpp"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/recording_hook.hpp"

namespace athanor {
namespace {

using test::Firing;
using test::hooked;
using test::RecordingHook;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;
using Action = NanDetectorOptions::Action;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Puts a value into one element of a field of sample 1, at one point, after three steps.
class Spoiler final : public Hook {
public:
    Spoiler(HookPoint point, FieldIndex field, int element, double value)
        : point_(point), field_(field), element_(element), value_(value) {}
    [[nodiscard]] std::string name() const override { return "spoiler"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override { return point == point_; }
    void fire(HookContext& context) override {
        BatchView const view = context.batch.view();
        for (SystemIndex s : context.systems)
            if (view.system_id[s.value()] == 1 && view.stage_step[s.value()] == 3)
                reinterpret_cast<double*>(context.batch.rows(field_, s))[element_] = value_;
    }

private:
    HookPoint point_;
    FieldIndex field_;
    int element_;
    double value_;
};

std::shared_ptr<NanDetector> detector(std::vector<std::string> fields = {},
                                      Action action = Action::quarantine, int frequency = 1) {
    return std::make_shared<NanDetector>(NanDetectorOptions{std::move(fields), action, frequency});
}

/// Three samples of two atoms under these hooks, six steps.
struct Watched {
    explicit Watched(test::Hooks hooks)
        : runner(model, sub_stages(hooked(sub_stage(4, NveOptions{1.0}, 6), std::move(hooks))),
                 {3, 6, 0}) {
        for (int id : {0, 1, 2}) runner.add(test::line_of_atoms(test::plain_schema(), id, 2, 0.3));
    }
    /// Why sample 1 left; "" when it did not.
    std::string reason() {
        runner.run();
        EXPECT_LE(runner.stage.failed().size(), 1U);
        for (SystemIndex s : runner.stage.failed()) {
            EXPECT_EQ(runner.stage.batch().sample_id(s).value(), 1);
            return runner.stage.failure_reason(s);
        }
        return "";
    }
    test::HarmonicModel model;
    StageRunner runner;
};

TEST(NanDetector, NamesFieldAtomAndStep) {
    struct Case {
        HookPoint point;
        FieldIndex field;
        int element;
        double value;
        char const* reason;
    };
    for (Case const& c :
         {Case{HookPoint::after_compute, Fields::forces, 4, nan, "forces of atom 1 is nan"},
          Case{HookPoint::after_compute, Fields::energy, 0, -infinity, "energy is -inf"},
          Case{HookPoint::before_compute, Fields::positions, 2, nan, "positions of atom 0 is nan"},
          Case{HookPoint::after_pre_update, Fields::velocities, 3, nan,
               "velocities of atom 1 is nan"}}) {
        Watched run({std::make_shared<Spoiler>(c.point, c.field, c.element, c.value),
                     detector({"velocities"})});

        EXPECT_EQ(run.reason(), std::string("nan_detector: ") + c.reason + " after 3 steps");
    }
}

TEST(NanDetector, AStageLooksByItselfAtPositionsEnergyAndForcesAlone) {
    auto const spoiler = [](FieldIndex field) {
        return std::make_shared<Spoiler>(HookPoint::after_compute, field, 0, nan);
    };

    EXPECT_EQ(Watched({spoiler(Fields::forces)}).reason(), "a force is not finite");
    EXPECT_EQ(Watched({spoiler(Fields::energy)}).reason(), "the energy is nan");
    EXPECT_EQ(Watched({spoiler(Fields::forces), detector()}).reason(),
              "nan_detector: forces of atom 0 is nan after 3 steps");
}

TEST(NanDetector, LooksOnlyEverySoManySteps) {
    // Nothing writes the spoiled field again; the next look is in the step after four.
    auto const schema = std::make_shared<Schema const>(std::vector<FieldSpec>{
        {"dipole", Level::system, Dtype::float64, {3}, "", FieldRole::user}});
    test::HarmonicModel model;
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 6),
                                      {std::make_shared<Spoiler>(HookPoint::before_step,
                                                                 *schema->find("dipole"), 2, nan),
                                       detector({"dipole"}, Action::quarantine, 4)})),
                    {1, 2, 0}, schema);
    run.add(test::line_of_atoms(schema, 1, 2, 0.3));

    run.run();

    ASSERT_EQ(run.stage.failed().size(), 1U);
    EXPECT_EQ(run.stage.failure_reason(run.stage.failed()[0]),
              "nan_detector: dipole is nan after 4 steps");
}

TEST(NanDetector, HooksAfterItNeverSeeTheSampleAgain) {
    std::vector<Firing> before, after;
    auto const record = [](std::vector<Firing>& log) {
        return std::make_shared<RecordingHook>("r", log, 1, std::vector{HookPoint::after_compute});
    };
    Watched run({std::make_shared<Spoiler>(HookPoint::after_compute, Fields::forces, 0, nan),
                 record(before), detector(), record(after)});

    EXPECT_NE(run.reason(), "");

    auto const of_sample_1 = [](std::vector<Firing> const& log) {
        return std::count_if(log.begin(), log.end(), [](auto const& f) { return f.sample == 1; });
    };
    EXPECT_EQ(of_sample_1(before), 4);
    EXPECT_EQ(of_sample_1(after), 3);
}

TEST(NanDetector, StopEndsTheCampaignWithPlaceAndSample) {
    Watched run({std::make_shared<Spoiler>(HookPoint::after_compute, Fields::forces, 0, nan),
                 detector({}, Action::stop)});
    try {
        run.runner.run();
        FAIL() << "nothing was thrown";
    } catch (CampaignError const& error) {
        EXPECT_EQ(error.exit_code(), 4);
        EXPECT_EQ(
            std::string(error.what()),
            "nan_detector: stage 4, sample 1 (\"cluster-1\"): forces of atom 0 is nan after 3 "
            "steps; the campaign is told to stop, give \"action\": \"quarantine\" to go on "
            "without it");
    }
}

TEST(NanDetector, BitsDependOnTheSampleAlone) {
    auto const ends = test::expect_bits_depend_on_the_sample_alone(
        [](int) { return test::Hooks{detector({"velocities"})}; });
    auto const free =
        test::expect_bits_depend_on_the_sample_alone([](int) { return test::Hooks{}; });

    for (auto const& [id, sample] : ends) EXPECT_TRUE(test::same_bits(sample, free.at(id))) << id;
}

TEST(NanDetector, RefusesFieldsThatCannotBeLookedAt) {
    for (char const* field : {"no_such_field", "atomic_numbers", "stress"})
        EXPECT_THROW(Watched({detector({field})}), ConfigError) << field;
    EXPECT_THROW(detector({}, Action::stop, 0), ConfigError);
    EXPECT_NO_THROW(Watched({detector({"cell", "atomic_masses"})}));
}

}  // namespace
}  // namespace athanor
