// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sinks/file_calls.hpp"
#include "sinks/journal_format.hpp"

namespace athanor {

/// The journal of one process that writes a store. Records wait in memory until a thread comes to
/// write them, so that the one that appends need not wait for the file system.
/// Bound:   `room` bytes wait, or one record; begin_record() writes them before it takes more.
///          On the disk, the file under way and, until remove_before(), those before it.
/// Order:   records stand in the files as appended, whichever threads write them.
/// Threads: one at a time for records, sync() and rotate(); the others from any.
/// Throws:  StorageError; after a write or a sync failed, from every later call: the last record
///          may be torn, rows may be lost, and the store must be given up.
class Journal {
public:
    /// Makes no file before the first record.
    Journal(JournalPlace place, JournalIdentity identity, std::uint64_t arrays, std::size_t room);
    Journal(Journal const&) = delete;
    Journal& operator=(Journal const&) = delete;
    /// Leaves out what was not written.
    ~Journal();

    /// Room for the bytes of a record, which the caller fills before end_record().
    [[nodiscard]] std::span<std::byte> begin_record(std::size_t bytes);
    /// Appends it. `samples`: what samples_written() is to say when it is written.
    void end_record(std::int64_t samples);
    /// What was appended before survives the process from here on.
    void write_waiting();
    /// The same, and it survives a power cut.
    void sync();
    /// Of the last record that was written; 0 before the first.
    [[nodiscard]] std::int64_t samples_written() const { return samples_written_.load(); }
    /// How long begin_record() has written what waited.
    [[nodiscard]] std::chrono::nanoseconds stalled() const {
        return std::chrono::nanoseconds(stalled_.load(std::memory_order_relaxed));
    }
    /// Later records go to another file. Returns its number, for remove_before().
    [[nodiscard]] std::int64_t rotate();
    /// Removes the files of lower numbers: the arrays have their rows, and will keep them. Expects:
    /// their records are written.
    void remove_before(std::int64_t number);

private:
    struct Record {
        Bytes bytes;           ///< with room for the head in front; used again and again
        std::size_t size = 0;  ///< of head and payload
        std::int64_t file = 0;
        std::int64_t samples = 0;
    };
    struct File {
        std::int64_t number;
        std::unique_ptr<detail::Descriptor> descriptor;
        bool synced = false;
    };
    void take_spare();
    [[nodiscard]] bool has_room(std::size_t size);
    [[nodiscard]] std::optional<Record> take_first();
    void write_all_waiting();
    void write(Record& record);
    void sync_files();
    void keep(Record record);
    void begin_file(std::int64_t number);

    JournalPlace place_;
    JournalIdentity identity_;
    std::uint64_t arrays_;
    std::size_t room_;
    Record open_;             ///< since begin_record()
    std::int64_t file_ = 1;   ///< of the next record
    bool file_used_ = false;  ///< by a record before
    std::atomic<std::int64_t> samples_written_{0}, stalled_{0};

    std::mutex waiting_mutex_;  ///< guards these; taken last
    std::deque<Record> waiting_;
    std::vector<Record> spare_;
    std::size_t waiting_bytes_ = 0, spare_bytes_ = 0;

    std::mutex mutex_;         ///< guards these, and is held while records are written
    std::vector<File> files_;  ///< the last one is under way
    bool names_synced_ = true;
    std::string failure_;
};

}  // namespace athanor
