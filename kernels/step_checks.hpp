// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/row_reduction.hpp"

namespace athanor {

/// What a device finds about a system in a step; the host asks it a step later.
enum class StepVerdict : std::uint8_t {
    running = 0,
    converged,
    budget_spent,
    position_fault,  ///< a position is not finite, before the forces are worked out
    result_fault,    ///< energy, a force or needed stress is not finite
    motion_fault,    ///< a velocity, the cell or a position is not finite after the step
    hook_fault,      ///< a hook marked it, before the step was counted
    hook_end_fault,  ///< or after that
};

/// A step that a system fails in is not counted; one that it fails at the end of is.
[[nodiscard]] constexpr bool fails_in_step(StepVerdict verdict) {
    return verdict == StepVerdict::position_fault || verdict == StepVerdict::result_fault ||
           verdict == StepVerdict::hook_fault;
}
[[nodiscard]] constexpr bool is_hook_fault(StepVerdict verdict) {
    return verdict == StepVerdict::hook_fault || verdict == StepVerdict::hook_end_fault;
}
[[nodiscard]] constexpr bool is_fault(StepVerdict verdict) {
    return fails_in_step(verdict) || verdict == StepVerdict::motion_fault ||
           verdict == StepVerdict::hook_end_fault;
}

/// Where the verdicts stand, and whose turn ends with one.
struct StepRecord {
    std::int32_t* sub_stage;  ///< by system, as DeviceSystems::sub_stage
    std::uint8_t* verdict;    ///< by system, a StepVerdict
    std::uint8_t* mark;       ///< by system, scratch of the checks, 0 between two of them
    std::int32_t* firing;     ///< by system, where is_hook_fault(verdict): of which firing
};

/// Forgets verdicts and marks of those who take part.
void begin_step(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record);

/// Ends the turn of systems with a position that is no finite number.
void check_positions(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record);

/// Ends the turn of systems with an energy or a force, or a stress where it is needed, that is no
/// finite number.
void check_results(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
                   bool with_stress);

/// One criterion of runtime/convergence.hpp where its column is.
struct DeviceCriterion {
    double const* column;
    int elements;   ///< of a row
    bool per_atom;  ///< or one row a system
    RowReduction reduction;
    double threshold;
};

/// Marks the systems that do not meet the criterion.
void judge(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
           DeviceCriterion const& criterion);

/// Ends the turn of systems that a hook has marked. Expects: is_hook_fault(verdict).
void take_out_marked(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
                     StepVerdict verdict, std::int32_t firing);

/// Counts the step.
void count_step(DeviceQueue& queue, DeviceSystems const& systems);

/// Ends the turn of systems with a velocity, a position or a cell that is no finite number:
/// whatever they are judged to be, they failed.
void check_motion(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record);

/// Ends the turn of systems that no judge() of this step has marked, if `may_converge`, and of
/// those that have made `budget` steps, unless it is negative. Takes the marks away.
void end_step(DeviceQueue& queue, DeviceSystems const& systems, StepRecord const& record,
              bool may_converge, std::int64_t budget);

}  // namespace athanor
