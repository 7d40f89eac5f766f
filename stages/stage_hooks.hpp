// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/hook.hpp"
#include "runtime/metrics.hpp"
#include "stages/edge_columns.hpp"
#include "stages/stage_trace.hpp"

namespace athanor {

/// The hooks of a fused stage: a list for each sub-stage, in the order of the status codes, and one
/// for the element as a whole. Decides for which samples each fires, and collects what they fail.
/// Threads: the one that drives the stage.
class StageHooks {
public:
    struct List {
        std::string stage_name;
        StageId stage;
        std::vector<std::shared_ptr<Hook>> hooks;
        bool with_edges = false;  ///< hooks that write whole samples see their edges
    };
    /// The stage that a firing asks and tells.
    class Host {
    public:
        [[nodiscard]] virtual bool has_failed(SystemIndex system) const = 0;
        virtual void fill_stress(std::span<SystemIndex const> systems) = 0;
        virtual void fail(SystemIndex system, std::string reason) = 0;

    protected:
        ~Host() = default;
    };
    struct Stage {
        Batch& batch;
        StageClock& clock;
        EdgeColumns& edges;
        Host& host;
    };

    /// Room for as many systems without an allocation later.
    StageHooks(std::vector<List> lists, int systems);

    /// State of all hooks, under names that no two hooks of one sample share.
    [[nodiscard]] std::vector<FieldSpec> state_fields() const;
    /// Called once, with the fields of the batch. Throws what hooks throw.
    void bind(Schema const& schema);
    /// Fires those hooks of a list that run at this point, each for the systems that are due. True
    /// when one of them failed a sample.
    bool fire(HookPoint point, std::size_t list, std::span<SystemIndex const> systems,
              Stage const& stage);
    /// Fires those hooks of a list at after_step that may fire late, each for the systems that were
    /// due then. Expects: their rows are as they were then.
    void fire_late(std::size_t list, std::span<SystemIndex const> systems, Stage const& stage);
    /// Fires one hook of a list at a point for one system, whether it is due or not: where a device
    /// has found that this fails the sample. True when it does.
    bool fire_for(SystemIndex system, HookPoint point, std::size_t list, std::size_t hook,
                  Stage const& stage);
    /// Whether a hook of a list, or of the element, that needs the stress fires after the forces of
    /// the step that begins with so many completed ones. Points before the forces do not count, nor
    /// on_converge: who converges is known later. Expects: bind() has been called.
    [[nodiscard]] bool stress_is_due(std::size_t list, std::int64_t completed) const;
    /// The same for the forces at admission.
    [[nodiscard]] bool stress_is_due_at_admission(std::size_t list) const;
    /// Whether any that may fire late does so at on_admission too.
    [[nodiscard]] bool write_at_admission() const;
    /// Tells the hooks of a list, and the element's, that the rows of `systems` are back from a
    /// device (Hook::tell_of_device()).
    void tell_of_device(std::size_t list, std::span<SystemIndex const> systems, Batch& batch);
    void open();
    /// Closes all of them, whatever one throws; the first exception goes on.
    void close();

    [[nodiscard]] StageTrace const& trace() const { return trace_; }
    [[nodiscard]] std::span<List const> lists() const { return lists_; }
    /// Columns of the state of a hook of a list. Expects: bind() has been called.
    [[nodiscard]] std::span<FieldIndex const> state(std::size_t list, std::size_t hook) const {
        return state_[list][hook];
    }

private:
    bool fire_due(HookPoint point, std::size_t list, std::size_t hook, Stage const& stage);
    void find_due(Hook const& hook, HookPoint point, std::span<SystemIndex const> systems,
                  Stage const& stage);
    [[nodiscard]] std::vector<FieldSpec> state_of(std::size_t list, std::size_t place) const;

    /// When hooks of a list need the stress after the forces.
    struct StressNeeds {
        std::vector<int> frequencies;  ///< in a step
        bool at_admission = false;
    };

    std::vector<List> lists_;
    StageTrace trace_;
    std::vector<std::vector<std::vector<FieldIndex>>> state_;  ///< by list, hook, field
    std::vector<StressNeeds> stress_needs_;                    ///< by list
    std::vector<SystemIndex> due_;
};

}  // namespace athanor
