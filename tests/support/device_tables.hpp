// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A batch copied to a device by hand, with its tables, and held against the host's.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/sum_blocks.hpp"
#include "runtime/batch.hpp"
#include "runtime/device_array.hpp"
#include "runtime/device_columns.hpp"
#include "runtime/device_dynamics.hpp"
#include "tests/support/device_queues.hpp"

namespace athanor::test {

/// The columns of a batch on the device of the test run (device_queues.hpp). Every call waits.
class DeviceTables {
public:
    /// Copies `batch` as it is; `codes`: the sub-stage of each of its systems, -1 for none.
    DeviceTables(DeviceQueue& queue, Batch& batch, std::vector<int> const& codes)
        : queue_(queue), batch_(batch) {
        for (int f = 0; f < batch.schema().field_count(); ++f) {
            memory_.emplace_back(queue, column_bytes(FieldIndex{f}));
            columns_.push_back(memory_.back().data());
            upload(FieldIndex{f});
        }
        make_tables(codes);
        parts_ = {queue, DeviceSums::most * static_cast<std::size_t>(systems_.sum_rows)};
        totals_ = {queue, DeviceSums::most * static_cast<std::size_t>(systems_.system_rows)};
        forget_sums();
    }

    [[nodiscard]] DeviceSystems const& systems() const { return systems_; }
    [[nodiscard]] DeviceSums sums() const { return {parts_.data(), totals_.data()}; }
    [[nodiscard]] DeviceColumns columns() const { return {batch_.schema(), columns_}; }
    [[nodiscard]] double total(int sum, int system) const {
        return download(queue_, totals_.data() + sum * systems_.system_rows + system, 1)[0];
    }
    /// NaNs, so that who reads what it has not written shows.
    void forget_sums() {
        double const nan = std::numeric_limits<double>::quiet_NaN();
        for (DeviceArray<double> const* const array : {&parts_, &totals_})
            test::upload(queue_, *array, std::span<double const>(std::vector(array->size(), nan)));
    }
    /// Overwrites a whole column with the host's.
    void upload(FieldIndex field) {
        test::upload(queue_, memory_[index(field)],
                     std::span(static_cast<std::byte const*>(host(field)), column_bytes(field)));
    }
    /// Holds every row of every column, taken or not, against the host's, bit for bit.
    void expect_same(std::string const& when) const {
        for (int f = 0; f < batch_.schema().field_count(); ++f) {
            FieldIndex const field{f};
            std::vector<std::byte> const ours = download(queue_, memory_[index(field)]);
            auto const* const theirs = static_cast<std::byte const*>(host(field));
            std::size_t const bytes = ours.size();
            std::size_t k = 0;
            while (k < bytes && ours[k] == theirs[k]) ++k;
            FieldSpec const& spec = batch_.schema().field(field);
            EXPECT_EQ(k, bytes) << when << ": " << spec.name << ", row "
                                << k / spec.bytes_per_row();
        }
    }

private:
    static std::size_t index(FieldIndex field) { return static_cast<std::size_t>(field.value()); }
    [[nodiscard]] std::size_t column_bytes(FieldIndex field) const {
        FieldSpec const& spec = batch_.schema().field(field);
        BatchCapacity const& capacity = batch_.capacity();
        int const rows = spec.level == Level::atom
                             ? capacity.atoms
                             : (spec.level == Level::edge ? capacity.edges : capacity.systems);
        return static_cast<std::size_t>(rows) * spec.bytes_per_row();
    }
    [[nodiscard]] void* host(FieldIndex field) const {
        switch (size_of(batch_.schema().field(field).dtype)) {
            case 8:
                return batch_.column<std::int64_t>(field);
            case 4:
                return batch_.column<std::int32_t>(field);
            case 2:
                return batch_.column<std::int16_t>(field);
            default:
                return batch_.column<std::uint8_t>(field);
        }
    }
    template <class T>
    T const* table(std::vector<T> const& values) {
        auto const bytes = std::as_bytes(std::span(values));
        tables_.push_back(test::upload(queue_, std::vector(bytes.begin(), bytes.end())));
        return reinterpret_cast<T const*>(tables_.back().data());
    }
    template <class T>
    T* device(FieldIndex field) const {
        return static_cast<T*>(columns_[index(field)]);
    }

