// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "runtime/batch_view.hpp"
#include "runtime/expects.hpp"
#include "runtime/extent_allocator.hpp"
#include "runtime/field.hpp"
#include "runtime/memory.hpp"
#include "runtime/sample.hpp"

namespace athanor {

/// Rows that a batch or a slot has room for.
struct BatchCapacity {
    int systems = 0;
    int atoms = 0;
    int edges = 0;
    bool operator==(BatchCapacity const&) const = default;
};

/// Many samples as a structure of arrays with fixed capacity.
/// Ownership: owns its columns, in one memory space; moves, never copies.
/// Shapes:    systems are dense rows 0 .. system_count()-1; the atoms of one system are contiguous,
///            in the order of its input, anywhere in the atom columns (BatchView).
/// Bound:     arrival and departure cost time in proportion to the sample that comes or goes: a
///            departure leaves a hole that later arrivals fill, and the last system takes the
///            departed one's row. Only an arrival that fits in total but in no hole compacts first.
/// Threads:   one at a time; kernels work on distinct systems of a view.
/// Why holes: no result depends on where a sample stands (DESIGN section 1), so nothing is gained
///            by keeping atoms dense, and closing every gap would cost O(batch) per departure.
class Batch {
public:
    Batch(SchemaPtr schema, BatchCapacity capacity, MemorySpace& space = host_memory());
    Batch(Batch&&) noexcept;
    Batch& operator=(Batch&&) noexcept;
    ~Batch();

    /// A new system at the end with zeroed rows. Expects: fits(atoms, edges).
    SystemIndex allocate(int atoms, int edges, std::string name, std::string text = {});
    /// The same, but the rows of the first `written_fields` fields hold anything until the caller
    /// has written all of them, which it does at once.
    SystemIndex allocate_unwritten(int written_fields, int atoms, int edges, std::string name,
                                   std::string text);
    /// Copies a sample in; fields that the sample lacks are zero, further ones are left out.
    /// Expects: fits(sample.atom_count(), sample.edge_count()).
    SystemIndex append(Sample const& sample);
    /// A deep copy of one system, with every field of the batch.
    [[nodiscard]] Sample extract(SystemIndex system) const;
    /// Takes a system out. The last system moves to row `system`; no other row changes.
    void remove(SystemIndex system);
    /// Gives a system this many edges in place of those it has, with zeroed rows. May compact.
    /// Expects: the edges it has and the free ones together are enough.
    void resize_edges(SystemIndex system, int edges);
    /// Closes every hole. Changes where samples stand, never what they hold.
    void compact();
    void clear();

    /// True when a sample of this size can be appended (perhaps after a compaction inside append).
    [[nodiscard]] bool fits(int atoms, int edges) const;
    /// True when it could be appended to this batch were it empty.
    [[nodiscard]] bool fits_empty(int atoms, int edges) const;

    [[nodiscard]] int system_count() const { return system_count_; }
    [[nodiscard]] bool empty() const { return system_count_ == 0; }
    [[nodiscard]] int used_atoms() const { return atoms_.capacity() - atoms_.free_rows(); }
    [[nodiscard]] int used_edges() const { return edges_.capacity() - edges_.free_rows(); }
    [[nodiscard]] BatchCapacity const& capacity() const { return capacity_; }
    [[nodiscard]] Schema const& schema() const { return *schema_; }
    [[nodiscard]] SchemaPtr const& schema_ptr() const { return schema_; }

    [[nodiscard]] int atom_begin(SystemIndex s) const { return atom_begin_[s.value()]; }
    [[nodiscard]] int atom_count(SystemIndex s) const { return atom_count_[s.value()]; }
    [[nodiscard]] int edge_begin(SystemIndex s) const { return edge_begin_[s.value()]; }
    [[nodiscard]] int edge_count(SystemIndex s) const { return edge_count_[s.value()]; }
    [[nodiscard]] SampleId sample_id(SystemIndex s) const;
    [[nodiscard]] std::string const& name(SystemIndex s) const { return names_[s.value()]; }
    [[nodiscard]] std::string const& text(SystemIndex s) const { return texts_[s.value()]; }

    /// The columns of one system: rows of `field` that belong to it.
    [[nodiscard]] std::byte* rows(FieldIndex field, SystemIndex system) {
        return static_cast<std::byte*>(columns_[field.value()]) +
               first_row(schema_->level(field), system.value()) * schema_->bytes_per_row(field);
    }
    [[nodiscard]] std::byte const* rows(FieldIndex field, SystemIndex system) const {
        return const_cast<Batch*>(this)->rows(field, system);
    }
    [[nodiscard]] std::size_t row_bytes(FieldIndex field, SystemIndex system) const {
        return row_count(schema_->level(field), system.value()) * schema_->bytes_per_row(field);
    }
    /// The same as numbers, as Sample::values(). Expects: sizeof(T) is the field's element size.
    template <class T>
    [[nodiscard]] std::span<T> values(FieldIndex field, SystemIndex system) {
        ATHANOR_EXPECTS(sizeof(T) == size_of(schema_->field(field).dtype));
        return {reinterpret_cast<T*>(rows(field, system)), row_bytes(field, system) / sizeof(T)};
    }
    template <class T>
    [[nodiscard]] std::span<T const> values(FieldIndex field, SystemIndex system) const {
        return const_cast<Batch*>(this)->values<T>(field, system);
    }
    /// A whole column, from its first row. Expects: sizeof(T) is the field's element size.
    template <class T>
    [[nodiscard]] T* column(FieldIndex field) {
        ATHANOR_EXPECTS(sizeof(T) == size_of(schema_->field(field).dtype));
        return static_cast<T*>(columns_[field.value()]);
    }
    template <class T>
    [[nodiscard]] T const* column(FieldIndex field) const {
        ATHANOR_EXPECTS(sizeof(T) == size_of(schema_->field(field).dtype));
        return static_cast<T const*>(columns_[field.value()]);
    }
    /// Pointers stay valid for the life of the batch; the counts until it gains or loses a system.
    [[nodiscard]] BatchView view();

    [[nodiscard]] MemorySpace& space() const { return *space_; }

private:
    [[nodiscard]] int first_row(Level level, int system) const {
        switch (level) {
            case Level::atom:
                return atom_begin_[system];
            case Level::edge:
                return edge_begin_[system];
            case Level::system:
                return system;
        }
        return 0;
    }
    [[nodiscard]] int row_count(Level level, int system) const {
        switch (level) {
            case Level::atom:
                return atom_count_[system];
            case Level::edge:
                return edge_count_[system];
            case Level::system:
                return 1;
        }
        return 0;
    }
    [[nodiscard]] int capacity_rows(Level level) const;
    void clear_rows(int field, SystemIndex system);
    void add_column_moves(FieldIndex field, int from_row, int to_row, int rows);
    void release() noexcept;

    SchemaPtr schema_;
    BatchCapacity capacity_;
    MemorySpace* space_;
    ExtentAllocator atoms_;
    ExtentAllocator edges_;
    int system_count_ = 0;
    std::vector<int> atom_begin_, atom_count_, edge_begin_, edge_count_;
    std::vector<std::string> names_, texts_;
    std::vector<void*> columns_;
    std::vector<RowMove> moves_;
};

}  // namespace athanor
