// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/late_rows.hpp"

#include <algorithm>
#include <utility>

#include "kernels/device/row_moves.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

/// A sample's verdict stands before its rows, which begin at whole words.
constexpr std::size_t verdict_bytes = sizeof(std::uint64_t);

}  // namespace

LateRows::LateRows(DeviceBatch& batch, std::uint8_t const* verdicts, FieldReaders readers)
    : batch_(batch),
      verdicts_(verdicts),
      readers_(std::move(readers)),
      beside_(batch.queue().make_beside()),
      laid_out_(batch.queue().mark()) {
    ATHANOR_EXPECTS(readers_.all_read(Fields::stage_step));
    auto const systems = static_cast<std::size_t>(batch.capacity().systems);
    ReadFields const all{&readers_, readers_.everyone()};
    std::size_t const bytes = batch.most_bytes(all) + verdict_bytes * systems;
    for (Group& group : groups_) {
        group.there = {batch.queue(), bytes};
        group.here = {batch.queue(), bytes};
        group.moves = {batch.queue(), batch.most_moves(all) + systems};
        group.sent.resize(systems);
        group.mark = beside_->mark();
    }
}

LateRows::~LateRows() {
    try {
        beside_->wait();  // it may still read and write what is about to go
    } catch (...) {       // whoever waited has heard of it
    }
}

void LateRows::send(std::span<Wanted const> samples) {
    ATHANOR_EXPECTS(!full());
    Group& group = groups_[(first_ + under_way_++) % groups];
    std::fill(group.sent.begin(), group.sent.end(), Sent{});
    DeviceBatch::Layout layout{group.there.data(), group.moves.data()};
    for (Wanted const& one : samples) {
        group.sent[static_cast<std::size_t>(one.slot)] = {layout.bytes, one.stage_step,
                                                          one.readers};
        layout.moves[layout.move_count++] = {layout.data + layout.bytes, verdicts_ + one.slot, 1};
        layout.bytes += verdict_bytes;
        batch_.lay_out(one.slot, {&readers_, one.readers}, layout);
    }
    DeviceQueue& queue = batch_.queue();
    move_rows(queue, layout.moves, layout.move_count);
    laid_out_->set_again();
    beside_->hold_back(*laid_out_);
    beside_->copy(group.here.data(), group.there.data(), layout.bytes);
    group.mark->set_again();
}

bool LateRows::take(Batch& batch, DeviceBatch::Place place) const {
    Group const& group = groups_[first_];
    Sent const& sent = group.sent[static_cast<std::size_t>(place.slot)];
    if (sent.begin == none) return false;
    std::byte const* const begin = group.here.data() + sent.begin;
    batch_.unpack(begin + verdict_bytes, {&readers_, sent.readers}, batch, place);
    auto const verdict = static_cast<StepVerdict>(*begin);
    auto const completed = batch.column<std::int64_t>(Fields::stage_step)[place.system.value()];
    return completed == sent.stage_step && !is_hook_fault(verdict);
}

void LateRows::drop_oldest() {
    ATHANOR_EXPECTS(!empty());
    first_ = (first_ + 1) % groups;
    --under_way_;
}

}  // namespace athanor
