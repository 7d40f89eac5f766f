// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/journal.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include <fcntl.h>

namespace athanor {

namespace fs = std::filesystem;
using detail::fail;
using detail::uninterrupted;

Journal::Journal(JournalPlace place, JournalIdentity identity, std::uint64_t arrays)
    : place_(std::move(place)), header_{identity, arrays, 1} {}

Journal::~Journal() = default;

/// Expects: the lock is held.
void Journal::begin_file() {
    fs::path const path = journal_path(place_, header_.number);
    auto descriptor =
        std::make_unique<detail::Descriptor>(*place_.calls, path, O_WRONLY | O_CREAT | O_EXCL);
    if (descriptor->get() < 0) fail("make the journal", path, descriptor->error());
    detail::write_all(*place_.calls, descriptor->get(), path, to_bytes(header_));
    files_.push_back({header_.number, std::move(descriptor)});
    names_synced_ = false;
}

void Journal::append(std::span<std::span<std::byte const> const> payload) {
    constexpr std::size_t head_bytes = sizeof(JournalRecordHead);
    std::size_t size = 0;
    for (auto const& part : payload) size += part.size();
    record_.resize(std::max(record_.size(), head_bytes + size));
    std::byte* to = record_.data() + head_bytes;
    for (auto const& part : payload) {
        if (!part.empty()) std::memcpy(to, part.data(), part.size());
        to += part.size();
    }
    auto const head = record_head_of(std::span(record_).subspan(head_bytes, size));
    std::memcpy(record_.data(), head.data(), head.size());
    std::lock_guard const guard(mutex_);
    if (files_.empty() || files_.back().number != header_.number) begin_file();
    files_.back().synced = false;
    detail::write_all(*place_.calls, files_.back().descriptor->get(),
                      journal_path(place_, header_.number),
                      std::span(record_).first(head_bytes + size));
}

void Journal::sync() {
    std::lock_guard const guard(mutex_);
    for (File& file : files_) {
        if (std::exchange(file.synced, true)) continue;
        if (uninterrupted([&] { return place_.calls->fdatasync(file.descriptor->get()); }) != 0)
            fail("sync", journal_path(place_, file.number), errno);
    }
    if (!std::exchange(names_synced_, true))
        detail::sync_folder(*place_.calls, detail::folder_of(place_.store));
}

std::int64_t Journal::rotate() {
    std::lock_guard const guard(mutex_);
    if (!files_.empty() && files_.back().number == header_.number) ++header_.number;
    return header_.number;
}

void Journal::remove_before(std::int64_t number) {
    std::vector<File> gone;
    {
        std::lock_guard const guard(mutex_);
        auto const first_kept = std::find_if(
            files_.begin(), files_.end(), [number](File const& f) { return f.number >= number; });
        std::move(files_.begin(), first_kept, std::back_inserter(gone));
        files_.erase(files_.begin(), first_kept);
    }
    for (File const& file : gone) {
        fs::path const path = journal_path(place_, file.number);
        if (place_.calls->unlink(path) != 0 && errno != ENOENT) fail("remove", path, errno);
    }
}

}  // namespace athanor
