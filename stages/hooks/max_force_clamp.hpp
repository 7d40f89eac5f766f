// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/hook.hpp"

namespace athanor {

struct MaxForceClampOptions {
    double max_force = 0.0;   ///< longest force that an atom keeps [eV/Å], above 0; to be given
    bool log_clamps = false;  ///< says once per sample and stage that it was needed, and the sums
    bool operator==(MaxForceClampOptions const&) const = default;
};

/// Shortens forces that are too long and keeps their direction, for each atom by itself:
///   F *= max_force/|F| where |F| > max_force.
/// Points:   after every evaluation: on_admission and after_compute, so that the first half step
///           sees shortened forces too. Energy and stress stay what the model gave.
/// Bits:     shorter forces, and rows that hold a NaN, pass through as they are; the result is as
///           long as max_force within two roundings.
/// Order:    after hooks that add forces, before those that look at them.
/// Logging:  with log_clamps a line for the first force of a sample that is shortened in the stage,
///           and one with the sums when the stage closes, unless there was none.
/// State:    with log_clamps whether and what was told of the sample, in the batch: it stays with
///           it.
/// Device:   what is to be told of a sample, and its count, wait there until it comes back.
/// Threads:  clamp_count() and sample_count() may be read from any thread.
class MaxForceClamp final : public Hook {
public:
    /// Takes one line without its end; called from the thread that drives the stage.
    using Warn = std::function<void(std::string const&)>;

    /// Throws ConfigError unless max_force is a number above 0.
    explicit MaxForceClamp(MaxForceClampOptions const& options, Warn warn = nullptr);

    [[nodiscard]] std::string name() const override { return "max_force_clamp"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission || point == HookPoint::after_compute;
    }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void fire(HookContext& context) override;
    [[nodiscard]] std::unique_ptr<DeviceHook> on_device(
        DeviceQueue& queue, DeviceColumns const& columns,
        std::span<FieldIndex const> state) const override;
    void tell_of_device(HookContext& context) override;
    void close() override;

    /// Forces shortened so far, over all samples and steps; without log_clamps those on the host.
    [[nodiscard]] std::int64_t clamp_count() const {
        return clamp_count_.load(std::memory_order_relaxed);
    }
    /// Samples that were told of so far; 0 without log_clamps.
    [[nodiscard]] std::int64_t sample_count() const {
        return sample_count_.load(std::memory_order_relaxed);
    }

private:
    void tell(HookContext const& context, SystemIndex system);

    MaxForceClampOptions options_;
    Warn warn_;
    StageId stage_;  // for close(), which is not told
    std::atomic<std::int64_t> clamp_count_{0};
    std::atomic<std::int64_t> sample_count_{0};
};

}  // namespace athanor
