// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "sinks/file_calls.hpp"
#include "sinks/journal_format.hpp"

namespace athanor {

/// The records of one file.
/// Bound:  one record.
/// Throws: StorageError when it cannot be read, or is no journal of this version.
class JournalReader {
public:
    JournalReader(JournalPlace const& place, JournalFile const& file);

    /// Nothing when the file ends before it is complete; there are no records then.
    [[nodiscard]] std::optional<JournalHeader> const& header() const { return header_; }
    /// The payload of the next record; false at the end, or where the rest is torn.
    [[nodiscard]] bool next(Bytes& payload);
    /// Bytes after the last good record, known at the end.
    [[nodiscard]] std::int64_t torn_bytes() const { return size_ - at_; }

private:
    [[nodiscard]] bool read(std::int64_t offset, std::span<std::byte> bytes);

    FileSystem& calls_;
    std::filesystem::path path_;
    detail::Descriptor descriptor_;
    std::int64_t size_ = 0;
    std::int64_t at_ = 0;
    std::optional<JournalHeader> header_;
};

}  // namespace athanor
