// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/config_access.hpp"
#include "launch/config_errors.hpp"
#include "launch/config_reader.hpp"
#include "launch/hook_paths.hpp"
#include "launch/nearest_word.hpp"
#include "launch/placement.hpp"
#include "runtime/units.hpp"

namespace athanor {
namespace {

using detail::has;
using detail::holds;
using detail::take;
using detail::take_word;
using nlohmann::json;

/// Reads the stages one after the other and remembers what they must not share.
class PipelineReader {
public:
    PipelineReader(json const& checked, PathReader read_path, Config& config, ConfigErrors& errors)
        : checked_(checked),
          config_(config),
          errors_(errors),
          read_path_(std::move(read_path)),
          sinks_known_(holds(checked, "sinks")) {
        if (sinks_known_)
            for (auto const& [name, sink] : checked["sinks"].items()) sink_names_.push_back(name);
    }

    void read_chain(json const& elements, std::string const& pointer);
    /// When all are read: what they must not share.
    void check_together() { check_ranks(config_.pipeline, pointers_, errors_); }

private:
    void read_element(json const& found, std::string const& pointer);
    StageSpec read_stage(json const& found, std::string const& pointer);
    void read_name(json const& found, std::string const& pointer, StageSpec& stage);
    void read_converge(json const& found, std::string const& pointer, StageSpec& stage);
    void read_hooks(json const& found, std::string const& pointer, StageSpec& stage);
    void check_end(json const& found, std::string const& pointer, StageKind kind);
    void check_velocities(json const& found, std::string const& pointer, StageSpec const& stage);
    void check_sink(json const& hook, std::string const& pointer);
    void check_replica_path(std::string const& path, std::string const& pointer);
    HookSpec read_any_hook(json hook, std::string const& stage, std::string const& pointer);
    void read_element_hooks(json const& found, std::string const& pointer, ElementSpec& element);
    void check_only_profiler(std::string const& pointer);
    void check_order(ElementSpec const& element, std::string const& pointer);
    void check_fires(json const& stage, json const& hook, std::string const& pointer);
    void refuse_key(json const& found, char const* key, std::string const& pointer,
                    std::string const& why) {
        if (has(found, key)) errors_.add(child_pointer(pointer, std::string(key)), why);
    }

