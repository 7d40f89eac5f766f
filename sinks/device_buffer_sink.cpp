// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/device_buffer_sink.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "runtime/expects.hpp"

namespace athanor {

DeviceBufferSink::DeviceBufferSink(SchemaPtr schema, BatchCapacity capacity, MemorySpace& space)
    : batch_(std::move(schema), capacity, space) {
    ATHANOR_EXPECTS(capacity.systems >= 1 && capacity.atoms >= 1 && capacity.edges >= 0);
    auto const fields = static_cast<std::size_t>(batch_.schema().field_count());
    rows_.reserve(static_cast<std::size_t>(capacity.systems));
    source_.reserve(fields);
    moves_.reserve(fields);
}

std::int64_t DeviceBufferSink::room() const {
    std::lock_guard const guard(mutex_);
    bool const full = batch_.used_atoms() == batch_.capacity().atoms;
    return full ? 0 : batch_.capacity().systems - batch_.system_count();
}

void DeviceBufferSink::write(Batch const& batch, std::span<SystemIndex const> systems,
                             RowKind kind) {
    std::size_t const written = write_fitting(batch, systems, kind);
    ATHANOR_EXPECTS(written == systems.size());
}

std::size_t DeviceBufferSink::write_fitting(Batch const& batch,
                                            std::span<SystemIndex const> systems, RowKind kind) {
    std::lock_guard const guard(mutex_);
    ATHANOR_EXPECTS(!closed_);
    if (!systems.empty()) bind(batch.schema_ptr());
    std::size_t written = 0;
    while (written < systems.size() && try_append(batch, systems[written], kind)) ++written;
    rows_written_ += static_cast<std::int64_t>(written);
    return written;
}

void DeviceBufferSink::bind(SchemaPtr const& schema) {
    if (bound_ == schema) return;
    source_.clear();
    for (FieldSpec const& field : batch_.schema().fields()) {
        auto const theirs = schema->find(field.name);
        bool const same = theirs && schema->field(*theirs).dtype == field.dtype &&
                          schema->field(*theirs).level == field.level &&
                          schema->field(*theirs).shape == field.shape;
        source_.push_back(same ? theirs->value() : -1);
    }
    bound_ = schema;
}

bool DeviceBufferSink::try_append(Batch const& batch, SystemIndex system, RowKind kind) {
    bool const with_edges = batch_.capacity().edges > 0;
    int const atoms = batch.atom_count(system);
    int const edges = with_edges ? batch.edge_count(system) : 0;
    if (!batch_.fits(atoms, edges)) return false;
    SystemIndex const row = batch_.allocate(atoms, edges, batch.name(system), batch.text(system));
    moves_.clear();
    for (int f = 0; f < batch_.schema().field_count(); ++f) {
        FieldIndex const ours{f};
        int const theirs = source_[static_cast<std::size_t>(f)];
        if (theirs < 0 || (!with_edges && batch_.schema().field(ours).level == Level::edge))
            continue;
        if (std::size_t const bytes = batch_.row_bytes(ours, row); bytes > 0)
            moves_.push_back(
                {batch_.rows(ours, row), batch.rows(FieldIndex{theirs}, system), bytes});
    }
    batch_.space().move(moves_);
    rows_.push_back({row.value(), kind});
    return true;
}

void DeviceBufferSink::close() {
    std::lock_guard const guard(mutex_);
    closed_ = true;
}

std::int64_t DeviceBufferSink::rows_written() const {
    std::lock_guard const guard(mutex_);
    return rows_written_;
}

std::string DeviceBufferSink::describe() const {
    return fmt::format("device_buffer of {} rows and {} atoms", batch_.capacity().systems,
                       batch_.capacity().atoms);
}

std::int64_t DeviceBufferSink::size() const {
    std::lock_guard const guard(mutex_);
    return static_cast<std::int64_t>(rows_.size());
}

SystemIndex DeviceBufferSink::system_of(std::int64_t row) const {
    std::lock_guard const guard(mutex_);
    ATHANOR_EXPECTS(row >= 0 && row < static_cast<std::int64_t>(rows_.size()));
    return SystemIndex{rows_[static_cast<std::size_t>(row)].system};
}

KeptRow DeviceBufferSink::read_locked(std::int64_t row) const {
    ATHANOR_EXPECTS(row >= 0 && row < static_cast<std::int64_t>(rows_.size()));
    KeptSystem const& kept = rows_[static_cast<std::size_t>(row)];
    return {batch_.extract(SystemIndex{kept.system}), kept.kind};
}

KeptRow DeviceBufferSink::read(std::int64_t row) const {
    std::lock_guard const guard(mutex_);
    return read_locked(row);
}

std::vector<KeptRow> DeviceBufferSink::drain() {
    std::lock_guard const guard(mutex_);
    std::vector<KeptRow> all;
    all.reserve(rows_.size());
    for (std::size_t row = 0; row < rows_.size(); ++row)
        all.push_back(read_locked(static_cast<std::int64_t>(row)));
    batch_.clear();
    rows_.clear();
    return all;
}

void DeviceBufferSink::zero() {
    std::lock_guard const guard(mutex_);
    batch_.clear();
    rows_.clear();
}

std::optional<Sample> DeviceBufferSink::take_oldest_for(Batch const& batch) {
    std::lock_guard const guard(mutex_);
    if (rows_.empty()) return std::nullopt;
    SystemIndex const oldest{rows_.front().system};
    if (!batch.fits(batch_.atom_count(oldest), batch_.edge_count(oldest))) return std::nullopt;
    Sample taken = batch_.extract(oldest);
    batch_.remove(oldest);
    rows_.erase(rows_.begin());
    for (KeptSystem& kept : rows_)  // the last system took its place
        if (kept.system == batch_.system_count()) kept.system = oldest.value();
    return taken;
}

std::vector<Sample> DeviceBufferSink::copies() const {
    std::lock_guard const guard(mutex_);
    std::vector<Sample> samples;
    for (std::size_t row = 0; row < rows_.size(); ++row)
        samples.push_back(batch_.extract(SystemIndex{rows_[row].system}));
    return samples;
}

}  // namespace athanor
