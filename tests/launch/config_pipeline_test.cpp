// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "tests/launch/config_fixture.hpp"

namespace athanor::test {
namespace {

/// The example with one stage in place of its pipeline.
std::string error_of_stage(char const* stage) {
    return error_of(with(relax_then_md(), "/pipeline", Json::array({Json::parse(stage)})));
}

TEST(ConfigPipeline, FusedStagesAreOneElement) {
    Json document = relax_then_md();
    Json const stages = document["pipeline"];
    document["pipeline"] =
        Json::array({Json{{"fuse", stages}},
                     Json::parse(R"({"name": "end", "dynamics": {"type": "single_point"}})")});

    PipelineSpec const pipeline = parse(document).pipeline;

    ASSERT_EQ(pipeline.elements.size(), 2U);
    ASSERT_EQ(pipeline.elements[0].stages.size(), 2U);
    EXPECT_EQ(pipeline.elements[0].stages[1].name, "md");
    EXPECT_EQ(pipeline.elements[1].stages[0].name, "end");
    EXPECT_EQ(pipeline.stage_count(), 3);
}

TEST(ConfigPipeline, TheDocumentedOrderIsRefusedOnADeviceBeforeTheStart) {
    Json document = relax_then_md();
    document["pipeline"] =
        Json::array({Json{{"fuse", document["pipeline"]}, {"order", "documented"}}});

    for (std::string const device : {"cuda", "emulated"})
        EXPECT_EQ(error_of(with(document, "/device", device)),
                  "campaign.json#/pipeline/0/order: \"documented\" is made by the processor only, "
                  "and /device is \"" +
                      device + "\"; take \"cpu\" or \"auto\" there, or leave the order out");
    for (char const* device : {"cpu", "auto"})
        EXPECT_EQ(parse(with(document, "/device", device)).pipeline.elements[0].order,
                  FusedOrder::documented);
}

TEST(ConfigPipeline, ErrorsInsideAFusedElementHaveTheirPointer) {
    EXPECT_EQ(
        error_of_stage(R"({"fuse": []})"),
        "campaign.json#/pipeline/0/fuse: an empty list is no list of stages; give a list [...] "
        "that is not empty");
    EXPECT_EQ(error_of_stage(R"({"fuse": [{"dynamics": {"type": "nve", "timestep_fs": 0},
                                           "steps": 1}]})"),
              "campaign.json#/pipeline/0/fuse/0/dynamics/timestep_fs: 0 is no time step; give "
              "femtoseconds above 0");
}

TEST(ConfigPipeline, ConvergeIsFmaxOrAListOfCriteria) {
    Json const document = with(relax_then_md(), "/pipeline/0/converge", Json::parse(R"([
        {"threshold": 0.02},
        {"field": "energy", "reduce": "max", "threshold": -1.5}])"));

    EXPECT_EQ(parse(document).pipeline.elements[0].stages[0].converge,
              (std::vector<Criterion>{{"forces", RowReduction::norm, 0.02},
                                      {"energy", RowReduction::max, -1.5}}));
}

TEST(ConfigPipeline, ANormThatShouldBeNegativeIsRefused) {
    EXPECT_EQ(
        error_of(with(relax_then_md(), "/pipeline/0/converge",
                      Json::parse(R"([{"threshold": -0.02}])"))),
        "campaign.json#/pipeline/0/converge/0/threshold: no norm is ever -0.02 or below; give 0 "
        "or above");
}

TEST(ConfigPipeline, StageNamesAreUnique) {
    EXPECT_EQ(error_of(with(relax_then_md(), "/pipeline/1/name", "relax")),
              "campaign.json#/pipeline/1/name: \"relax\" is already the name of /pipeline/0; give "
              "each stage its own");
    EXPECT_EQ(error_of(with(relax_then_md(), "/pipeline/1/name", "a/b")),
              "campaign.json#/pipeline/1/name: \"a/b\" has a slash; give a name without");
}

TEST(ConfigPipeline, MolecularDynamicsTakesStepsAlone) {
    EXPECT_EQ(
        error_of_stage(R"({"dynamics": {"type": "nve"}})"),
        "campaign.json#/pipeline/0/steps: missing; an nve stage runs an exact number of steps, "
        "give it");
    EXPECT_EQ(
        error_of_stage(R"({"dynamics": {"type": "nve"}, "max_steps": 5})"),
        "campaign.json#/pipeline/0/max_steps: an nve stage runs an exact number of steps; give "
        "\"steps\"");
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "nve"}, "steps": 5,
                                 "converge": {"fmax": 1}})"),
              "campaign.json#/pipeline/0/converge: an nve stage runs an exact number of steps and "
              "does not converge; give \"steps\" alone");
}