    json const& checked_;
    Config& config_;
    ConfigErrors& errors_;
    PathReader read_path_;
    bool sinks_known_;
    std::vector<std::string> sink_names_;
    std::map<std::string, std::string> pointer_of_name_;
    std::vector<std::string> pointers_;  ///< of the elements
    int stages_read_ = 0;
    int chains_read_ = 0;
    int replicas_ = 1;      ///< of the element that is read
    std::string profiler_;  ///< pointer to that of the element, if there is one
};

void PipelineReader::read_chain(json const& elements, std::string const& pointer) {
    for (std::size_t e = 0; e < elements.size(); ++e)
        read_element(elements[e], child_pointer(pointer, e));
    ++chains_read_;
}

void PipelineReader::read_element(json const& found, std::string const& pointer) {
    ElementSpec element;
    element.chain = chains_read_;
    profiler_.clear();
    read_topology(found, pointer, checked_, element, errors_);
    replicas_ = element.replicas;
    pointers_.push_back(pointer);
    if (has(found, "fuse")) {
        if (holds(found, "fuse"))
            for (std::size_t s = 0; s < found["fuse"].size(); ++s) {
                std::string const place = child_pointer(pointer + "/fuse", s);
                refuse_topology(found["fuse"][s], place, errors_);
                element.stages.push_back(read_stage(found["fuse"][s], place));
            }
        take_word(found, "order", element.order);
        check_order(element, pointer);
        if (holds(found, "hooks")) read_element_hooks(found, pointer, element);
    } else {
        element.stages.push_back(read_stage(found, pointer));
    }
    element.written_at.place = errors_.place_of(pointer);
    config_.pipeline.elements.push_back(std::move(element));
}

/// Whether a dynamics can be told to start from the sample's velocities, and whether it was.
template <class Options>
std::pair<bool, bool> keeping_velocities(Options const& options) {
    if constexpr (requires { options.keep_velocities; })
        return {true, options.keep_velocities};
    else
        return {false, false};
}

StageSpec PipelineReader::read_stage(json const& found, std::string const& pointer) {
    StageSpec stage;
    read_name(found, pointer, stage);
    if (found.is_object()) {
        std::string const dynamics_pointer = child_pointer(pointer, std::string("dynamics"));
        StageKind kind = StageKind::unknown;
        if (holds(found, "dynamics")) kind = read_dynamics(found["dynamics"], stage.dynamics);
        for (char const* key : {"steps", "max_steps"})
            if (holds(found, key)) stage.step_budget = found[key].get<std::int64_t>();
        if (holds(found, "initial_temperature_kelvin"))
            stage.initial_temperature_kelvin = found["initial_temperature_kelvin"].get<double>();
        take_word(found, "degrees_of_freedom", stage.degrees_of_freedom);
        read_converge(found, pointer, stage);
        check_end(found, pointer, kind);
        read_hooks(found, pointer, stage);
        if (kind == StageKind::optimizer) check_velocities(found, pointer, stage);
        if (holds(found, "dynamics"))
            check_dynamics(found["dynamics"], dynamics_pointer, stage.dynamics, errors_);
    }
    ++stages_read_;
    return stage;
}

void PipelineReader::read_name(json const& found, std::string const& pointer, StageSpec& stage) {
    stage.name = fmt::format("stage_{}", stages_read_);
    take(found, "name", stage.name);
    std::string const name_pointer = child_pointer(pointer, std::string("name"));
    if (stage.name.find('/') != std::string::npos)
        errors_.add(name_pointer,
                    fmt::format("\"{}\" has a slash; give a name without", stage.name));
    auto const [first, inserted] = pointer_of_name_.emplace(stage.name, pointer);
    if (!inserted)
        errors_.add(name_pointer, fmt::format("\"{}\" is already the name of {}; give each stage "
                                              "its own",
                                              stage.name, first->second));
}

void PipelineReader::read_converge(json const& found, std::string const& pointer,
                                   StageSpec& stage) {
    if (!holds(found, "converge")) return;
    json const& converge = found["converge"];
    if (converge.is_object()) {
        double fmax = 1.0;
        take(converge, "fmax", fmax);
        stage.converge.push_back(fmax_criterion(fmax));
        if (!has(converge, "residual_stress_gpa")) return;
        double gpa = 1.0;
        take(converge, "residual_stress_gpa", gpa);
        stage.converge.push_back(
            {"residual_stress", RowReduction::max_abs, units::pressure_from_gpa(gpa)});
        if (!std::holds_alternative<FireVariableCellOptions>(stage.dynamics) &&
            !std::holds_alternative<Fire2VariableCellOptions>(stage.dynamics))
            errors_.add(pointer + "/converge/residual_stress_gpa",
                        "the stage does not move the cell; leave the key out, or relax with "
                        "fire_variable_cell or fire2_variable_cell");
        return;
    }
    for (std::size_t c = 0; c < converge.size(); ++c) {
        Criterion criterion;
        take(converge[c], "field", criterion.field);
        take_word(converge[c], "reduce", criterion.reduction);
        take(converge[c], "threshold", criterion.threshold);
        bool const never_negative = criterion.reduction == RowReduction::norm ||
                                    criterion.reduction == RowReduction::max_abs;
        if (never_negative && criterion.threshold < 0)
            errors_.add(
                child_pointer(child_pointer(pointer, std::string("converge")), c) + "/threshold",
                fmt::format("no {} is ever {} or below; give 0 or above",
                            detail::word_of(criterion.reduction), criterion.threshold));
        stage.converge.push_back(std::move(criterion));
    }
}

void PipelineReader::check_end(json const& found, std::string const& pointer, StageKind kind) {
    auto const type = [&] { return found["dynamics"]["type"].get<std::string>(); };
    switch (kind) {
        case StageKind::unknown:
            break;
        case StageKind::single_point:
            for (char const* key : {"steps", "max_steps", "converge"})
                refuse_key(found, key, pointer,
                           "a single_point stage takes no steps; leave the key out");
            break;
        case StageKind::molecular_dynamics:
            if (!has(found, "steps") && !has(found, "max_steps"))
                errors_.add(child_pointer(pointer, std::string("steps")),
                            fmt::format("missing; an {} stage runs an exact number of steps, "
                                        "give it",
                                        type()));
            refuse_key(
                found, "max_steps", pointer,
                fmt::format("an {} stage runs an exact number of steps; give \"steps\"", type()));
            refuse_key(found, "converge", pointer,
                       fmt::format("an {} stage runs an exact number of steps and does not "
                                   "converge; give \"steps\" alone",
                                   type()));
            break;
        case StageKind::optimizer:
            if (!has(found, "converge") && !has(found, "max_steps") && !has(found, "steps"))
                errors_.add(child_pointer(pointer, std::string("converge")),
                            fmt::format("missing; a {} stage without \"converge\" and "
                                        "\"max_steps\" never ends, give one of them",
                                        type()));
            refuse_key(found, "steps", pointer,
                       fmt::format("a {} stage runs until it converges; give \"converge\", "
                                   "\"max_steps\" or both",
                                   type()));
            break;
    }
}

void PipelineReader::check_velocities(json const& found, std::string const& pointer,
                                      StageSpec const& stage) {
    auto const [may_keep, keeps] =
        std::visit([](auto const& options) { return keeping_velocities(options); }, stage.dynamics);
    if (keeps) return;
    refuse_key(found, "initial_temperature_kelvin", pointer,
               may_keep ? "an optimizer starts from rest; leave the key out, or set "
                          "\"keep_velocities\": true in its dynamics"
                        : "an optimizer starts from rest; leave the key out");
}

void PipelineReader::check_sink(json const& hook, std::string const& pointer) {
    if (!sinks_known_ || !holds(hook, "sink")) return;
    auto const& name = hook["sink"].get_ref<std::string const&>();
    for (std::string const& known : sink_names_)
        if (known == name) return;
    errors_.add(pointer + "/sink", fmt::format("\"{}\" is no sink of this configuration; give {}",
                                               name, known_words(name, sink_names_)));
}

/// True for hooks that do nothing in a stage that only evaluates.
bool needs_steps(json const& hook, std::string const& type) {
    return type == "logging" || type == "wrap_periodic" || type == "energy_drift_monitor" ||
           (type == "nan_detector" && holds(hook, "fields") && hook["fields"].empty());
}

void PipelineReader::check_only_profiler(std::string const& pointer) {
    if (!profiler_.empty())
        errors_.add(pointer, fmt::format("a second profiler, after {}; one sees all stages that "
                                         "are fused, keep one",
                                         profiler_));
    else
        profiler_ = pointer;
}

/// `auto` may find a device, and leaves such an element to the processor.
void PipelineReader::check_order(ElementSpec const& element, std::string const& pointer) {
    bool const on_device =
        config_.device == DeviceChoice::cuda || config_.device == DeviceChoice::emulated;
    if (on_device && element.order == FusedOrder::documented)
        errors_.add(pointer + "/order",
                    fmt::format("\"documented\" is made by the processor only, and /device is "
                                "\"{}\"; take \"cpu\" or \"auto\" there, or leave the order out",
                                detail::word_of(config_.device)));
}

void PipelineReader::check_fires(json const& stage, json const& hook, std::string const& pointer) {
    auto const& type = hook["type"].get_ref<std::string const&>();
    bool const takes_no_steps = holds(stage, "dynamics") && holds(stage["dynamics"], "type") &&
                                stage["dynamics"]["type"] == "single_point";
    bool const fires_at_admission =
        type == "snapshot" && holds(hook, "initial") && hook["initial"].get<bool>();
    if (type == "converged_snapshot" && !has(stage, "converge"))
        errors_.add(pointer,
                    "nothing converges in a stage without \"converge\"; add it, or take the hook "
                    "out");
    else if (takes_no_steps && type == "snapshot" && !fires_at_admission)
        errors_.add(pointer,
                    "a single_point stage takes no steps, so that the hook would never fire; give "
                    "\"initial\": true, or take it out");
    else if (takes_no_steps && needs_steps(hook, type))
        errors_.add(pointer,
                    "a single_point stage takes no steps, so that the hook would never fire; take "
                    "it out");
}

void PipelineReader::check_replica_path(std::string const& path, std::string const& pointer) {
    if (replicas_ > 1 && path.find("{replica}") == std::string::npos)
        errors_.add(
            pointer + "/path",
            fmt::format("\"{}\" would be written by {} replicas at once; put \"{{replica}}\" "
                        "into it",
                        path, replicas_));
}

HookSpec PipelineReader::read_any_hook(json hook, std::string const& stage,
                                       std::string const& pointer) {
    if (holds(hook, "path")) {
        hook["path"] = with_stage(hook["path"].get<std::string>(), stage);
        check_replica_path(hook["path"].get<std::string>(), pointer);
    }
    auto const& type = hook["type"].get_ref<std::string const&>();
    check_sink(hook, pointer);
    if (type == "snapshot") {
        SnapshotSpec spec;
        take(hook, "sink", spec.sink);
        take(hook, "frequency", spec.frequency);
        take(hook, "initial", spec.initial);
        return spec;
    }
    if (type == "converged_snapshot") {
        ConvergedSnapshotSpec spec;
        take(hook, "sink", spec.sink);
        return spec;
    }
    if (type == "profiler") check_only_profiler(pointer);
    return read_hook(hook, pointer, read_path_, errors_);
}

void PipelineReader::read_element_hooks(json const& found, std::string const& pointer,
                                        ElementSpec& element) {
    bool const any_converges =
        std::any_of(element.stages.begin(), element.stages.end(),
                    [](StageSpec const& stage) { return !stage.converge.empty(); });
    for (std::size_t h = 0; h < found["hooks"].size(); ++h) {
        json const& hook = found["hooks"][h];
        if (!holds(hook, "type")) continue;
        std::string const hook_pointer = child_pointer(pointer + "/hooks", h);
        auto const& type = hook["type"].get_ref<std::string const&>();
        if (type == "neighbor_list" || type == "wrap_periodic" || type == "freeze_atoms") {
            errors_.add(hook_pointer,
                        fmt::format("{} works on the samples of one stage; give it to the stages "
                                    "inside \"fuse\"",
                                    type));
            continue;
        }
        if (type == "converged_snapshot" && !any_converges)
            errors_.add(hook_pointer,
                        "none of the fused stages has \"converge\", so that the hook would never "
                        "fire; take it out");
        element.hooks.push_back(read_any_hook(hook, element_name(element), hook_pointer));
    }
    PlacedHooks const own{found["hooks"], pointer + "/hooks"};
    check_rows_stand_once(own, own, errors_);
    for (std::size_t s = 0; s < element.stages.size(); ++s) {
        // Beside the hooks of each stage, since both see its samples.
        json all = found["hooks"];
        json const& stage = found["fuse"][s];
        if (holds(stage, "hooks"))
            for (json const& hook : stage["hooks"])
                if (holds(hook, "type") && hook["type"] == "wrap_periodic") all.push_back(hook);
        check_hooks_together(all, pointer + "/hooks", element.stages[s], errors_);
        if (holds(stage, "hooks"))
            check_rows_stand_once(
                own, {stage["hooks"], child_pointer(pointer + "/fuse", s) + "/hooks"}, errors_);
    }
}

void PipelineReader::read_hooks(json const& found, std::string const& pointer, StageSpec& stage) {
    if (!holds(found, "hooks")) return;
    bool has_list = false;
    for (std::size_t h = 0; h < found["hooks"].size(); ++h) {
        json const& hook = found["hooks"][h];
        if (!holds(hook, "type")) continue;
        std::string const hook_pointer = child_pointer(pointer + "/hooks", h);
        auto const& type = hook["type"].get_ref<std::string const&>();
        check_fires(found, hook, hook_pointer);
        if (type == "neighbor_list") {
            if (has_list)
                errors_.add(hook_pointer, "a second neighbor_list; a stage has one, keep one");
            has_list = true;
            take(hook, "skin", stage.skin);
            take(hook, "store_edges", stage.store_edges);
        } else {
            stage.hooks.push_back(read_any_hook(hook, stage.name, hook_pointer));
        }
    }
    check_hooks_together(found["hooks"], pointer + "/hooks", stage, errors_);
    PlacedHooks const own{found["hooks"], pointer + "/hooks"};
    check_rows_stand_once(own, own, errors_);
}

}  // namespace

void read_pipeline(json const& checked, PathReader read_path, Config& config,
                   ConfigErrors& errors) {
    if (checked.is_object() && has(checked, "pipeline") == has(checked, "pipelines"))
        errors.add("/pipeline", has(checked, "pipeline")
                                    ? "stands beside \"pipelines\"; keep one of the two"
                                    : "missing; give a list [...] that is not empty (the stages "
                                      "that every sample passes)");
    PipelineReader reader(checked, std::move(read_path), config, errors);
    if (holds(checked, "pipeline")) reader.read_chain(checked["pipeline"], "/pipeline");
    if (holds(checked, "pipelines"))
        for (std::size_t c = 0; c < checked["pipelines"].size(); ++c)
            if (json const& chain = checked["pipelines"][c]; holds(chain, "pipeline"))
                reader.read_chain(chain["pipeline"], child_pointer("/pipelines", c) + "/pipeline");
    reader.check_together();
}

}  // namespace athanor
