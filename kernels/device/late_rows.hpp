// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/device/device_batch.hpp"
#include "kernels/step_checks.hpp"

namespace athanor {

/// Rows of samples on their way from a device to the host while steps go on: copied behind a step
/// to a place of their own there, and from there to pinned memory by a queue beside. No step waits
/// for the host, and the host for no step.
/// Shapes:    of each sample those fields of the DeviceBatch that one of those reads for whom it is
///            sent; no other is copied anywhere.
/// Bound:     `groups` groups under way, each with room for what all readers read of the whole
///            batch, on the device and in pinned memory, all taken at the start.
/// Order:     groups come in the order sent.
/// Ownership: owns the queue beside; the batch must outlive it.
/// Threads:   one.
class LateRows {
public:
    static constexpr std::size_t groups = 3;

    /// `verdicts`: of the batch's systems, on the device. Expects: every reader reads stage_step.
    LateRows(DeviceBatch& batch, std::uint8_t const* verdicts, FieldReaders readers);
    ~LateRows();
    LateRows(LateRows const&) = delete;
    LateRows& operator=(LateRows const&) = delete;

    [[nodiscard]] bool full() const { return under_way_ == groups; }
    [[nodiscard]] bool empty() const { return under_way_ == 0; }
    /// A sample whose rows are wanted by some readers if it has completed so many steps in its
    /// stage.
    struct Wanted {
        int slot;
        std::int64_t stage_step;
        FieldReaders::Bits readers;
    };
    /// Enqueues a copy of the rows as they are behind everything enqueued so far. Expects: not
    /// full(); the samples keep their slots until the group is dropped.
    void send(std::span<Wanted const> samples);
    /// Whether the oldest group is here. Expects: not empty().
    [[nodiscard]] bool arrived() { return oldest().mark->reached(); }
    void wait() { oldest().mark->wait(); }
    /// Copies a sample's rows of the oldest group to its system, and leaves those of fields that
    /// its readers do not read; false when they are not in it, or the sample did not get through
    /// that step: it had ended before, or a hook had failed it. Its rows are anybody's then.
    /// Expects: the group is here.
    [[nodiscard]] bool take(Batch& batch, DeviceBatch::Place place) const;
    /// Gives its room back.
    void drop_oldest();

private:
    struct Sent {
        std::size_t begin = none;  ///< in the group's layout
        std::int64_t stage_step = 0;
        FieldReaders::Bits readers = 0;
    };
    struct Group {
        DeviceArray<std::byte> there;
        PinnedArray<std::byte> here;
        PinnedArray<RowMove> moves;
        std::vector<Sent> sent;           ///< by slot
        std::unique_ptr<QueueMark> mark;  ///< of `beside_`, behind the copy to here
    };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    [[nodiscard]] Group& oldest() { return groups_[first_]; }

    DeviceBatch& batch_;
    std::uint8_t const* verdicts_;
    FieldReaders readers_;
    std::unique_ptr<DeviceQueue> beside_;
    std::unique_ptr<QueueMark> laid_out_;  ///< of the batch's queue
    std::array<Group, groups> groups_;
    std::size_t first_ = 0, under_way_ = 0;
};

}  // namespace athanor