TEST(ConfigPipeline, OptimizersTakeConvergeAndMaxSteps) {
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "fire"}})"),
              "campaign.json#/pipeline/0/converge: missing; a fire stage without \"converge\" and "
              "\"max_steps\" never ends, give one of them");
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "fire"}, "steps": 5})"),
              "campaign.json#/pipeline/0/steps: a fire stage runs until it converges; give "
              "\"converge\", \"max_steps\" or both");
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "fire"}, "max_steps": 5})"), "");
}

TEST(ConfigPipeline, SinglePointTakesNoSteps) {
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "single_point"}, "steps": 5})"),
              "campaign.json#/pipeline/0/steps: a single_point stage takes no steps; leave the key "
              "out");
}

TEST(ConfigPipeline, OptimizersStartFromRest) {
    EXPECT_EQ(
        error_of_stage(R"({"dynamics": {"type": "fire"}, "max_steps": 5,
                                 "initial_temperature_kelvin": 40})"),
        "campaign.json#/pipeline/0/initial_temperature_kelvin: an optimizer starts from rest; "
        "leave the key out, or set \"keep_velocities\": true in its dynamics");
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "fire", "keep_velocities": true},
                                 "max_steps": 5, "initial_temperature_kelvin": 40})"),
              "");
}

TEST(ConfigPipeline, FireTimeStepsAreInOrder) {
    EXPECT_EQ(
        error_of_stage(R"({"dynamics": {"type": "fire", "timestep_fs": 2,
                                              "timestep_max_fs": 1, "timestep_min_fs": 3},
                                 "max_steps": 5})"),
        "campaign.json#/pipeline/0/dynamics/timestep_max_fs: 1 is below timestep_fs, 2; give 2 "
        "or above, or 0 for ten times as much\n"
        "campaign.json#/pipeline/0/dynamics/timestep_min_fs: 3 is above timestep_fs, 2; give 2 "
        "or below");
}

TEST(ConfigPipeline, Fire2IsReadWithItsOwnDefaultsAndTimeStepsInOrder) {
    Config const config = parse(with(relax_then_md(), "/pipeline/0/dynamics", Json::parse(R"(
        {"type": "fire2", "timestep_fs": 0.7, "delay_steps": 20, "keep_velocities": true})")));
    EXPECT_EQ(
        config.pipeline.elements[0].stages[0].dynamics,
        DynamicsSpec(Fire2Options{.timestep_fs = 0.7, .delay_steps = 20, .keep_velocities = true}));
    EXPECT_EQ(
        error_of_stage(R"({"dynamics": {"type": "fire2", "timestep_fs": 1}, "max_steps": 5})"),
        "campaign.json#/pipeline/0/dynamics/timestep_max_fs: 0.8 is below timestep_fs, 1; give 1 "
        "or above");
    EXPECT_EQ(
        error_of_stage(R"({"dynamics": {"type": "fire2", "timestep_fs": 0.02}, "max_steps": 5})"),
        "campaign.json#/pipeline/0/dynamics/timestep_min_fs: 0.05 is above timestep_fs, 0.02; "
        "give 0.02 or below");
}

TEST(ConfigPipeline, LbfgsHasNoTimeStepAndNoVelocities) {
    Config const config = parse(with(relax_then_md(), "/pipeline/0/dynamics",
                                     Json::parse(R"({"type": "lbfgs", "history": 5})")));
    EXPECT_EQ(config.pipeline.elements[0].stages[0].dynamics,
              DynamicsSpec(LbfgsOptions{.history = 5}));
    EXPECT_NE(
        error_of_stage(R"({"dynamics": {"type": "lbfgs", "timestep_fs": 1}, "max_steps": 5})"), "");
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "lbfgs"}})"),
              "campaign.json#/pipeline/0/converge: missing; a lbfgs stage without \"converge\" "
              "and \"max_steps\" never ends, give one of them");
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "lbfgs"}, "max_steps": 5,
                                 "initial_temperature_kelvin": 10})"),
              "campaign.json#/pipeline/0/initial_temperature_kelvin: an optimizer starts from "
              "rest; leave the key out");
}

