// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_sink.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "runtime/expects.hpp"

namespace athanor {
namespace {

constexpr std::array<std::string_view, 4> kind_words{"frame", "converged", "graduated",
                                                     "quarantined"};
constexpr std::array<std::string_view, 4> outcome_words{"running", "converged", "budget_spent",
                                                        "failed"};

std::string word_of(std::array<std::string_view, 4> const& words, std::uint8_t value) {
    return value < words.size() ? std::string(words[value]) : std::to_string(value);
}

}  // namespace

ExtxyzSink::ExtxyzSink(std::filesystem::path path, ExtxyzWriter::Existing existing)
    : writer_(std::move(path), existing) {}

void ExtxyzSink::write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) {
    std::lock_guard const lock(mutex_);
    ATHANOR_EXPECTS(!closed_);
    for (SystemIndex const system : systems) {
        Sample const sample = batch.extract(system);
        auto const outcome = sample.values<std::uint8_t>(Fields::outcome)[0];
        writer_.write(sample, FrameContent::result,
                      {{"kind", word_of(kind_words, static_cast<std::uint8_t>(kind))},
                       {"outcome", word_of(outcome_words, outcome)}});
    }
    rows_written_ += static_cast<std::int64_t>(systems.size());
}

void ExtxyzSink::flush() {
    std::lock_guard const lock(mutex_);
    if (!closed_) writer_.flush();
}

void ExtxyzSink::close() {
    std::lock_guard const lock(mutex_);
    if (std::exchange(closed_, true)) return;
    writer_.close();
}

std::int64_t ExtxyzSink::rows_written() const {
    std::lock_guard const lock(mutex_);
    return rows_written_;
}

std::string ExtxyzSink::describe() const { return "extxyz " + writer_.path().string(); }

}  // namespace athanor
