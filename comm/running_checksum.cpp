// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/running_checksum.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/crc32c.hpp"
#include "runtime/expects.hpp"

namespace athanor {

void RunningChecksum::take(std::span<std::byte const> header, std::span<std::byte const> payload) {
    ATHANOR_EXPECTS(header.size() >= checked_header_bytes);
    auto const checked = header.first(checked_header_bytes);
    bool const goes_on = taken_ > 0 && taken_ <= payload.size() &&
                         std::memcmp(checked.data(), header_.data(), checked.size()) == 0;
    if (!goes_on) {
        std::copy(checked.begin(), checked.end(), header_.begin());
        checksum_ = crc32c(checked);
        taken_ = 0;
    }
    checksum_ = crc32c(payload.subspan(taken_), checksum_);
    taken_ = payload.size();
}

std::uint32_t RunningChecksum::finish(std::span<std::byte const> header,
                                      std::span<std::byte const> payload) {
    take(header, payload);
    taken_ = 0;
    return checksum_;
}

}  // namespace athanor
