// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "runtime/batch_view.hpp"
#include "runtime/device_hook.hpp"

namespace athanor {

/// A potential energy that biased_potential adds to the model's, one sample at a time.
/// Shapes:  forces and memory are the sample's own: three values per atom in its order, and
///          memory_size() values.
/// Units:   positions Å, energy eV, forces eV/Å.
/// Order:   what it gives depends on the sample's rows and memory alone.
/// Failure: any exception takes the sample out, and what() becomes the reason; a result that is not
///          finite takes it out too.
/// Threads: the thread that drives the stage.
class Bias {
public:
    virtual ~Bias() = default;

    /// Values that it keeps of a sample from its admission to the stage on.
    [[nodiscard]] virtual int memory_size() const { return 0; }
    /// Sets them, once, before the first add().
    virtual void admit(BatchView const& /*batch*/, SystemIndex /*system*/,
                       std::span<double> /*memory*/) const {}
    /// Adds -dE/dr to `forces` and returns E.
    virtual double add(BatchView const& batch, SystemIndex system, std::span<double const> memory,
                       std::span<double> forces) const = 0;
    /// True when E changes with an atom that is moved by a lattice vector.
    [[nodiscard]] virtual bool depends_on_images() const { return false; }
    /// add() on a device, for the samples in the batch there, to their energies and forces;
    /// `memory`: memory_size() values of each. It marks those whose energy or force of the bias is
    /// not finite, and leaves them as they are. Null: samples make all their steps on the host. The
    /// queue must outlive it.
    [[nodiscard]] virtual std::unique_ptr<DeviceHook> on_device(DeviceQueue& /*queue*/,
                                                                double const* /*memory*/) const {
        return nullptr;
    }
};

}  // namespace athanor
