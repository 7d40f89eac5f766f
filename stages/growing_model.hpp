// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "runtime/device_array.hpp"
#include "runtime/device_model.hpp"
#include "runtime/model.hpp"

namespace athanor {

/// A model on a device that is made anew with longer neighbour rows where samples have become too
/// dense for those it has. No result depends on that; without it such samples would be slow.
/// Ownership: owns the model there; queue and model must outlive it.
/// Threads:   one.
class GrowingModel {
public:
    static constexpr std::size_t reports = 2;
    /// Atom rows of a sample.
    struct Rows {
        int begin, count;
    };

    /// Throws ConfigError when the model has no device variant.
    GrowingModel(DeviceQueue& queue, Model const& model, BatchCapacity capacity, double skin);

    /// Whatever stands in a recording, until grow().
    [[nodiscard]] DeviceModel& model() const { return *model_; }
    /// Enqueues a copy of which lists have overflowed into a report for the host.
    void enqueue_report(std::size_t report);
    /// Whether the list of a system is too short and could be longer. Expects: what was enqueued up
    /// to the report is done.
    [[nodiscard]] bool is_too_short(std::size_t report, int system) const;
    /// Waits and makes rows as long as those samples need, if there is memory. True when model() is
    /// another than before. DeviceMemoryError: not even for rows as they were; no model is left.
    [[nodiscard]] bool grow(std::span<Rows const> samples);
    /// Models made with longer rows than the one before.
    [[nodiscard]] std::int64_t growths() const { return growths_; }

private:
    [[nodiscard]] std::unique_ptr<DeviceModel> make(int row_capacity) const;
    [[nodiscard]] std::int32_t longest_row(std::span<Rows const> samples) const;

    DeviceQueue& queue_;
    Model const& source_;
    BatchCapacity capacity_;
    double skin_;
    std::unique_ptr<DeviceModel> model_;
    std::array<PinnedArray<std::uint8_t>, reports> overflowed_;
    bool may_grow_;
    std::int64_t growths_ = 0;
};

}  // namespace athanor
