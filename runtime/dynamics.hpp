// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/batch.hpp"
#include "runtime/device_columns.hpp"
#include "runtime/device_dynamics.hpp"

namespace athanor {

/// What one update works on: some systems of a batch, all in the same stage.
struct UpdateContext {
    BatchView batch;
    std::span<SystemIndex const> systems;
    StageId stage;
    std::uint64_t seed = 0;
};

/// Base of every integrator and optimizer. A step is: hooks, pre_update, compute, post_update,
/// hooks, converged? (stages/fused_stage.hpp runs it); compute belongs to the stage, so a new
/// dynamics writes pre_update and post_update and nothing else.
/// Ownership: per-sample state lives in the batch, as the fields that state_fields() declares; the
///            object itself holds settings only, so any number of samples come and go.
/// Order:     what happens to a system depends on that system's rows alone.
/// Units:     internal (units.hpp); options convert once, in the constructor.
/// Threads:   called from the thread that drives the stage; may use parallel_for inside.
class Dynamics {
public:
    virtual ~Dynamics() = default;

    /// The word of the configuration: "fire", "nve" ...
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual std::vector<FieldSpec> state_fields() const { return {}; }
    /// Finds the columns of its state. Called once, before anything else; the columns stay put.
    virtual void bind(Batch&) {}
    /// Sets the state of systems that have just entered; their forces are up to date, and every
    /// state field is zero.
    virtual void admit(UpdateContext const&) {}
    /// Everything before the forces are evaluated at the new positions.
    virtual void pre_update(UpdateContext const& context) = 0;
    /// Everything after.
    virtual void post_update(UpdateContext const& context) = 0;
    /// True when `stress` rows must be up to date whenever the forces are.
    [[nodiscard]] virtual bool needs_stress() const { return false; }
    /// True when velocities mean physical motion; optimizers start from and leave behind zero ones.
    [[nodiscard]] virtual bool has_physical_velocities() const = 0;
    /// True when a sample without a finite stress, such as one that is not periodic in all three
    /// directions, cannot be here: it fails.
    [[nodiscard]] virtual bool needs_finite_stress() const { return false; }
    /// Its two updates on a device, where its state is in `columns`; null when it has none. admit()
    /// stays on the host: samples go to the device after it.
    [[nodiscard]] virtual std::unique_ptr<DeviceDynamics> on_device(
        DeviceColumns const& /*columns*/) const {
        return nullptr;
    }
};

}  // namespace athanor
