// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/journal_format.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "runtime/crc32c.hpp"
#include "sinks/entropy.hpp"
#include "sinks/file_calls.hpp"

namespace athanor {

namespace fs = std::filesystem;
using detail::fail;

namespace {

template <class T>
void put(std::span<std::byte> to, std::size_t at, T value) {
    std::memcpy(to.data() + at, &value, sizeof value);
}
template <class T>
T take(std::span<std::byte const> from, std::size_t at) {
    T value{};
    std::memcpy(&value, from.data() + at, sizeof value);
    return value;
}

std::string prefix_of(JournalPlace const& place) {
    return place.store.filename().string() + ".journal-";
}

}  // namespace

JournalIdentity JournalIdentity::make() { return {system_entropy(), system_entropy()}; }

std::string JournalIdentity::text() const { return fmt::format("{:016x}{:016x}", high, low); }

std::optional<JournalIdentity> JournalIdentity::parse(std::string_view text) {
    JournalIdentity identity;
    if (text.size() != 32) return std::nullopt;
    for (auto const& [part, value] : {std::pair{text.substr(0, 16), &identity.high},
                                      std::pair{text.substr(16), &identity.low}}) {
        auto const end = part.data() + part.size();
        auto const [stop, error] = std::from_chars(part.data(), end, *value, 16);
        if (error != std::errc{} || stop != end) return std::nullopt;
    }
    return identity;
}

JournalHeaderBytes to_bytes(JournalHeader const& header) {
    JournalHeaderBytes bytes{};
    std::memcpy(bytes.data(), journal_magic.data(), journal_magic.size());
    put(bytes, 8, header.identity.high);
    put(bytes, 16, header.identity.low);
    put(bytes, 24, header.arrays);
    put(bytes, 32, header.number);
    put(bytes, 44, crc32c(std::span(bytes).first(44)));
    return bytes;
}

std::optional<JournalHeader> journal_header_from(JournalHeaderBytes const& bytes) {
    if (take<std::uint32_t>(bytes, 44) != crc32c(std::span(bytes).first(44))) return std::nullopt;
    return JournalHeader{{take<std::uint64_t>(bytes, 8), take<std::uint64_t>(bytes, 16)},
                         take<std::uint64_t>(bytes, 24),
                         take<std::int64_t>(bytes, 32)};
}

JournalRecordHead record_head_of(std::span<std::byte const> payload) {
    JournalRecordHead head{};
    put(head, 0, std::uint64_t{payload.size()});
    put(head, 8, crc32c(payload, crc32c(std::span(head).first(8))));
    return head;
}

std::uint64_t payload_length(JournalRecordHead const& head) { return take<std::uint64_t>(head, 0); }

fs::path journal_path(JournalPlace const& place, std::int64_t number) {
    return detail::folder_of(place.store) / fmt::format("{}{}", prefix_of(place), number);
}

std::vector<JournalFile> journal_files(JournalPlace const& place) {
    fs::path const folder = detail::folder_of(place.store);
    std::string const prefix = prefix_of(place);
    std::vector<std::string> names;
    if (place.calls->list(folder, names) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return {};
        fail("list", folder, errno);
    }
    std::vector<JournalFile> files;
    for (std::string const& name : names) {
        if (!name.starts_with(prefix)) continue;
        std::int64_t number = 0;
        auto const end = name.data() + name.size();
        auto const [stop, error] = std::from_chars(name.data() + prefix.size(), end, number);
        if (error == std::errc{} && stop == end && number > 0)
            files.push_back({number, folder / name});
    }
    std::sort(files.begin(), files.end(),
              [](JournalFile const& a, JournalFile const& b) { return a.number < b.number; });
    return files;
}

void remove_journal(JournalPlace const& place) {
    auto const files = journal_files(place);
    for (JournalFile const& file : files)
        if (place.calls->unlink(file.path) != 0 && errno != ENOENT)
            fail("remove", file.path, errno);
    detail::sync_folder(*place.calls, detail::folder_of(place.store));
}

}  // namespace athanor