TEST(ConfigPipeline, VariableCellsTakeAPressureAndNoVelocities) {
    Config const config = parse(with(relax_then_md(), "/pipeline/0/dynamics", Json::parse(R"(
        {"type": "fire_variable_cell", "timestep_fs": 3, "pressure_gpa": 0.2})")));
    EXPECT_EQ(config.pipeline.elements[0].stages[0].dynamics,
              DynamicsSpec(
                  FireVariableCellOptions{.relaxation = {.timestep_fs = 3}, .pressure_gpa = 0.2}));
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "fire2_variable_cell", "timestep_fs": 1},
                                 "max_steps": 5})"),
              "campaign.json#/pipeline/0/dynamics/timestep_max_fs: 0.8 is below timestep_fs, 1; "
              "give 1 or above");
    EXPECT_NE(error_of_stage(R"({"dynamics": {"type": "fire2_variable_cell",
                                              "keep_velocities": true}, "max_steps": 5})"),
              "");
}

TEST(ConfigPipeline, VelocitiesAndDegreesOfFreedomAreRead) {
    Json document = relax_then_md();
    document["pipeline"][1]["initial_temperature_kelvin"] = 40;
    document["pipeline"][1]["degrees_of_freedom"] = "3N";

    Config const config = parse(document);

    EXPECT_EQ(config.pipeline.elements[1].stages[0].initial_temperature_kelvin, 40.0);
    EXPECT_EQ(config.pipeline.elements[0].stages[0].degrees_of_freedom,
              DegreesOfFreedom::automatic);
    EXPECT_EQ(config.pipeline.elements[1].stages[0].degrees_of_freedom, DegreesOfFreedom::three_n);
}

TEST(ConfigPipeline, AVariableCellRelaxationMayConvergeOnItsResidualStress) {
    Json document = relax_then_md();
    document["pipeline"][0]["dynamics"] = {{"type", "fire_variable_cell"}};
    document["pipeline"][0]["converge"] = {{"fmax", 0.01}, {"residual_stress_gpa", 1.602176634}};

    auto const criteria = parse(document).pipeline.elements[0].stages[0].converge;

    ASSERT_EQ(criteria.size(), 2u);
    EXPECT_EQ(criteria[0], fmax_criterion(0.01));
    EXPECT_EQ(criteria[1].field, "residual_stress");
    EXPECT_EQ(criteria[1].reduction, RowReduction::max_abs);
    EXPECT_NEAR(criteria[1].threshold, 0.01, 1e-15);
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "fire"},
                                 "converge": {"fmax": 0.1, "residual_stress_gpa": 1}})"),
              "campaign.json#/pipeline/0/converge/residual_stress_gpa: the stage does not move the "
              "cell; leave the key out, or relax with fire_variable_cell or fire2_variable_cell");
}

TEST(ConfigPipeline, AFusedElementHasAnOrderAndHooksOfItsOwn) {
    Json document = relax_then_md();
    document["pipeline"][1].erase("hooks");  // or they would write the same rows
    document["pipeline"] = Json::array(
        {Json{{"fuse", document["pipeline"]},
              {"order", "documented"},
              {"hooks", Json::parse(R"([{"type": "snapshot", "sink": "trajectory"}])")}}});

    ElementSpec const element = parse(document).pipeline.elements[0];

    EXPECT_EQ(element.stages.size(), 2u);
    EXPECT_EQ(element.order, FusedOrder::documented);
    ASSERT_EQ(element.hooks.size(), 1u);
    EXPECT_EQ(std::get<SnapshotSpec>(element.hooks[0]), (SnapshotSpec{"trajectory", 1, false}));
}

TEST(ConfigPipeline, StageStandsForTheNameInPathsAndTwoHooksNeverWriteOneFile) {
    Json document = relax_then_md();
    auto const log_to = [&](char const* path) {
        for (int stage : {0, 1})
            document["pipeline"][stage]["hooks"] =
                Json::array({Json{{"type", "logging"}, {"path", path}}});
    };
    log_to("out/{stage}-{rank}.csv");
    auto const elements = parse(document).pipeline.elements;
    EXPECT_EQ(std::get<LoggingSpec>(elements[1].stages[0].hooks[0]).path,
              "/base/out/md-{rank}.csv");

    log_to("out/log.csv");
    EXPECT_EQ(error_of(document),
              "campaign.json#/pipeline/1/hooks/0/path: \"out/log.csv\" is also "
              "/pipeline/0/hooks/0/path; give each its own path");
}

