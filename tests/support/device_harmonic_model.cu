// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/kernel_definition.cuh"
#include "runtime/device_array.hpp"
#include "tests/support/device_harmonic_model.hpp"

namespace athanor::test {
namespace detail {

/// One thread a system: the order of the host's sum.
struct HarmonicKernel {
    static constexpr char const* name = "harmonic";
    static constexpr int threads = 32;
    DeviceSystems systems;
    double k[3];
    bool stress;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const s = Thread::index();
        if (s >= systems.system_rows || !systems.takes_part(s)) return;
        BatchView const& b = systems.batch;
        for (int i = 0; stress && i < 9; ++i)
            b.stress[9 * s + i] = std::numeric_limits<double>::quiet_NaN();
        double energy = 0.0;
        for (int a = b.atom_begin[s]; a < b.atom_begin[s] + b.atom_count[s]; ++a)
            for (int c = 0; c < 3; ++c) {
                double const r = b.positions[3 * a + c];
                b.forces[3 * a + c] = -k[c] * r;
                energy += 0.5 * k[c] * r * r;
            }
        b.energy[s] = energy;
    }
};

class OnDevice final : public DeviceModel {
public:
    OnDevice(DeviceQueue& queue, BatchCapacity const& capacity)
        : flags_(queue, static_cast<std::size_t>(capacity.systems)),
          lengths_(queue, static_cast<std::size_t>(capacity.atoms)) {}
    void compute(DeviceEvaluation const& evaluation) override {
        launch(evaluation.queue,
               HarmonicKernel{evaluation.systems, {1.0, 2.0, 3.0}, evaluation.stress},
               static_cast<std::size_t>(evaluation.systems.system_rows));
    }
    [[nodiscard]] std::uint8_t* must_rebuild() override { return flags_.data(); }
    [[nodiscard]] std::uint8_t const* overflowed() const override { return nullptr; }
    [[nodiscard]] std::int32_t const* row_lengths() const override { return lengths_.data(); }
    [[nodiscard]] int row_capacity() const override { return 0; }
    [[nodiscard]] std::size_t bytes() const override { return flags_.bytes(); }

private:
    DeviceArray<std::uint8_t> flags_;
    DeviceArray<std::int32_t> lengths_;
};

}  // namespace detail

std::unique_ptr<DeviceModel> DeviceHarmonicModel::on_device(DeviceQueue& queue,
                                                            BatchCapacity capacity,
                                                            DeviceListOptions const&) const {
    return std::make_unique<detail::OnDevice>(queue, capacity);
}

}  // namespace athanor::test
