// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "comm/slot.hpp"

namespace athanor::detail {

/// The pieces in which a large message travels while it is still being packed, in this order: its
/// header but for the checksum, its payload cut into runs of piece_bytes (the last may be shorter),
/// and its checksum. A small one is not cut and travels whole.
class MessagePieces {
public:
    static constexpr std::size_t piece_bytes = 1024 * 1024;
    /// A message with as much payload is cut; with less there is too little to overlap.
    static constexpr std::size_t least_cut_bytes = 2 * piece_bytes;

    explicit MessagePieces(std::size_t payload_bytes) : payload_bytes_(payload_bytes) {}

    [[nodiscard]] std::size_t payload_bytes() const { return payload_bytes_; }
    /// 0: the message is not cut.
    [[nodiscard]] std::size_t count() const {
        if (payload_bytes_ < least_cut_bytes) return 0;
        return (payload_bytes_ + piece_bytes - 1) / piece_bytes + 2;
    }
    /// Where piece i stands in its slot. Expects: i < count().
    [[nodiscard]] std::span<std::byte> piece(Slot& slot, std::size_t i) const {
        if (i == 0) return slot.header().first(checked_header_bytes);
        if (i + 1 == count()) return slot.header().subspan(checked_header_bytes);
        std::size_t const begin = payload_before(i);
        return slot.payload().subspan(begin, payload_before(i + 1) - begin);
    }
    /// How much of the payload the first i pieces hold. Expects: i <= count().
    [[nodiscard]] std::size_t payload_before(std::size_t i) const {
        return i == 0 ? 0 : std::min((i - 1) * piece_bytes, payload_bytes_);
    }

private:
    std::size_t payload_bytes_;
};

}  // namespace athanor::detail
