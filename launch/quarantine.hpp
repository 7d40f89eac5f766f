// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "runtime/batch.hpp"
#include "sinks/bad_frame.hpp"
#include "sinks/extxyz_writer.hpp"

namespace athanor {

/// Where samples go that cannot go on, each with its reason: one extended-XYZ file for all ranks
/// (ExtxyzWriter appends a frame in one call). Nothing is created before the first one comes.
/// Threads: every member may be called from any thread.
/// Throws:  StorageError.
class Quarantine {
public:
    explicit Quarantine(std::filesystem::path path) : path_(std::move(path)) {}

    /// A sample that failed in a stage.
    void take(Batch const& batch, SystemIndex system, std::string const& reason);
    /// A sample of the input that fits into no batch or buffer.
    void take(Sample const& sample, std::string const& reason);
    /// A frame of the input that is no sample.
    void take(BadFrame const& frame);
    [[nodiscard]] std::int64_t count() const;
    void close();

private:
    ExtxyzWriter& writer();

    std::filesystem::path path_;
    mutable std::mutex mutex_;
    std::optional<ExtxyzWriter> writer_;
    std::int64_t count_ = 0;
};

}  // namespace athanor
