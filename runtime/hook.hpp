// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/batch.hpp"
#include "runtime/device_columns.hpp"
#include "runtime/device_hook.hpp"
#include "runtime/hook_point.hpp"

namespace athanor {

class Trace;

/// A sample that a hook takes out, and why.
struct HookFailure {
    SystemIndex system;
    std::string reason;
};

/// What a hook sees when it fires.
struct HookContext {
    Batch& batch;
    /// The systems it fires for: of this stage, due by frequency, and at on_converge those that
    /// converged in this step.
    std::span<SystemIndex const> systems;
    StageId stage;
    HookPoint point;
    /// Columns of the hook's state_fields(), in their order.
    std::span<FieldIndex const> state;
    /// What fail() has collected; the stage acts on it when fire() returns.
    std::vector<HookFailure> failures;

    /// Ends the way of this sample as failed, with the hook's name before the reason. It is done
    /// when fire() returns: hooks added later see the sample no more, those before have seen it.
    /// Expects: one of `systems`; of several reasons the first one counts.
    void fail(SystemIndex system, std::string reason) {
        failures.push_back({system, std::move(reason)});
    }
};

/// Something that looks at or changes samples at fixed points of a step.
/// Frequency: counts each sample's own steps in its stage: with f it fires in the steps that begin
///            with 0, f, 2f ... completed steps, whatever the batch. Admission and convergence
///            always.
/// Order:     hooks of one point fire in the order in which they were added.
/// State:     what it must remember of a sample stands in the batch, as the fields that
///            state_fields() declares, and is set at on_admission; the object holds settings only.
/// Threads:   the thread that drives the stage.
class Hook {
public:
    virtual ~Hook() = default;

    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual bool runs_at(HookPoint point) const = 0;
    [[nodiscard]] virtual int frequency() const { return 1; }
    /// True when `stress` rows must be up to date whenever it fires. Asked once, after bind(), so
    /// that the forces of the steps in which it is due bring the stress with them.
    [[nodiscard]] virtual bool needs_stress() const { return false; }
    /// True when it adds to the forces and leaves the stress as it was; a stage refuses it where
    /// the dynamics needs the stress.
    [[nodiscard]] virtual bool adds_forces_without_stress() const { return false; }
    /// True when it moves atoms by lattice vectors.
    [[nodiscard]] virtual bool moves_atoms_between_images() const { return false; }
    /// True when what it does changes with such a move; a stage refuses the one beside the other.
    [[nodiscard]] virtual bool depends_on_images() const { return false; }
    /// True when it writes whole samples: it then fires with the edges of a stage that stores them,
    /// in several turns where they do not fit into the batch at once.
    [[nodiscard]] virtual bool needs_edges() const { return false; }
    /// True when at after_step, its only point in a step, it reads rows and counts stored_rows, and
    /// neither changes anything else nor fails a sample. Where a device makes the steps, it then
    /// fires some steps late: the batch has by then the rows as they were at that point.
    [[nodiscard]] virtual bool may_fire_late() const { return false; }
    /// False for a field that it does not read when it fires late. What stands there is anything:
    /// only fields that are read come from the device. `stage_step`, and `stress` if it needs that,
    /// are read always; `stored_rows` is the host's own. Asked after bind().
    [[nodiscard]] virtual bool reads_late(Schema const& /*schema*/, FieldIndex /*field*/) const {
        return true;
    }
    /// Fields of its own, per sample; two hooks of one kind in a stage do not share them.
    [[nodiscard]] virtual std::vector<FieldSpec> state_fields() const { return {}; }
    /// Sets the entries of the atoms of a sample, from 0, that it holds still: each takes three
    /// degrees of freedom, however many hooks hold it.
    virtual void mark_held(Batch const&, SystemIndex, std::span<std::uint8_t>) const {}
    /// Called once when a stage is built, with the fields of its batch. Throws ConfigError when one
    /// is missing that it needs.
    virtual void bind(Schema const&) {}
    virtual void fire(HookContext& context) = 0;
    /// Its firings at the points of a step on a device where the batch has these columns; `state`:
    /// those of its state_fields(). Asked after bind(). Null when it has none: samples then make
    /// the steps that it is due in on the host. Admission and convergence are there always. None
    /// for a hook that needs stress or edges. The queue must outlive it.
    [[nodiscard]] virtual std::unique_ptr<DeviceHook> on_device(
        DeviceQueue& /*queue*/, DeviceColumns const& /*columns*/,
        std::span<FieldIndex const> /*state*/) const {
        return nullptr;
    }
    /// Called when rows of `systems` have come back from a device that fired its half for them,
    /// before anything else happens to them: to tell of what it took down there, in the hook's
    /// state. `point` means nothing; nobody may be failed.
    virtual void tell_of_device(HookContext&) {}
    /// Where the stage is to write down how long everything takes; one hook of a stage at most. The
    /// trace lives as long as the hook.
    [[nodiscard]] virtual Trace* trace() { return nullptr; }
    /// Called once before the first step and once after the last, also after an exception.
    virtual void open() {}
    virtual void close() {}
};

}  // namespace athanor