TEST(ConfigPipeline, HooksThatBelongToOneStageAreRefusedOnAFusedElement) {
    auto const error_of_hook = [](char const* hook) {
        Json document = relax_then_md();
        document["pipeline"] = Json::array(
            {Json{{"fuse", Json::parse(R"([{"dynamics": {"type": "nve"}, "steps": 5}])")},
                  {"hooks", Json::array({Json::parse(hook)})}}});
        return error_of(document);
    };

    EXPECT_EQ(error_of_hook(R"({"type": "wrap_periodic"})"),
              "campaign.json#/pipeline/0/hooks/0: wrap_periodic works on the samples of one stage; "
              "give it to the stages inside \"fuse\"");
    EXPECT_EQ(error_of_hook(R"({"type": "converged_snapshot", "sink": "done"})"),
              "campaign.json#/pipeline/0/hooks/0: none of the fused stages has \"converge\", so "
              "that the hook would never fire; take it out");
    EXPECT_NE(error_of_hook(R"({"type": "snapshot", "sink": "nowhere"})").find("/hooks/0/sink"),
              std::string::npos);
}

TEST(ConfigPipeline, PressureIsGivenInOneUnitOfTwo) {
    Json document = relax_then_md();
    document["pipeline"][1]["dynamics"] = {{"type", "npt"}, {"pressure_gpa", 1.602176634}};
    auto const dynamics = [&] { return parse(document).pipeline.elements[1].stages[0].dynamics; };

    EXPECT_NEAR(std::get<NptOptions>(dynamics()).pressure_ev_per_a3, 0.01, 1e-15);
    document["pipeline"][1]["dynamics"] = {{"type", "nph"}, {"pressure_ev_per_a3", -0.5}};
    EXPECT_EQ(std::get<NphOptions>(dynamics()).pressure_ev_per_a3, -0.5);
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "nph", "pressure_gpa": 1,
                                 "pressure_ev_per_a3": 1}, "steps": 5})"),
              "campaign.json#/pipeline/0/dynamics/pressure_gpa: pressure_ev_per_a3 is given too; "
              "leave one of them out");
}

TEST(ConfigPipeline, YoshidaOrdersAreOdd) {
    EXPECT_EQ(error_of_stage(R"({"dynamics": {"type": "nvt_nose_hoover", "yoshida_order": 4},
                                 "steps": 5})"),
              "campaign.json#/pipeline/0/dynamics/yoshida_order: 4 is no order that has weights; "
              "give 1, 3 or 5");
}

TEST(ConfigPipeline, HooksNameSinksThatExist) {
    EXPECT_EQ(error_of(with(relax_then_md(), "/pipeline/1/hooks/0/sink", "trajectry")),
              "campaign.json#/pipeline/1/hooks/0/sink: \"trajectry\" is no sink of this "
              "configuration; give done or trajectory (nearest: trajectory)");
}

TEST(ConfigPipeline, NeighborListSetsTheSkinOfItsStageAndWhetherEdgesAreStored) {
    Json document = relax_then_md();
    document["pipeline"][0]["hooks"] =
        Json::parse(R"([{"type": "neighbor_list", "skin": 0.5, "store_edges": true}])");

    EXPECT_EQ(parse(document).pipeline.elements[0].stages[0].skin, 0.5);
    EXPECT_TRUE(parse(document).pipeline.elements[0].stages[0].store_edges);
    EXPECT_FALSE(parse(document).pipeline.elements[1].stages[0].store_edges);
    EXPECT_EQ(error_of(with(document, "/pipeline/0/hooks/0/skin", 5e9)),  // a list without end
              "campaign.json#/pipeline/0/hooks/0/skin: 5000000000.0 is no length; give ångström "
              "from 0 to 100");

    document["pipeline"][0]["hooks"].push_back({{"type", "neighbor_list"}});
    EXPECT_EQ(error_of(document),
              "campaign.json#/pipeline/0/hooks/1: a second neighbor_list; a stage "
              "has one, keep one");
}

