// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/journal.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include <fcntl.h>

#include "runtime/error.hpp"

namespace athanor {

namespace fs = std::filesystem;
using detail::fail;
using detail::uninterrupted;

namespace {

constexpr std::size_t head_bytes = sizeof(JournalRecordHead);

}  // namespace

Journal::Journal(JournalPlace place, JournalIdentity identity, std::uint64_t arrays,
                 std::size_t room)
    : place_(std::move(place)), identity_(identity), arrays_(arrays), room_(room) {}

Journal::~Journal() = default;

// --- records that wait ---------------------------------------------------------------------------

bool Journal::has_room(std::size_t size) {
    std::lock_guard const guard(waiting_mutex_);
    return waiting_.empty() || waiting_bytes_ + size <= room_;
}

/// The memory of an earlier one for the next, if there is one.
void Journal::take_spare() {
    std::lock_guard const guard(waiting_mutex_);
    if (spare_.empty()) return;
    open_ = std::move(spare_.back());
    spare_.pop_back();
    spare_bytes_ -= open_.bytes.size();
}

void Journal::keep(Record record) {
    std::lock_guard const guard(waiting_mutex_);
    if (waiting_bytes_ + spare_bytes_ + record.bytes.size() > room_) return;
    spare_bytes_ += record.bytes.size();
    spare_.push_back(std::move(record));
}

std::span<std::byte> Journal::begin_record(std::size_t bytes) {
    std::size_t const size = head_bytes + bytes;
    if (!has_room(size)) {
        auto const begin = std::chrono::steady_clock::now();
        write_waiting();
        stalled_ += std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count();
    }
    take_spare();
    if (open_.bytes.size() < size) open_.bytes.resize(size);
    open_.size = size;
    return std::span(open_.bytes).subspan(head_bytes, bytes);
}

void Journal::end_record(std::int64_t samples) {
    open_.file = file_;
    open_.samples = samples;
    file_used_ = true;
    std::lock_guard const guard(waiting_mutex_);
    waiting_bytes_ += open_.size;
    waiting_.push_back(std::exchange(open_, {}));
}

std::optional<Journal::Record> Journal::take_first() {
    std::lock_guard const guard(waiting_mutex_);
    if (waiting_.empty()) return std::nullopt;
    Record record = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= record.size;
    return record;
}

// --- files ---------------------------------------------------------------------------------------

void Journal::write_waiting() {
    std::lock_guard const guard(mutex_);
    write_all_waiting();
}

/// Expects: mutex_ is held.
void Journal::write_all_waiting() {
    if (!failure_.empty()) throw StorageError(failure_);
    while (auto record = take_first()) {
        try {
            write(*record);
        } catch (std::exception const& error) {
            failure_ = error.what();
            throw;
        }
        samples_written_ = record->samples;
        keep(std::move(*record));
    }
}

/// Expects: mutex_ is held.
void Journal::write(Record& record) {
    auto const bytes = std::span(record.bytes).first(record.size);
    auto const head = record_head_of(bytes.subspan(head_bytes));
    std::memcpy(bytes.data(), head.data(), head.size());
    if (files_.empty() || files_.back().number != record.file) begin_file(record.file);
    files_.back().synced = false;
    detail::write_all(*place_.calls, files_.back().descriptor->get(),
                      journal_path(place_, record.file), bytes);
}

/// Expects: mutex_ is held.
void Journal::begin_file(std::int64_t number) {
    fs::path const path = journal_path(place_, number);
    auto descriptor =
        std::make_unique<detail::Descriptor>(*place_.calls, path, O_WRONLY | O_CREAT | O_EXCL);
    if (descriptor->get() < 0) fail("make the journal", path, descriptor->error());
    detail::write_all(*place_.calls, descriptor->get(), path,
                      to_bytes(JournalHeader{identity_, arrays_, number}));
    files_.push_back({number, std::move(descriptor)});
    names_synced_ = false;
}

void Journal::sync() {
    std::lock_guard const guard(mutex_);
    write_all_waiting();
    try {
        sync_files();
    } catch (std::exception const& error) {
        // The kernel may have dropped the pages that it could not write, and the next call succeed.
        failure_ = error.what();
        throw;
    }
}

/// Expects: mutex_ is held.
void Journal::sync_files() {
    for (File& file : files_) {
        if (file.synced) continue;
        if (uninterrupted([&] { return place_.calls->fdatasync(file.descriptor->get()); }) != 0)
            fail("sync", journal_path(place_, file.number), errno);
        file.synced = true;
    }
    if (names_synced_) return;
    detail::sync_folder(*place_.calls, detail::folder_of(place_.store));
    names_synced_ = true;
}

std::int64_t Journal::rotate() {
    if (std::exchange(file_used_, false)) ++file_;
    return file_;
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
