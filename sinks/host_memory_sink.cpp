// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/host_memory_sink.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "runtime/expects.hpp"

namespace athanor {

HostMemorySink::HostMemorySink(std::int64_t capacity) : capacity_(capacity) {
    ATHANOR_EXPECTS(capacity >= 0);
}

std::int64_t HostMemorySink::room() const {
    std::lock_guard const guard(mutex_);
    return capacity_ - static_cast<std::int64_t>(rows_.size());
}

void HostMemorySink::write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) {
    std::size_t const written = write_fitting(batch, systems, kind);
    ATHANOR_EXPECTS(written == systems.size());
}

std::size_t HostMemorySink::write_fitting(Batch const& batch, std::span<SystemIndex const> systems,
                                          RowKind kind) {
    std::vector<KeptRow> more;
    more.reserve(systems.size());
    for (SystemIndex const s : systems) more.push_back({batch.extract(s), kind});
    std::lock_guard const guard(mutex_);
    ATHANOR_EXPECTS(!closed_);
    auto const room = static_cast<std::size_t>(capacity_) - rows_.size();
    std::size_t const count = std::min(room, more.size());
    for (std::size_t k = 0; k < count; ++k) rows_.push_back(std::move(more[k]));
    rows_written_ += static_cast<std::int64_t>(count);
    return count;
}

void HostMemorySink::close() {
    std::lock_guard const guard(mutex_);
    closed_ = true;
}

std::int64_t HostMemorySink::rows_written() const {
    std::lock_guard const guard(mutex_);
    return rows_written_;
}

std::string HostMemorySink::describe() const {
    return fmt::format("host_memory of {} rows", capacity_);
}

std::int64_t HostMemorySink::size() const {
    std::lock_guard const guard(mutex_);
    return static_cast<std::int64_t>(rows_.size());
}

KeptRow HostMemorySink::read(std::int64_t row) const {
    std::lock_guard const guard(mutex_);
    ATHANOR_EXPECTS(row >= 0 && row < static_cast<std::int64_t>(rows_.size()));
    return rows_[static_cast<std::size_t>(row)];
}

std::optional<Sample> HostMemorySink::take_oldest_for(Batch const& batch) {
    std::lock_guard const guard(mutex_);
    if (rows_.empty()) return std::nullopt;
    Sample& oldest = rows_.front().sample;
    if (!batch.fits(oldest.atom_count(), oldest.edge_count())) return std::nullopt;
    Sample taken = std::move(oldest);
    rows_.pop_front();
    return taken;
}

std::vector<KeptRow> HostMemorySink::drain() {
    std::lock_guard const guard(mutex_);
    std::vector<KeptRow> all(std::make_move_iterator(rows_.begin()),
                             std::make_move_iterator(rows_.end()));
    rows_.clear();
    return all;
}

std::vector<Sample> HostMemorySink::copies() const {
    std::lock_guard const guard(mutex_);
    std::vector<Sample> samples;
    for (KeptRow const& row : rows_) samples.push_back(row.sample);
    return samples;
}

}  // namespace athanor
