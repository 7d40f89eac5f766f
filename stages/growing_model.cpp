// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/growing_model.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include <fmt/format.h>

#include "runtime/device_memory_error.hpp"

namespace athanor {
namespace {

constexpr int row_step = 8;  // threads that read a row together

/// Room for a longest row and an eighth more, so that a sample that goes on is not soon back.
int roomy(int longest) { return row_step * ((longest + longest / 8) / row_step + 1); }

/// The memory of its rows was free a moment ago, but others take some of a device, too.
template <class Make>
std::unique_ptr<DeviceModel> make_again(int row_capacity, Make const& make) {
    try {
        return make();
    } catch (DeviceMemoryError const& error) {
        throw DeviceMemoryError(fmt::format(
            "rows of {} neighbours became too short, and others took their memory while longer "
            "ones were made: {}",
            row_capacity, error.what()));
    }
}

}  // namespace

GrowingModel::GrowingModel(DeviceQueue& queue, Model const& model, BatchCapacity capacity,
                           double skin)
    : queue_(queue), source_(model), capacity_(capacity), skin_(skin), model_(make(0)) {
    if (!model_)
        throw ConfigError(
            fmt::format("the model {} has no device variant; use --device cpu", model.describe()));
    may_grow_ = model_->overflowed() != nullptr;
    if (!may_grow_) return;
    for (auto& report : overflowed_)
        report = PinnedArray<std::uint8_t>(queue, static_cast<std::size_t>(capacity.systems));
}

std::unique_ptr<DeviceModel> GrowingModel::make(int row_capacity) const {
    return source_.on_device(queue_, capacity_, {.skin = skin_, .row_capacity = row_capacity});
}

void GrowingModel::enqueue_report(std::size_t report) {
    if (!may_grow_) return;
    queue_.copy(overflowed_[report].data(), model_->overflowed(), overflowed_[report].bytes());
}

bool GrowingModel::is_too_short(std::size_t report, int system) const {
    return may_grow_ && overflowed_[report][static_cast<std::size_t>(system)] != 0;
}

/// Of those that a list can hold at all.
std::int32_t GrowingModel::longest_row(std::span<Rows const> samples) const {
    PinnedArray<std::int32_t> const lengths(queue_, static_cast<std::size_t>(capacity_.atoms));
    queue_.copy(lengths.data(), model_->row_lengths(), lengths.bytes());
    queue_.wait();
    std::int32_t longest = 0;
    for (Rows const& rows : samples)
        for (int row = rows.begin; row < rows.begin + rows.count; ++row)
            if (std::int32_t const length = lengths[static_cast<std::size_t>(row)];
                length != std::numeric_limits<std::int32_t>::max())
                longest = std::max(longest, length);
    return longest;
}

bool GrowingModel::grow(std::span<Rows const> samples) {
    int const before = model_->row_capacity();
    std::int32_t const longest = longest_row(samples);
    if (longest <= before) return false;
    model_.reset();  // there may be no room for both
    try {
        model_ = make(roomy(longest));
    } catch (DeviceMemoryError const&) {
    } catch (std::bad_alloc const&) {
    }
    if (!model_) model_ = make_again(before, [&] { return make(before); });
    if (model_->row_capacity() > before) ++growths_;
    may_grow_ = model_->row_capacity() >= longest;
    return true;
}

}  // namespace athanor
