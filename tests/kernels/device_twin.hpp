// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A model and a batch on the host, and the same on a device.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/sum_blocks.hpp"
#include "runtime/device_array.hpp"
#include "runtime/device_model.hpp"
#include "tests/kernels/model_fixture.hpp"
#include "tests/support/device_queues.hpp"

namespace athanor::test {

inline EmulationOrder const emulation_orders[] = {{EmulationOrder::Kind::ascending},
                                                  {EmulationOrder::Kind::descending},
                                                  {EmulationOrder::Kind::shuffled, 7}};

/// Columns and tables of a batch where kernels see them, and tests read and write them between
/// waits.
class DeviceTwin {
public:
    DeviceTwin(Batch& batch, LennardJonesOptions const& options, EmulationOrder const& order = {},
               DeviceListOptions const& lists = {})
        : queue_of_(visible_test_queue(order)), host_(batch) {
        auto const systems = static_cast<std::size_t>(batch.capacity().systems);
        auto const atoms = static_cast<std::size_t>(batch.capacity().atoms);
        auto const blocks = systems + 3 * atoms / SumBlocks::usual + 1;
        atom_begin_ = {queue_, systems};
        atom_count_ = {queue_, systems};
        positions_ = {queue_, 3 * atoms};
        forces_ = {queue_, 3 * atoms};
        numbers_ = {queue_, atoms};
        cell_ = {queue_, 9 * systems};
        pbc_ = {queue_, 3 * systems};
        energy_ = {queue_, systems};
        stress_ = {queue_, 9 * systems};
        ids_ = {queue_, systems};
        system_of_ = {queue_, atoms};
        sub_stage_ = {queue_, systems};
        sum_first_ = {queue_, systems};
        sum_system_ = {queue_, blocks};
        sum_block_ = {queue_, blocks};
        parts_ = {queue_, DeviceSums::most * blocks};
        totals_ = {queue_, DeviceSums::most * systems};
        model_ = LennardJones(options).on_device(queue_, batch.capacity(), lists);
        fill(positions_, forces_, energy_, stress_);
        place();
    }
    DeviceTwin(DeviceTwin const&) = delete;
    DeviceTwin& operator=(DeviceTwin const&) = delete;

    /// Takes over who is where, and everything a model reads.
    void place() {
        queue_.wait();
        std::fill_n(system_of_.data(), system_of_.size(), -1);
        std::fill_n(sub_stage_.data(), sub_stage_.size(), -1);
        std::fill_n(sum_system_.data(), sum_system_.size(), -1);
        BatchView const view = host_.view();
        std::size_t row = 0;
        for (int s = 0; s < host_.system_count(); ++s) {
            auto const k = static_cast<std::size_t>(s);
            int const begin = view.atom_begin[s], count = view.atom_count[s];
            atom_begin_[k] = begin;
            atom_count_[k] = count;
            ids_[k] = view.system_id[s];
            sub_stage_[k] = 0;
            std::fill_n(system_of_.data() + begin, count, s);
            std::copy_n(view.atomic_numbers + begin, count, numbers_.data() + begin);
            sum_first_[k] = static_cast<std::int32_t>(row);
            int const blocks = SumBlocks(3 * static_cast<std::size_t>(count)).count;
            for (int b = 0; b < blocks; ++b, ++row) {
                sum_system_[row] = s;
                sum_block_[row] = b;
            }
        }
        move();
    }
    /// Takes over positions, cells and periodic directions.
    void move() {
        queue_.wait();
        BatchView const view = host_.view();
        for (int s = 0; s < host_.system_count(); ++s) {
            int const begin = 3 * view.atom_begin[s];
            std::copy_n(view.positions + begin, 3 * view.atom_count[s], positions_.data() + begin);
            std::copy_n(view.cell + 9 * s, 9, cell_.data() + 9 * s);
            std::copy_n(view.pbc + 3 * s, 3, pbc_.data() + 3 * s);
        }
    }
    void set_sub_stage(int system, int code) {
        sub_stage_[static_cast<std::size_t>(system)] = code;
    }

    void compute(bool stress = true, bool energy_and_forces = true) {
        evaluate(systems(), stress, energy_and_forces);
    }
    /// Systems of one sub-stage alone.
    void compute_code(int code) { evaluate(systems().of_code(code), true, true); }
    /// Energy, forces and stress in one row, as Evaluation::result().
    [[nodiscard]] std::vector<double> result(int system) const {
        auto const s = static_cast<std::size_t>(system);
        std::vector<double> values{energy_[s]};
        double const* const f = forces_.data() + 3 * atom_begin_[s];
        values.insert(values.end(), f, f + 3 * atom_count_[s]);
        double const* const w = stress_.data() + 9 * s;
        values.insert(values.end(), w, w + 9);
        return values;
    }
    /// Forces of all rows, holes too.
    [[nodiscard]] std::span<double const> all_forces() const {
        return {forces_.data(), forces_.size()};
    }
    [[nodiscard]] DeviceSystems systems() const {
        DeviceSystems systems;
        systems.batch.atom_begin = atom_begin_.data();
        systems.batch.atom_count = atom_count_.data();
        systems.batch.positions = positions_.data();
        systems.batch.forces = forces_.data();
        systems.batch.atomic_numbers = numbers_.data();
        systems.batch.cell = cell_.data();
        systems.batch.pbc = pbc_.data();
        systems.batch.energy = energy_.data();
        systems.batch.stress = stress_.data();
        systems.batch.system_id = ids_.data();
        systems.atom_rows = static_cast<int>(system_of_.size());
        systems.system_rows = static_cast<int>(sub_stage_.size());
        systems.sum_rows = static_cast<int>(sum_system_.size());
        systems.system_of = system_of_.data();
        systems.sub_stage = sub_stage_.data();
        systems.sum_system = sum_system_.data();
        systems.sum_block = sum_block_.data();
        systems.sum_first = sum_first_.data();
        return systems;
    }
    [[nodiscard]] DeviceSums sums() const { return {parts_.data(), totals_.data()}; }
    DeviceQueue& queue() { return queue_; }
    DeviceModel& model() { return *model_; }

    /// What stands in a row before anything is written.
    static constexpr double untouched = 4711.0;

private:
    void evaluate(DeviceSystems const& of, bool stress, bool energy_and_forces) {
        model_->compute({.queue = queue_,
                         .systems = of,
                         .sums = sums(),
                         .energy_and_forces = energy_and_forces,
                         .stress = stress});
        queue_.wait();
    }
    template <class... Arrays>
    static void fill(Arrays&... arrays) {
        (std::fill_n(arrays.data(), arrays.size(), untouched), ...);
    }

    std::unique_ptr<DeviceQueue> queue_of_;
    DeviceQueue& queue_ = *queue_of_;
    Batch& host_;
    PinnedArray<int> atom_begin_, atom_count_;
    PinnedArray<double> positions_, forces_, cell_, energy_, stress_, parts_, totals_;
    PinnedArray<std::int64_t> numbers_, ids_;
    PinnedArray<std::uint8_t> pbc_;
    PinnedArray<std::int32_t> system_of_, sub_stage_, sum_system_, sum_block_, sum_first_;
    std::unique_ptr<DeviceModel> model_;
};

}  // namespace athanor::test