TEST(ConfigPipeline, ASnapshotOfASinglePointNeedsInitial) {
    Json document = with(smallest(), "/pipeline/0/hooks",
                         Json::parse(R"([{"type": "snapshot", "sink": "done"}])"));
    EXPECT_EQ(error_of(document),
              "campaign.json#/pipeline/0/hooks/0: a single_point stage takes no steps, so that the "
              "hook would never fire; give \"initial\": true, or take it out");
    EXPECT_EQ(error_of(with(document, "/pipeline/0/hooks/0/initial", true)), "");
}

/// The hooks of a stage of molecular dynamics with this one hook, read back.
std::vector<HookSpec> hooks_of(char const* hook) {
    Json document = relax_then_md();
    document["pipeline"][1]["hooks"] = {Json::parse(hook)};
    return parse(document).pipeline.elements[1].stages[0].hooks;
}

std::string error_of_hook(char const* hook) {
    Json document = relax_then_md();
    document["pipeline"][1]["hooks"] = {Json::parse(hook)};
    return error_of(document);
}

TEST(ConfigPipeline, MaxForceClampNeedsItsForce) {
    EXPECT_EQ(hooks_of(R"({"type": "max_force_clamp", "max_force": 2.5})"),
              (std::vector<HookSpec>{MaxForceClampOptions{2.5}}));
    EXPECT_EQ(error_of_hook(R"({"type": "max_force_clamp"})"),
              "campaign.json#/pipeline/1/hooks/0/max_force: missing; give eV/Å above 0 (longest "
              "force that an atom keeps)");
}

TEST(ConfigPipeline, WrapPeriodicHasAFrequencyAndNeedsSteps) {
    EXPECT_EQ(hooks_of(R"({"type": "wrap_periodic", "frequency": 7})"),
              (std::vector<HookSpec>{WrapPeriodicOptions{7}}));
    EXPECT_EQ(error_of(with(smallest(), "/pipeline/0/hooks",
                            Json::parse(R"([{"type": "wrap_periodic"}])"))),
              "campaign.json#/pipeline/0/hooks/0: a single_point stage takes no steps, so that the "
              "hook would never fire; take it out");
}

TEST(ConfigPipeline, FreezeAtomsTakesEitherACategoryOrIndices) {
    EXPECT_EQ(hooks_of(R"({"type": "freeze_atoms", "category": -1})"),
              (std::vector<HookSpec>{FreezeAtomsOptions{.category = -1}}));
    EXPECT_EQ(hooks_of(R"({"type": "freeze_atoms", "indices": [4, 0], "zero_forces": false})"),
              (std::vector<HookSpec>{FreezeAtomsOptions{.indices = {4, 0}, .zero_forces = false}}));
    for (char const* hook : {R"({"type": "freeze_atoms"})",
                             R"({"type": "freeze_atoms", "category": 1, "indices": [0]})"})
        EXPECT_EQ(error_of_hook(hook),
                  "campaign.json#/pipeline/1/hooks/0: it is not clear which atoms to freeze; give "
                  "either \"category\" or \"indices\"");
    EXPECT_NE(error_of_hook(R"({"type": "freeze_atoms", "indices": [1, -1, "2"]})")
                  .find("/pipeline/1/hooks/0/indices/1: -1 is no number of an atom"),
              std::string::npos);
}

TEST(ConfigPipeline, NanDetectorHasFieldsAndAnAction) {
    EXPECT_EQ(hooks_of(R"({"type": "nan_detector"})"),
              (std::vector<HookSpec>{NanDetectorOptions{}}));
    EXPECT_EQ(hooks_of(R"({"type": "nan_detector", "fields": ["velocities"], "action": "stop",
                           "frequency": 5})"),
              (std::vector<HookSpec>{
                  NanDetectorOptions{{"velocities"}, NanDetectorOptions::Action::stop, 5}}));
    EXPECT_EQ(error_of_hook(R"({"type": "nan_detector", "action": "raise"})"),
              "campaign.json#/pipeline/1/hooks/0/action: \"raise\" is no action; give quarantine "
              "or stop");
}

