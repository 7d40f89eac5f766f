// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "comm/wire_format.hpp"
#include "runtime/field.hpp"
#include "runtime/memory.hpp"

namespace athanor {

/// The room of one edge, as the configuration's /buffers has it; both ends need the same.
struct BufferConfig {
    int systems = 16;    ///< samples of one message
    int atoms = 2048;    ///< their atoms together
    int edges = 0;       ///< their edges together; 0: no edge columns travel
    int text_bytes = 0;  ///< their names and texts together; 0: 64 KiB, or 1 KiB per system if more
    int slots = 3;       ///< messages under way at most
    bool operator==(BufferConfig const&) const = default;
};

/// `buffers` with its defaults filled in. Throws: ConfigError with the JSON pointer of a value that
/// makes no sense.
[[nodiscard]] BufferConfig checked(BufferConfig buffers);

/// How much memory a transport has to lay out for one edge, on each of its sides.
struct SlotRoom {
    std::size_t payload_bytes = 0;  ///< of the largest message, without its header
    int slots = 0;
};
[[nodiscard]] SlotRoom slot_room(Schema const& schema, BufferConfig const& buffers);

/// Preallocated room for one message: its header and its packed samples.
/// Ownership: owns its memory; moves, never copies. Who may touch it when: README.md.
/// Shapes:    64-byte aligned; the payload directly follows the 64 bytes of the header.
class Slot {
public:
    explicit Slot(std::size_t payload_bytes, MemorySpace& space = host_memory());
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&&) = delete;
    ~Slot();

    [[nodiscard]] std::span<std::byte> header() { return {begin_, message_header_bytes}; }
    [[nodiscard]] std::span<std::byte> payload() {
        return {begin_ + message_header_bytes, bytes_ - message_header_bytes};
    }
    /// Of header and payload together.
    [[nodiscard]] std::size_t size() const { return bytes_; }
    /// Header and payload as one run of bytes.
    [[nodiscard]] std::span<std::byte> bytes() { return {begin_, bytes_}; }

private:
    std::byte* begin_;
    std::size_t bytes_;
    MemorySpace* space_;
};

}  // namespace athanor
