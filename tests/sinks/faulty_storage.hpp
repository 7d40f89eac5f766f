// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A storage that fails on request: what a dying process or disk leaves can be looked at.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "runtime/error.hpp"
#include "sinks/memory_storage.hpp"

namespace athanor::test {

/// Passes everything on to `backing`. Changes (put, remove, sync, publish) are counted from 0.
/// kill:  change number `at` and everything after it does not happen.
/// error: change number `at` alone fails, as on a full disk.
class FaultyStorage final : public Storage {
public:
    enum class Fault { kill, error };
    FaultyStorage(std::shared_ptr<MemoryStorage> backing, Fault fault,
                  int at = std::numeric_limits<int>::max())
        : backing_(std::move(backing)), fault_(fault), at_(at) {}

    void put(std::string const& key, std::span<std::byte const> bytes) override {
        step();
        backing_->put(key, bytes);
    }
    std::optional<Bytes> get(std::string const& key) override { return backing_->get(key); }
    std::optional<Bytes> get_range(std::string const& key, std::int64_t offset,
                                   std::size_t length) override {
        return backing_->get_range(key, offset, length);
    }
    std::vector<std::string> list(std::string const& folder) override {
        return backing_->list(folder);
    }
    void remove(std::string const& key) override {
        step();
        backing_->remove(key);
    }
    void sync() override { step(); }
    void publish() override {
        if (backing_->published()) return;
        step();
        backing_->publish();
    }
    void close() noexcept override {}
    std::string describe() const override { return "faulty.zarr"; }
    [[nodiscard]] int steps() const { return steps_; }

private:
    void step() {
        int const now = steps_++;
        if (now == at_ || (fault_ == Fault::kill && now > at_))
            throw StorageError("faulty.zarr: cannot write: No space left on device (ENOSPC)");
    }
    std::shared_ptr<MemoryStorage> backing_;
    Fault fault_;
    int at_;
    int steps_ = 0;
};

}  // namespace athanor::test
