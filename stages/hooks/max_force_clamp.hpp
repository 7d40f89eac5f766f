// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/hook.hpp"

namespace athanor {

struct MaxForceClampOptions {
    double max_force = 0.0;  ///< longest force that an atom keeps [eV/Å], above 0; to be given
    bool operator==(MaxForceClampOptions const&) const = default;
};

/// Shortens forces that are too long and keeps their direction, for each atom by itself:
///   F *= max_force/|F| where |F| > max_force.
/// Points:   after every evaluation: on_admission and after_compute, so that the first half step
///           sees shortened forces too. Energy and stress stay what the model gave.
/// Bits:     shorter forces, and rows that hold a NaN, pass through as they are; the result is as
///           long as max_force within two roundings.
/// Order:    after hooks that add forces, before those that look at them.
/// Threads:  clamp_count() may be read from any thread.
class MaxForceClamp final : public Hook {
public:
    /// Throws ConfigError unless max_force is a number above 0.
    explicit MaxForceClamp(MaxForceClampOptions const& options);

    [[nodiscard]] std::string name() const override { return "max_force_clamp"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission || point == HookPoint::after_compute;
    }
    void fire(HookContext& context) override;

    /// Forces shortened so far, over all samples and steps.
    [[nodiscard]] std::int64_t clamp_count() const {
        return clamp_count_.load(std::memory_order_relaxed);
    }

private:
    double max_force_;
    std::atomic<std::int64_t> clamp_count_{0};
};

}  // namespace athanor
