// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// HarmonicModel with a device variant, for tests of stages that need no neighbours.
#pragma once

#include "runtime/model.hpp"
#include "tests/support/harmonic_model.hpp"

namespace athanor::test {

class DeviceHarmonicModel final : public Model {
public:
    [[nodiscard]] ModelNeeds needs() const override { return host_.needs(); }
    [[nodiscard]] int species_index(std::int64_t atomic_number) const override {
        return host_.species_index(atomic_number);
    }
    [[nodiscard]] std::size_t memory_bound(int, int) const override { return 0; }
    [[nodiscard]] std::string describe() const override { return "harmonic"; }
    void compute(ModelInput const& input, ModelOutputs outputs) override {
        host_.compute(input, outputs);
    }
    [[nodiscard]] std::unique_ptr<DeviceModel> on_device(
        DeviceQueue& queue, BatchCapacity capacity, DeviceListOptions const& lists) const override;

    /// Evaluations on the host.
    [[nodiscard]] int host_computes() const { return host_.computes; }

private:
    HarmonicModel host_;
};

}  // namespace athanor::test
