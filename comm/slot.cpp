// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/slot.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/packed_layout.hpp"

namespace athanor {
namespace {

constexpr int least_text_bytes = 64 * 1024;
constexpr int text_bytes_per_system = 1024;

void expect_at_least(char const* key, int value, int least) {
    if (value < least)
        throw ConfigError(
            fmt::format("/buffers/{}: {} is too small; give {} or more", key, value, least));
}

}  // namespace

BufferConfig checked(BufferConfig buffers) {
    expect_at_least("systems", buffers.systems, 1);
    expect_at_least("atoms", buffers.atoms, 1);
    expect_at_least("edges", buffers.edges, 0);
    expect_at_least("text_bytes", buffers.text_bytes, 0);
    expect_at_least("slots", buffers.slots, 1);
    if (buffers.text_bytes == 0) {
        auto const wanted = std::int64_t{text_bytes_per_system} * buffers.systems;
        buffers.text_bytes =
            static_cast<int>(std::clamp<std::int64_t>(wanted, least_text_bytes, 1 << 30));
    }
    return buffers;
}

SlotRoom slot_room(Schema const& schema, BufferConfig const& buffers) {
    BufferConfig const full = checked(buffers);
    PackedCounts const most{
        static_cast<std::uint32_t>(full.systems), static_cast<std::uint32_t>(full.atoms),
        static_cast<std::uint32_t>(full.edges), static_cast<std::uint32_t>(full.text_bytes)};
    return {packed_bytes(schema, most), full.slots};
}

Slot::Slot(std::size_t payload_bytes, MemorySpace& space)
    : begin_(static_cast<std::byte*>(space.allocate(message_header_bytes + payload_bytes))),
      bytes_(message_header_bytes + payload_bytes),
      space_(&space) {}

Slot::Slot(Slot&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)), bytes_(other.bytes_), space_(other.space_) {}

Slot::~Slot() {
    if (begin_ != nullptr) space_->deallocate(begin_, bytes_);
}

}  // namespace athanor