    void make_tables(std::vector<int> const& codes) {
        auto const systems = static_cast<std::size_t>(batch_.capacity().systems);
        std::vector<int> begin(systems, 0), count(systems, 0);
        std::vector<std::int32_t> code(systems, -1), sum_first(systems, 0), sum_system, sum_block;
        std::vector<std::int32_t> system_of(static_cast<std::size_t>(batch_.capacity().atoms), -1);
        for (int s = 0; s < batch_.system_count(); ++s) {
            auto const row = static_cast<std::size_t>(s);
            begin[row] = batch_.atom_begin(SystemIndex{s});
            count[row] = batch_.atom_count(SystemIndex{s});
            code[row] = codes[row];
            std::fill_n(system_of.begin() + begin[row], count[row], s);
            sum_first[row] = static_cast<std::int32_t>(sum_system.size());
            int const blocks = SumBlocks(3 * static_cast<std::size_t>(count[row])).count;
            for (int b = 0; b < blocks + 1; ++b) {  // and an empty row
                sum_system.push_back(b < blocks ? s : -1);
                sum_block.push_back(b);
            }
        }
        systems_ = {.batch = view(),
                    .atom_rows = batch_.capacity().atoms,
                    .system_rows = batch_.capacity().systems,
                    .sum_rows = static_cast<int>(sum_system.size()),
                    .system_of = table(system_of),
                    .sub_stage = table(code),
                    .sum_system = table(sum_system),
                    .sum_block = table(sum_block),
                    .sum_first = table(sum_first)};
        systems_.batch.atom_begin = table(begin);
        systems_.batch.atom_count = table(count);
    }
    [[nodiscard]] BatchView view() const {
        return {.positions = device<double>(Fields::positions),
                .velocities = device<double>(Fields::velocities),
                .forces = device<double>(Fields::forces),
                .atomic_masses = device<double>(Fields::atomic_masses),
                .atomic_numbers = device<std::int64_t>(Fields::atomic_numbers),
                .cell = device<double>(Fields::cell),
                .pbc = device<std::uint8_t>(Fields::pbc),
                .energy = device<double>(Fields::energy),
                .stress = device<double>(Fields::stress),
                .system_id = device<std::int64_t>(Fields::system_id),
                .status = device<std::int64_t>(Fields::status),
                .stage = device<std::int32_t>(Fields::stage),
                .stage_step = device<std::int64_t>(Fields::stage_step),
                .total_steps = device<std::int64_t>(Fields::total_steps),
                .outcome = device<std::uint8_t>(Fields::outcome),
                .velocities_given = device<std::uint8_t>(Fields::velocities_given),
                .degrees_of_freedom = device<std::int64_t>(Fields::degrees_of_freedom),
                .stored_rows = device<std::int64_t>(Fields::stored_rows)};
    }

    DeviceQueue& queue_;
    Batch& batch_;
    std::vector<DeviceArray<std::byte>> memory_, tables_;
    std::vector<void*> columns_;
    DeviceSystems systems_;
    DeviceArray<double> parts_, totals_;
};

/// Samples of these numbers of atoms, in a batch with holes where others were between them and
/// went. Every number of an atom is drawn from a seed; every second sample is periodic, with a skew
/// cell; one atom of those with more than eight has no mass; those of one atom have no freedom.
inline Batch holey_batch(SchemaPtr const& schema, std::vector<int> const& sizes) {
    int atoms = 0;
    for (int const size : sizes) atoms += size + 3;
    Batch batch(schema, {2 * static_cast<int>(sizes.size()) + 3, atoms + 5, 0});
    std::uint64_t state = 12345;
    auto const draw = [&state] {  // in (-1, 1)
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<double>(static_cast<std::int64_t>(state) >> 11) * 0x1p-52;
    };
    double const nan = std::numeric_limits<double>::quiet_NaN();
    std::fill_n(batch.column<double>(Fields::positions), 3 * batch.capacity().atoms, nan);
    std::fill_n(batch.column<double>(Fields::velocities), 3 * batch.capacity().atoms, nan);
    std::int64_t id = 0;
    auto const add = [&](int size) {
        Sample sample(schema, SampleId{id++}, "", size);
        for (double& r : sample.values<double>(Fields::positions)) r = 10.0 * draw();
        for (double& v : sample.values<double>(Fields::velocities)) v = 0.1 * draw();
        for (double& f : sample.values<double>(Fields::forces)) f = draw();
        auto const masses = sample.values<double>(Fields::atomic_masses);
        for (double& m : masses) m = 40.0 + 10.0 * draw();
        if (size > 8) masses[3] = 0.0;
        bool const periodic = id % 4 == 0;
        double const cell[9] = {20.0, 0.0, 0.0, 3.0, 21.0, 0.0, -2.0, 1.0, 19.0};
        if (periodic) std::copy_n(cell, 9, sample.values<double>(Fields::cell).begin());
        if (id % 8 == 0) sample.values<double>(Fields::cell)[1] = 0.5;  // not lower triangular
        for (auto& p : sample.values<std::uint8_t>(Fields::pbc)) p = periodic ? 1 : 0;
        for (double& s : sample.values<double>(Fields::stress)) s = 0.01 * draw();
        sample.values<double>(Fields::energy)[0] = draw();
        sample.values<std::int64_t>(Fields::degrees_of_freedom)[0] = size > 1 ? 3 * size - 3 : 0;
        batch.append(sample);
    };
    for (int const size : sizes) {
        add(3);  // goes again
        add(size);
    }
    for (int s = batch.system_count() - 1; s >= 0; --s)
        if (batch.sample_id(SystemIndex{s}).value() % 2 == 0) batch.remove(SystemIndex{s});
    return batch;
}

}  // namespace athanor::test
