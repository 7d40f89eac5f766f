// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "runtime/batch.hpp"

namespace athanor {

/// Where hooks run inside a step, in the order of the step. The values are part of the interface.
enum class HookPoint : int {
    before_step = 0,
    before_pre_update = 1,
    after_pre_update = 2,
    before_compute = 3,
    after_compute = 4,
    before_post_update = 5,
    after_post_update = 6,
    after_step = 7,
    on_converge = 8,  ///< once per sample, for exactly the samples that converged
    on_admission = 9  ///< once when a sample enters a stage, with its forces up to date
};

/// What a hook sees when it fires.
struct HookContext {
    Batch& batch;
    /// The systems it fires for: of this stage, due by frequency, and at on_converge those that
    /// converged in this step.
    std::span<SystemIndex const> systems;
    StageId stage;
    HookPoint point;
};

/// Something that looks at or changes samples at fixed points of a step.
/// Frequency: counts each sample's own steps in its stage: with f it fires in the steps that begin
///            with 0, f, 2f ... completed steps, whatever the batch. Admission and convergence
///            always.
/// Order:     hooks of one point fire in the order in which they were added.
/// Threads:   the thread that drives the stage.
class Hook {
public:
    virtual ~Hook() = default;

    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual bool runs_at(HookPoint point) const = 0;
    [[nodiscard]] virtual int frequency() const { return 1; }
    /// True when `stress` rows must be up to date whenever it fires.
    [[nodiscard]] virtual bool needs_stress() const { return false; }
    virtual void fire(HookContext& context) = 0;
    /// Called once before the first step and once after the last, also after an exception.
    virtual void open() {}
    virtual void close() {}
};

}  // namespace athanor
