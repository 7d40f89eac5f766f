// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/device_space.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "kernels/device/row_moves.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

constexpr std::size_t staging_bytes = std::size_t{1} << 20;
constexpr std::size_t most_pieces = 1024;
constexpr std::size_t alignment = 8;  // of a piece in staging, so that it goes in words

std::byte* bytes_at(void* memory) { return static_cast<std::byte*>(memory); }
std::byte const* bytes_at(void const* memory) { return static_cast<std::byte const*>(memory); }

}  // namespace

DeviceSpace::DeviceSpace(std::unique_ptr<DeviceQueue> queue)
    : queue_(std::move(queue)),
      zeros_(*queue_, most_bytes_of_move),
      staging_(*queue_, staging_bytes),
      pieces_(*queue_, most_pieces),
      to_host_(most_pieces) {}

DeviceSpace::~DeviceSpace() {
    try {
        queue_->wait();  // staging is still being read
    } catch (...) {      // whoever asked before has heard of it
    }
}

void* DeviceSpace::allocate(std::size_t bytes) {
    std::lock_guard const guard(mutex_);
    std::size_t const size = std::max<std::size_t>(bytes, 1);
    void* const memory = queue_->allocate(size);
    memory_[bytes_at(memory)] = size;
    return memory;
}

void DeviceSpace::deallocate(void* memory, std::size_t bytes) noexcept {
    std::lock_guard const guard(mutex_);
    try {
        enqueue();  // before the memory is somebody else's
    } catch (Error const&) {
        // The queue is broken: nobody reads what should have been there.
        listed_ = enqueued_;
    }
    memory_.erase(bytes_at(memory));
    queue_->deallocate(memory, std::max<std::size_t>(bytes, 1));
}

bool DeviceSpace::is_here(void const* memory) const {
    auto const next = memory_.upper_bound(bytes_at(memory));
    if (next == memory_.begin()) return false;
    auto const& [begin, size] = *std::prev(next);
    return bytes_at(memory) < begin + size;
}

void DeviceSpace::move(std::span<RowMove const> moves) {
    std::lock_guard const guard(mutex_);
    enqueue();  // zeros come before what replaces them
    for (RowMove const& one : moves) add(one);
    enqueue();
    if (to_host_count_ > 0) finish();
}

void DeviceSpace::zero(std::span<std::byte> bytes) {
    std::lock_guard const guard(mutex_);
    for (std::size_t at = 0; at < bytes.size(); at += most_bytes_of_move)
        list(bytes.data() + at, zeros_.data(), std::min(most_bytes_of_move, bytes.size() - at));
}

void DeviceSpace::add(RowMove const& move) {
    bool const to_here = is_here(move.to), from_here = is_here(move.from);
    if (!to_here && !from_here) {
        std::memcpy(move.to, move.from, move.bytes);
        return;
    }
    for (std::size_t at = 0; at < move.bytes; at += most_bytes_of_move) {
        std::size_t const size = std::min(most_bytes_of_move, move.bytes - at);
        std::byte* const to = bytes_at(move.to) + at;
        std::byte const* const from = bytes_at(move.from) + at;
        if (to_here && from_here) {
            list(to, from, size);
        } else if (to_here) {
            std::byte* const staged = stage(size);
            std::memcpy(staged, from, size);
            list(to, staged, size);
        } else {
            std::byte* const staged = stage(size);
            list(staged, from, size);
            to_host_[to_host_count_++] = {to, staged, size};
        }
    }
}

/// Room in staging for a piece that is listed next.
std::byte* DeviceSpace::stage(std::size_t bytes) {
    if (staged_ + bytes > staging_.size() || listed_ == pieces_.size()) finish();
    std::byte* const staged = staging_.data() + staged_;
    staged_ += (bytes + alignment - 1) / alignment * alignment;
    return staged;
}

/// Both ends are where a kernel can reach them.
void DeviceSpace::list(void* to, void const* from, std::size_t bytes) {
    if (listed_ == pieces_.size()) finish();
    pieces_[listed_++] = {to, from, bytes};
}

void DeviceSpace::enqueue() {
    if (enqueued_ == listed_) return;
    move_rows(*queue_, pieces_.data() + enqueued_, listed_ - enqueued_);
    enqueued_ = listed_;
}

/// Staging and the list may be written again; the host has what it asked for.
void DeviceSpace::finish() {
    enqueue();
    queue_->wait();
    for (std::size_t k = 0; k < to_host_count_; ++k)
        std::memcpy(to_host_[k].to, to_host_[k].from, to_host_[k].bytes);
    to_host_count_ = staged_ = listed_ = enqueued_ = 0;
}

}  // namespace athanor