TEST(ConfigPipeline, EnergyDriftMonitorHasAThresholdAMetricAndAnAction) {
    using Options = EnergyDriftMonitorOptions;
    EXPECT_EQ(hooks_of(R"({"type": "energy_drift_monitor", "threshold": 1e-5})"),
              (std::vector<HookSpec>{Options{.threshold = 1e-5}}));
    EXPECT_EQ(hooks_of(R"({"type": "energy_drift_monitor", "threshold": 2, "metric": "absolute",
                           "action": "stop", "include_kinetic": false, "frequency": 10})"),
              (std::vector<HookSpec>{
                  Options{2.0, Options::Metric::absolute, Options::Action::stop, false, 10}}));
    EXPECT_EQ(error_of_hook(R"({"type": "energy_drift_monitor"})"),
              "campaign.json#/pipeline/1/hooks/0/threshold: missing; give eV above 0 (largest "
              "drift that passes)");
}

TEST(ConfigPipeline, ProfilerHasAPathBesideTheFileAndSettings) {
    Json document = relax_then_md();
    document["pipeline"][0]["hooks"] =
        Json::parse(R"([{"type": "profiler", "path": "out/relax.json"}])");
    document["pipeline"][1]["hooks"] = Json::parse(
        R"([{"type": "profiler", "path": "out/md.json", "frequency": 5, "ranges": "step",
             "nvtx": false, "max_events": 10}])");

    Config const config = parse(document);

    EXPECT_EQ(std::get<ProfilerOptions>(config.pipeline.elements[0].stages[0].hooks.at(0)),
              (ProfilerOptions{.path = "/base/out/relax.json"}));
    EXPECT_EQ(std::get<ProfilerOptions>(config.pipeline.elements[1].stages[0].hooks.at(0)),
              (ProfilerOptions{"/base/out/md.json", 5, ProfilerRanges::step, false, 10}));
    EXPECT_EQ(error_of(with(document, "/pipeline/1/hooks/0/path", "out/relax.json")),
              "campaign.json#/pipeline/1/hooks/0/path: \"out/relax.json\" is also "
              "/pipeline/0/hooks/0/path; give each its own path");
    EXPECT_EQ(error_of(with(document, "/pipeline/1/hooks/0/ranges", "steps")),
              "campaign.json#/pipeline/1/hooks/0/ranges: \"steps\" is no choice of ranges; give "
              "all or step (nearest: step)");
    EXPECT_EQ(error_of(with(smallest(), "/pipeline/0/hooks", document["pipeline"][0]["hooks"])),
              "");  // a stage without steps has a timeline too
}

TEST(ConfigPipeline, AnElementHasOneProfilerAlsoWhenFused) {
    Json document = relax_then_md();
    document["pipeline"][0]["hooks"] = Json::parse(R"([{"type": "profiler", "path": "a.json"}])");
    document["pipeline"][1]["hooks"] = Json::parse(R"([{"type": "profiler", "path": "b.json"}])");
    EXPECT_EQ(error_of(document), "");

    document["pipeline"] = Json::array({Json{{"fuse", document["pipeline"]}}});

    EXPECT_EQ(error_of(document),
              "campaign.json#/pipeline/0/fuse/1/hooks/0: a second profiler, after "
              "/pipeline/0/fuse/0/hooks/0; one sees all stages that are fused, keep one");
}

TEST(ConfigPipeline, AlignCellStandsBeforeFreezeAtoms) {
    Json const align = {{"type", "align_cell"}};
    Json const freeze = {{"type", "freeze_atoms"}, {"category", 1}};

    EXPECT_EQ(error_of(with(relax_then_md(), "/pipeline/0/hooks", Json::array({align, freeze}))),
              "");
    EXPECT_EQ(
        error_of(with(relax_then_md(), "/pipeline/0/hooks", Json::array({freeze, align}))),
        "campaign.json#/pipeline/0/hooks/1: it turns atoms whose places a freeze_atoms before "
        "it has taken; put align_cell before it");
}

TEST(ConfigPipeline, ConvergedSnapshotNeedsConvergence) {
    Json document = relax_then_md();
    Json const hook = {{"type", "converged_snapshot"}, {"sink", "done"}};
    document["pipeline"][0]["hooks"] = {hook};

    EXPECT_EQ(parse(document).pipeline.elements[0].stages[0].hooks,
              (std::vector<HookSpec>{ConvergedSnapshotSpec{"done"}}));

    document["pipeline"][1]["hooks"] = {hook};
    EXPECT_EQ(
        error_of(document),
        "campaign.json#/pipeline/1/hooks/0: nothing converges in a stage without \"converge\"; "
        "add it, or take the hook out");
}

}  // namespace
}  // namespace athanor::test
