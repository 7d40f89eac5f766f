// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runtime/sink.hpp"

namespace athanor::test {

/// A sink that counts its rows and keeps none.
class Nowhere final : public Sink {
public:
    void write(Batch const&, std::span<SystemIndex const> systems, RowKind) override {
        rows_ += static_cast<std::int64_t>(systems.size());
    }
    void flush() override {}
    void close() override {}
    [[nodiscard]] std::int64_t rows_written() const override { return rows_; }
    [[nodiscard]] std::string describe() const override { return "nowhere"; }

private:
    std::int64_t rows_ = 0;
};

}  // namespace athanor::test
