// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/journal_reader.hpp"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {

namespace fs = std::filesystem;
using detail::fail;

JournalReader::JournalReader(JournalPlace const& place, JournalFile const& file)
    : calls_(*place.calls), path_(file.path), descriptor_(calls_, file.path, O_RDONLY) {
    if (descriptor_.get() < 0) fail("open", path_, descriptor_.error());
    struct stat status {};
    if (calls_.fstat(descriptor_.get(), status) != 0) fail("look at", path_, errno);
    size_ = status.st_size;
    JournalHeaderBytes bytes{};
    auto const there =
        std::min<std::size_t>(sizeof(JournalHeaderBytes), static_cast<std::size_t>(size_));
    bool const whole =
        read(0, std::span(bytes).first(there)) && there == sizeof(JournalHeaderBytes);
    // A file of another origin must not be taken for a torn one, and be removed.
    auto const known = std::min(there, journal_magic.size());
    bool const zeros = std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
    if (!zeros && std::memcmp(bytes.data(), journal_magic.data(), known) != 0)
        throw StorageError(fmt::format("{}: is no journal, or one of another version; move it away",
                                       path_.string()));
    if (whole) header_ = journal_header_from(bytes);
    if (header_) at_ = sizeof(JournalHeaderBytes);
}

/// False when the file has become shorter.
bool JournalReader::read(std::int64_t offset, std::span<std::byte> bytes) {
    return detail::read_from(calls_, descriptor_.get(), path_, offset, bytes) == bytes.size();
}

bool JournalReader::next(Bytes& payload) {
    constexpr auto head_bytes = static_cast<std::int64_t>(sizeof(JournalRecordHead));
    if (!header_ || size_ - at_ < head_bytes) return false;
    JournalRecordHead head{};
    if (!read(at_, head)) return false;
    auto const length = payload_length(head);
    if (length > static_cast<std::uint64_t>(size_ - at_ - head_bytes)) return false;
    payload.resize(length);
    if (!read(at_ + head_bytes, payload)) return false;
    if (head != record_head_of(payload)) return false;
    at_ += head_bytes + static_cast<std::int64_t>(length);
    return true;
}

}  // namespace athanor
