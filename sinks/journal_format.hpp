// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/storage.hpp"

/// Files beside a store that only grow: a commit costs one fdatasync, where the arrays of a store
/// would take some hundred. What is in them is rows (zarr_journal.hpp); here they are bytes.
/// Files:    STORE.journal-1, -2, ... in the order written; each is begun anew, never continued.
/// Layout:   little-endian. A header of 48 bytes, then records until the end of the file.
///           header  0  8  "ATHJRNL1"; the last digit is the version of this layout
///                   8 16  identity of the store, as its attribute `journal` has it
///                  24  8  fingerprint of the arrays that the records fill
///                  32  8  number of the file
///                  40  4  zero
///                  44  4  CRC-32C of the 44 bytes before
///           record  0  8  length of the payload
///                   8  4  CRC-32C of the length and the payload
///                  12  4  zero
///                  16     the payload
/// Torn:     a record that is not there as a whole, or whose checksum differs, ends its file; a
///           header that is not there as a whole ends it before the first record.
namespace athanor {

/// 128 random bits that a store and its journal share.
struct JournalIdentity {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    [[nodiscard]] static JournalIdentity make();
    [[nodiscard]] std::string text() const;  ///< 32 hexadecimal digits
    /// Nothing for any other text.
    [[nodiscard]] static std::optional<JournalIdentity> parse(std::string_view text);
    bool operator==(JournalIdentity const&) const = default;
};

/// What a file of a journal says about itself.
struct JournalHeader {
    JournalIdentity identity;
    std::uint64_t arrays = 0;  ///< fingerprint
    std::int64_t number = 0;
    bool operator==(JournalHeader const&) const = default;
};

/// A header and the head of a record as they stand in a file.
using JournalHeaderBytes = std::array<std::byte, 48>;
using JournalRecordHead = std::array<std::byte, 16>;
inline constexpr std::string_view journal_magic = "ATHJRNL1";

[[nodiscard]] JournalHeaderBytes to_bytes(JournalHeader const& header);
/// Nothing where the checksum differs.
[[nodiscard]] std::optional<JournalHeader> journal_header_from(JournalHeaderBytes const& bytes);
[[nodiscard]] JournalRecordHead record_head_of(std::span<std::byte const> payload);
[[nodiscard]] std::uint64_t payload_length(JournalRecordHead const& head);

/// Where the file of a number stands.
[[nodiscard]] std::filesystem::path journal_path(JournalPlace const& place, std::int64_t number);

struct JournalFile {
    std::int64_t number = 0;
    std::filesystem::path path;
};

/// The files of a journal that are there, in the order written.
[[nodiscard]] std::vector<JournalFile> journal_files(JournalPlace const& place);

/// Removes them, and sees to it that they do not come back after a power cut.
void remove_journal(JournalPlace const& place);

}  // namespace athanor
