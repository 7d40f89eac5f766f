// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/message_pieces.hpp"

#include <gtest/gtest.h>

namespace athanor::detail {
namespace {

constexpr std::size_t piece = MessagePieces::piece_bytes;
constexpr std::size_t least = MessagePieces::least_cut_bytes;

TEST(MessagePieces, ASmallMessageIsNotCut) {
    for (std::size_t bytes : {std::size_t{0}, piece, least - 1})
        EXPECT_EQ(MessagePieces(bytes).count(), 0U);
}

TEST(MessagePieces, HoldEveryByteOnceAndTheChecksumLast) {
    for (std::size_t bytes : {least, least + 1, least + 16, 3 * piece - 1, 3 * piece}) {
        SCOPED_TRACE(bytes);
        MessagePieces const pieces(bytes);
        Slot slot(bytes + 100);
        std::byte const* next = slot.header().data();

        for (std::size_t i = 0; i + 1 < pieces.count(); ++i) {
            auto const part = pieces.piece(slot, i);
            EXPECT_EQ(part.data(), next);
            EXPECT_FALSE(part.empty());
            EXPECT_LE(part.size(), piece);
            next = part.data() + part.size();
            if (i == 0) next += message_header_bytes - checked_header_bytes;
            EXPECT_EQ(pieces.payload_before(i + 1), next - slot.payload().data());
        }

        EXPECT_EQ(next, slot.payload().data() + bytes);
        auto const last = pieces.piece(slot, pieces.count() - 1);
        EXPECT_EQ(last.data(), slot.header().data() + checked_header_bytes);
        EXPECT_EQ(last.size(), message_header_bytes - checked_header_bytes);
        EXPECT_EQ(pieces.payload_before(pieces.count()), bytes);
    }
}

}  // namespace
}  // namespace athanor::detail
