// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/row_slide.hpp"

#include <algorithm>
#include <cstdint>

#include "kernels/device/row_moves.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

constexpr std::size_t word = sizeof(std::uint64_t);
std::size_t whole_words(std::size_t bytes) { return (bytes + word - 1) / word * word; }

std::size_t size_of_spare(RowSlide::Most const& most, std::size_t at_most) {
    return std::min(whole_words(most.bytes) + word * most.adds,
                    std::max(at_most, 2 * most_bytes_of_move));
}

std::size_t most_moves(RowSlide::Most const& most) {
    return most.bytes / most_bytes_of_move + most.adds;
}

}  // namespace

RowSlide::RowSlide(DeviceQueue& queue, Most const& most, std::size_t spare_bytes)
    : spare_(queue, size_of_spare(most, spare_bytes)),
      there_(queue, most_moves(most)),
      back_(queue, most_moves(most)) {
    // Each round but the last leaves less than a piece of the buffer.
    std::size_t const all = whole_words(most.bytes) + word * most.adds;
    if (spare_.size() < all) round_ends_.reserve(all / (spare_.size() - most_bytes_of_move));
}

void RowSlide::add(void* to, void const* from, std::size_t bytes) {
    ATHANOR_EXPECTS(to < from);
    for (std::size_t at = 0; at < bytes; at += most_bytes_of_move) {
        std::size_t const piece = std::min(most_bytes_of_move, bytes - at);
        if (used_ + piece > spare_.size()) {
            round_ends_.push_back(moves_);
            used_ = 0;
        }
        std::byte* const between = spare_.data() + used_;
        there_[moves_] = {between, static_cast<std::byte const*>(from) + at, piece};
        back_[moves_] = {static_cast<std::byte*>(to) + at, between, piece};
        used_ += whole_words(piece);
        ++moves_;
    }
}

void RowSlide::enqueue(DeviceQueue& queue) {
    std::size_t begin = 0;
    auto const enqueue_until = [&](std::size_t end) {
        move_rows(queue, there_.data() + begin, end - begin);
        move_rows(queue, back_.data() + begin, end - begin);
        begin = end;
    };
    for (std::size_t const end : round_ends_) enqueue_until(end);
    enqueue_until(moves_);
    round_ends_.clear();
    moves_ = used_ = 0;
}

}  // namespace athanor
