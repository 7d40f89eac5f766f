// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "sinks/storage.hpp"

namespace athanor {

/// A store as a table in memory, for tests and for results that are never to touch a disk.
/// Aside:   readers that ask published() see a store only after publish().
/// Threads: every member may be called from any thread.
class MemoryStorage final : public Storage {
public:
    explicit MemoryStorage(std::string name = "memory") : name_(std::move(name)) {}

    void put(std::string const& key, std::span<std::byte const> bytes) override;
    [[nodiscard]] std::optional<Bytes> get(std::string const& key) override;
    [[nodiscard]] std::optional<Bytes> get_range(std::string const& key, std::int64_t offset,
                                                 std::size_t length) override;
    [[nodiscard]] std::vector<std::string> list(std::string const& folder) override;
    void remove(std::string const& key) override;
    void sync() override {}
    void publish() override { published_ = true; }
    void close() noexcept override {}
    [[nodiscard]] std::string describe() const override { return name_; }
    [[nodiscard]] bool published() const { return published_; }

private:
    std::string name_;
    bool published_ = false;
    std::mutex mutex_;  ///< guards objects_
    std::map<std::string, Bytes> objects_;
};

}  // namespace athanor
