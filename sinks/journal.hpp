// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "sinks/file_calls.hpp"
#include "sinks/journal_format.hpp"

namespace athanor {

/// The journal of one process that writes a store.
/// Bound:   the file under way and, until remove_before(), those before it.
/// Threads: one at a time for append(), sync() and rotate(); remove_before() from any.
/// Throws:  StorageError; the store must be given up then, for the last record may be torn.
class Journal {
public:
    /// Makes no file before the first record.
    Journal(JournalPlace place, JournalIdentity identity, std::uint64_t arrays);
    Journal(Journal const&) = delete;
    Journal& operator=(Journal const&) = delete;
    ~Journal();

    /// A record of these bytes, one part after the other. From here on it survives the process.
    void append(std::span<std::span<std::byte const> const> payload);
    /// Everything appended so far survives a power cut.
    void sync();
    /// Later records go to another file. Returns its number, for remove_before().
    [[nodiscard]] std::int64_t rotate();
    /// Removes the files of lower numbers: the arrays have their rows, and will keep them.
    void remove_before(std::int64_t number);

private:
    struct File {
        std::int64_t number;
        std::unique_ptr<detail::Descriptor> descriptor;
        bool synced = false;
    };
    void begin_file();

    JournalPlace place_;
    JournalHeader header_;
    Bytes record_;  ///< used again and again
    std::mutex mutex_;
    std::vector<File> files_;   ///< guarded by mutex_; the last one has header_.number, or comes
    bool names_synced_ = true;  ///< guarded by mutex_
};

}  // namespace athanor
