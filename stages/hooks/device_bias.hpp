// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/bias_step.hpp"
#include "runtime/device_hook.hpp"

namespace athanor {

/// A bias of kernels/bias_step.hpp as the device's half of a hook.
template <class Functor>
class DeviceBias : public DeviceHook {
public:
    DeviceBias(Functor const& bias, double const* memory) : bias_(bias), memory_(memory) {}
    void fire(DeviceFiring const& firing) override {
        add_bias(firing.queue, firing.systems, firing.sums, bias_, {memory_, firing.mark});
    }
    [[nodiscard]] bool may_fail(HookPoint) const override { return true; }

private:
    Functor bias_;
    double const* memory_;
};

template <class Functor>
[[nodiscard]] std::unique_ptr<DeviceHook> make_device_bias(Functor const& bias,
                                                           double const* memory) {
    return std::make_unique<DeviceBias<Functor>>(bias, memory);
}

}  // namespace athanor
