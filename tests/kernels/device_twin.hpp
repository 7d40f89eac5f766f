// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A model with its batch on a device, beside the same on the host.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/sum_blocks.hpp"
#include "runtime/device_array.hpp"
#include "runtime/device_model.hpp"
#include "tests/kernels/model_fixture.hpp"
#include "tests/support/device_queues.hpp"

namespace athanor::test {

/// Columns and tables of a batch where kernels see them, on the device of the test run.
class DeviceTwin {
public:
    DeviceTwin(Batch& batch, LennardJonesOptions const& options, EmulationOrder const& order = {},
               DeviceListOptions const& lists = {})
        : queue_(test_queue(order)), host_(batch) {
        auto const systems = static_cast<std::size_t>(batch.capacity().systems);
        auto const atoms = static_cast<std::size_t>(batch.capacity().atoms);
        auto const blocks = systems + 3 * atoms / SumBlocks::usual + 1;
        for (auto* column : {&atom_begin_, &atom_count_, &sub_stage_, &sum_first_})
            column->make(*queue_, systems);
        for (auto* column : {&sum_system_, &sum_block_}) column->make(*queue_, blocks);
        system_of_.make(*queue_, atoms);
        positions_.make(*queue_, 3 * atoms);
        forces_.make(*queue_, 3 * atoms, untouched);
        numbers_.make(*queue_, atoms);
        cell_.make(*queue_, 9 * systems);
        pbc_.make(*queue_, 3 * systems);
        energy_.make(*queue_, systems, untouched);
        stress_.make(*queue_, 9 * systems, untouched);
        ids_.make(*queue_, systems);
        parts_ = {*queue_, DeviceSums::most * blocks};
        totals_ = {*queue_, DeviceSums::most * systems};
        model_ = LennardJones(options).on_device(*queue_, batch.capacity(), lists);
        place();
    }
    DeviceTwin(DeviceTwin const&) = delete;
    DeviceTwin& operator=(DeviceTwin const&) = delete;

    /// Takes over who is where, and everything a model reads.
    void place() {
        for (auto* column : {&system_of_, &sub_stage_, &sum_system_})
            std::fill(column->host.begin(), column->host.end(), -1);
        BatchView const view = host_.view();
        std::size_t row = 0;
        for (int s = 0; s < host_.system_count(); ++s) {
            auto const k = static_cast<std::size_t>(s);
            int const begin = view.atom_begin[s], count = view.atom_count[s];
            atom_begin_.host[k] = begin;
            atom_count_.host[k] = count;
            ids_.host[k] = view.system_id[s];
            sub_stage_.host[k] = 0;
            std::fill_n(system_of_.host.begin() + begin, count, s);
            std::copy_n(view.atomic_numbers + begin, count, numbers_.host.begin() + begin);
            sum_first_.host[k] = static_cast<int>(row);
            int const blocks = SumBlocks(3 * static_cast<std::size_t>(count)).count;
            for (int b = 0; b < blocks; ++b, ++row) {
                sum_system_.host[row] = s;
                sum_block_.host[row] = b;
            }
        }
        for (auto* column : {&atom_begin_, &atom_count_, &system_of_, &sub_stage_, &sum_first_,
                             &sum_system_, &sum_block_})
            column->push(*queue_);
        ids_.push(*queue_);
        numbers_.push(*queue_);
        move();
    }
    /// Takes over positions, cells and periodic directions.
    void move() {
        BatchView const view = host_.view();
        for (int s = 0; s < host_.system_count(); ++s) {
            int const begin = 3 * view.atom_begin[s];
            std::copy_n(view.positions + begin, 3 * view.atom_count[s],
                        positions_.host.begin() + begin);
            std::copy_n(view.cell + 9 * s, 9, cell_.host.begin() + 9 * s);
            std::copy_n(view.pbc + 3 * s, 3, pbc_.host.begin() + 3 * s);
        }
        positions_.push(*queue_);
        cell_.push(*queue_);
        pbc_.push(*queue_);
    }
    void set_sub_stage(int system, int code) {
        sub_stage_.host[static_cast<std::size_t>(system)] = code;
        sub_stage_.push(*queue_);
    }

    void compute(bool stress = true, bool energy_and_forces = true) {
        model_->compute({.queue = *queue_,
                         .systems = systems(),
                         .sums = sums(),
                         .energy_and_forces = energy_and_forces,
                         .stress = stress});
        pull();
    }
    /// Systems of one sub-stage alone.
    void compute_code(int code) {
        model_->compute({*queue_, systems().of_code(code), sums(), true, true});
        pull();
    }
    /// Waits for the queue and takes the results.
    void pull() {
        energy_.pull(*queue_);
        forces_.pull(*queue_);
        stress_.pull(*queue_);
    }
    /// Energy, forces and stress in one row, as Evaluation::result().
    [[nodiscard]] std::vector<double> result(int system) const {
        auto const s = static_cast<std::size_t>(system);
        std::vector<double> values{energy_.host[s]};
        auto const f = forces_.host.begin() + 3 * atom_begin_.host[s];
        values.insert(values.end(), f, f + 3 * atom_count_.host[s]);
        auto const w = stress_.host.begin() + 9 * system;
        values.insert(values.end(), w, w + 9);
        return values;
    }
    /// Forces of all rows, holes too.
    [[nodiscard]] std::span<double const> all_forces() const { return forces_.host; }
    /// What DeviceModel tells of its lists.
    [[nodiscard]] int overflowed(int system) const {
        return download(*queue_, model_->overflowed() + system, 1)[0];
    }
    [[nodiscard]] std::int32_t row_length(int row) const {
        return download(*queue_, model_->row_lengths() + row, 1)[0];
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
        systems.atom_rows = static_cast<int>(system_of_.host.size());
        systems.system_rows = static_cast<int>(sub_stage_.host.size());
        systems.sum_rows = static_cast<int>(sum_system_.host.size());
        systems.system_of = system_of_.data();
        systems.sub_stage = sub_stage_.data();
        systems.sum_system = sum_system_.data();
        systems.sum_block = sum_block_.data();
        systems.sum_first = sum_first_.data();
        return systems;
    }
    [[nodiscard]] DeviceSums sums() const { return {parts_.data(), totals_.data()}; }
    DeviceQueue& queue() { return *queue_; }
    DeviceModel& model() { return *model_; }

    /// What stands in a row of results before anything is written.
    static constexpr double untouched = 4711.0;

private:
    /// An array on the device and what is to be, or was, there.
    template <class T>
    struct Column {
        std::vector<T> host;
        DeviceArray<T> device;

        void make(DeviceQueue& queue, std::size_t size, T value = {}) {
            host.assign(size, value);
            device = upload(queue, host);
        }
        void push(DeviceQueue& queue) { upload(queue, device, std::span<T const>(host)); }
        void pull(DeviceQueue& queue) { host = download(queue, device); }
        [[nodiscard]] T* data() const { return device.data(); }
    };

    std::unique_ptr<DeviceQueue> queue_;
    Batch& host_;
    Column<std::int32_t> atom_begin_, atom_count_, system_of_, sub_stage_;
    Column<std::int32_t> sum_system_, sum_block_, sum_first_;
    Column<double> positions_, forces_, cell_, energy_, stress_;
    Column<std::int64_t> numbers_, ids_;
    Column<std::uint8_t> pbc_;
    DeviceArray<double> parts_, totals_;
    std::unique_ptr<DeviceModel> model_;
};

}  // namespace athanor::test
