// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "sinks/memory_storage.hpp"

namespace athanor::test {

/// A table in memory that outlives the sink that writes it.
class SharedStorage : public Storage {
public:
    explicit SharedStorage(std::shared_ptr<MemoryStorage> table) : table_(std::move(table)) {}
    void put(std::string const& key, std::span<std::byte const> bytes) override {
        table_->put(key, bytes);
    }
    std::optional<Bytes> get(std::string const& key) override { return table_->get(key); }
    std::optional<Bytes> get_range(std::string const& key, std::int64_t offset,
                                   std::size_t length) override {
        return table_->get_range(key, offset, length);
    }
    std::vector<std::string> list(std::string const& folder) override {
        return table_->list(folder);
    }
    void remove(std::string const& key) override { table_->remove(key); }
    void sync() override {}
    void publish() override { table_->publish(); }
    void close() noexcept override {}
    std::string describe() const override { return "shared.zarr"; }

private:
    std::shared_ptr<MemoryStorage> table_;
};

}  // namespace athanor::test
