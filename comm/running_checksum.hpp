// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "comm/wire_format.hpp"

namespace athanor {

/// The checksum of one message after the other, each taken from its beginning while its end is
/// still being written.
/// Threads: one. Nothing is allocated.
class RunningChecksum {
public:
    /// Takes what of the payload it does not have yet. `payload` is what there is so far, `header`
    /// whole but for its checksum, which is not read.
    void take(std::span<std::byte const> header, std::span<std::byte const> payload);
    /// The checksum of the whole message, and forgets it. What was taken counts as long as the
    /// header has not changed since and all of it belongs to the payload; else all is taken anew.
    [[nodiscard]] std::uint32_t finish(std::span<std::byte const> header,
                                       std::span<std::byte const> payload);

private:
    std::array<std::byte, checked_header_bytes> header_{};
    std::size_t taken_ = 0;  // of the payload; 0: nothing begun
    std::uint32_t checksum_ = 0;
};

}  // namespace athanor
