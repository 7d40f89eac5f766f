// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/device/field_readers.hpp"
#include "kernels/step_checks.hpp"
#include "runtime/device_array.hpp"
#include "runtime/device_columns.hpp"
#include "runtime/device_hook.hpp"
#include "stages/stage_hooks.hpp"

namespace athanor {

/// The hooks of a fused stage as far as a device fires them (Hook::on_device()), whose rows it
/// sends after a step, for hooks that may fire late, and whose step the host must make because
/// another one is due in it. For whom a hook fires is decided there, by each
/// sample's own steps, so that a recording holds while samples come and go.
/// Ownership: owns the hooks' halves on the device; queue and hooks must outlive it.
/// Threads:   one.
class DeviceHooks {
public:
    /// What the firings of one step work on.
    struct Step {
        DeviceQueue& queue;
        DeviceSystems everyone;
        DeviceSums sums;
        StepRecord record;
    };
    /// A firing that may fail samples; StepRecord::firing is its number.
    struct Firing {
        std::size_t list, hook;
        HookPoint point;
    };

    /// `systems`: how many there is room for. Expects: `hooks` are bound.
    DeviceHooks(DeviceQueue& queue, DeviceColumns const& columns, int systems,
                StageHooks const& hooks);

    /// Enqueues the firings of a list at a point of a step, in the order of the list, each for
    /// those that are due.
    void enqueue(HookPoint point, std::size_t list, Step const& step);
    [[nodiscard]] Firing const& firing(std::int32_t number) const {
        return may_fail_[static_cast<std::size_t>(number)];
    }
    /// True when a hook of this list, or of the element, that has no half on the device and may not
    /// fire late, fires in the step of a sample that has completed so many.
    [[nodiscard]] bool host_is_due(std::size_t list, std::int64_t completed) const;
    /// What late firings want of a step: rows for these of late_readers(), none for nobody, and
    /// whether one of them needs the stress.
    struct Late {
        FieldReaders::Bits readers = 0;
        bool needs_stress = false;
    };
    /// The same for hooks that fire late: those that may, and find the rows after a step as they
    /// were at their point of it. So none before a hook that the device fires at after_step, and
    /// none that is given edges, which might fail a sample that has gone on meanwhile.
    [[nodiscard]] Late late_is_due(std::size_t list, std::int64_t completed) const;
    /// Which fields of the rows those hooks read (Hook::reads_late()), a reader for each kind.
    [[nodiscard]] FieldReaders const& late_readers() const { return readers_; }
    [[nodiscard]] bool any_late() const { return readers_.everyone() != 0; }
    /// True when late_is_due() may say needs_stress for a list.
    [[nodiscard]] bool late_needs_stress(std::size_t list) const;

private:
    struct OnDevice {
        std::size_t place;  ///< in the list
        Hook const* hook;
        std::unique_ptr<DeviceHook> half;
    };
    struct LateHook {
        int frequency;
        bool needs_stress;
        FieldReaders::Bits reader;
    };
    struct List {
        std::vector<OnDevice> on_device;
        std::vector<LateHook> late;
        std::vector<int> host_frequencies;  ///< of the others that fire in a step
    };

    [[nodiscard]] bool fires_late(StageHooks const& hooks, std::size_t list,
                                  std::size_t place) const;
    void divide_others(StageHooks const& hooks, Schema const& schema);
    [[nodiscard]] bool list_is_due(std::size_t list, std::int64_t completed) const;
    [[nodiscard]] std::int32_t number_of(Firing const& firing) const;

    std::vector<List> lists_;
    FieldReaders readers_;
    std::vector<Firing> may_fail_;
    DeviceArray<std::int32_t> due_;  ///< of the firing that is under way
};

}  // namespace athanor
