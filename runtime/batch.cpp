// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/batch.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace athanor {

Batch::Batch(SchemaPtr schema, BatchCapacity capacity, MemorySpace& space)
    : schema_(std::move(schema)),
      capacity_(capacity),
      space_(&space),
      atoms_(capacity.atoms),
      edges_(capacity.edges) {
    ATHANOR_EXPECTS(schema_ != nullptr && capacity.systems >= 0);
    auto const systems = static_cast<std::size_t>(capacity.systems);
    for (auto* column : {&atom_begin_, &atom_count_, &edge_begin_, &edge_count_})
        column->resize(systems);
    names_.resize(systems);
    texts_.resize(systems);
    columns_.reserve(schema_->fields().size());
    for (FieldSpec const& spec : schema_->fields())
        columns_.push_back(space_->allocate(capacity_rows(spec.level) * spec.bytes_per_row()));
    moves_.reserve(4 * schema_->fields().size());
}

Batch::Batch(Batch&& other) noexcept
    : schema_(std::move(other.schema_)),
      capacity_(other.capacity_),
      space_(other.space_),
      atoms_(std::move(other.atoms_)),
      edges_(std::move(other.edges_)),
      system_count_(std::exchange(other.system_count_, 0)),
      atom_begin_(std::move(other.atom_begin_)),
      atom_count_(std::move(other.atom_count_)),
      edge_begin_(std::move(other.edge_begin_)),
      edge_count_(std::move(other.edge_count_)),
      names_(std::move(other.names_)),
      texts_(std::move(other.texts_)),
      columns_(std::exchange(other.columns_, {})),
      moves_(std::move(other.moves_)) {}

Batch& Batch::operator=(Batch&& other) noexcept {
    if (this != &other) {
        this->~Batch();
        ::new (this) Batch(std::move(other));
    }
    return *this;
}

Batch::~Batch() { release(); }

void Batch::release() noexcept {
    for (std::size_t f = 0; f < columns_.size(); ++f) {
        FieldSpec const& spec = schema_->fields()[f];
        space_->deallocate(columns_[f], capacity_rows(spec.level) * spec.bytes_per_row());
    }
    columns_.clear();
}

int Batch::capacity_rows(Level level) const {
    switch (level) {
        case Level::atom:
            return capacity_.atoms;
        case Level::edge:
            return capacity_.edges;
        case Level::system:
            return capacity_.systems;
    }
    return 0;
}

bool Batch::fits(int atoms, int edges) const {
    return system_count_ < capacity_.systems && atoms <= atoms_.free_rows() &&
           edges <= edges_.free_rows();
}

bool Batch::fits_empty(int atoms, int edges) const {
    return capacity_.systems > 0 && atoms <= capacity_.atoms && edges <= capacity_.edges;
}

SystemIndex Batch::allocate(int atoms, int edges, std::string name, std::string text) {
    return allocate_unwritten(0, atoms, edges, std::move(name), std::move(text));
}

SystemIndex Batch::allocate_unwritten(int written_fields, int atoms, int edges, std::string name,
                                      std::string text) {
    ATHANOR_EXPECTS(fits(atoms, edges) && written_fields <= schema_->field_count());
    if (!atoms_.has_run(atoms) || !edges_.has_run(edges)) compact();
    int const s = system_count_++;
    atom_begin_[s] = *atoms_.take(atoms);
    atom_count_[s] = atoms;
    edge_begin_[s] = *edges_.take(edges);
    edge_count_[s] = edges;
    names_[s] = std::move(name);
    texts_[s] = std::move(text);
    for (int f = written_fields; f < schema_->field_count(); ++f) clear_rows(f, SystemIndex{s});
    return SystemIndex{s};
}

SystemIndex Batch::append(Sample const& sample) {
    SystemIndex const s =
        allocate(sample.atom_count(), sample.edge_count(), sample.name(), sample.text());
    moves_.clear();
    for (int f = 0; f < schema_->field_count(); ++f) {
        auto const theirs = sample.schema().find(schema_->field(FieldIndex{f}).name);
        if (!theirs) continue;
        auto const bytes = sample.bytes(*theirs);
        ATHANOR_EXPECTS(bytes.size() == row_bytes(FieldIndex{f}, s));
        moves_.push_back({rows(FieldIndex{f}, s), bytes.data(), bytes.size()});
    }
    space_->move(moves_);
    return s;
}

Sample Batch::extract(SystemIndex system) const {
    ATHANOR_EXPECTS(system.value() >= 0 && system.value() < system_count_);
    std::int64_t id = 0;  // the host may not be able to read the columns
    RowMove const id_move{&id, column<std::int64_t>(Fields::system_id) + system.value(), sizeof id};
    space_->move({&id_move, 1});
    Sample sample(schema_, SampleId{id}, name(system), atom_count(system), edge_count(system));
    sample.set_text(text(system));
    std::vector<RowMove> moves;
    for (int f = 0; f < schema_->field_count(); ++f) {
        auto const bytes = sample.bytes(FieldIndex{f});
        moves.push_back({bytes.data(), rows(FieldIndex{f}, system), bytes.size()});
    }
    space_->move(moves);
    return sample;
}

void Batch::add_column_moves(FieldIndex field, int from_row, int to_row, int row_total) {
    std::size_t const bytes = schema_->bytes_per_row(field);
    auto* const base = static_cast<std::byte*>(columns_[field.value()]);
    moves_.push_back({base + to_row * bytes, base + from_row * bytes, row_total * bytes});
}

void Batch::remove(SystemIndex system) {
    int const s = system.value();
    ATHANOR_EXPECTS(s >= 0 && s < system_count_);
    atoms_.give(atom_begin_[s], atom_count_[s]);
    edges_.give(edge_begin_[s], edge_count_[s]);
    int const last = --system_count_;
    if (s == last) {
        names_[s].clear();
        texts_[s].clear();
        return;
    }
    for (auto* column : {&atom_begin_, &atom_count_, &edge_begin_, &edge_count_})
        (*column)[s] = (*column)[last];
    names_[s] = std::move(names_[last]);
    texts_[s] = std::move(texts_[last]);
    moves_.clear();
    for (int f = 0; f < schema_->field_count(); ++f)
        if (schema_->level(FieldIndex{f}) == Level::system)
            add_column_moves(FieldIndex{f}, last, s, 1);
    space_->move(moves_);
}

void Batch::resize_edges(SystemIndex system, int edges) {
    int const s = system.value();
    ATHANOR_EXPECTS(s >= 0 && s < system_count_ && edges >= 0);
    edges_.give(edge_begin_[s], edge_count_[s]);
    edge_count_[s] = 0;
    edge_begin_[s] = 0;
    ATHANOR_EXPECTS(edges <= edges_.free_rows());
    if (!edges_.has_run(edges)) compact();
    edge_begin_[s] = *edges_.take(edges);
    edge_count_[s] = edges;
    for (int f = 0; f < schema_->field_count(); ++f)
        if (schema_->level(FieldIndex{f}) == Level::edge) clear_rows(f, system);
}

void Batch::clear_rows(int field, SystemIndex system) {
    space_->zero({rows(FieldIndex{field}, system), row_bytes(FieldIndex{field}, system)});
}

void Batch::compact() {
    // Systems in the order of their atoms (then edges) only ever move towards the front, piece by
    // piece, so a piece may overlap its own target but never one that is still to be moved.
    auto const close_gaps = [this](Level level, std::vector<int>& begin, std::vector<int>& count,
                                   ExtentAllocator& rows_of_level) {
        std::vector<int> order(system_count_);
        std::iota(order.begin(), order.end(), 0);
        std::sort(order.begin(), order.end(), [&](int a, int b) { return begin[a] < begin[b]; });
        rows_of_level.reset();
        int next = 0;
        for (int s : order) {
            int const from = begin[s];
            for (int moved = 0; from != next && moved < count[s];) {
                int const piece = std::min(count[s] - moved, from - next);
                moves_.clear();
                for (int f = 0; f < schema_->field_count(); ++f)
                    if (schema_->level(FieldIndex{f}) == level)
                        add_column_moves(FieldIndex{f}, from + moved, next + moved, piece);
                space_->move(moves_);
                moved += piece;
            }
            if (count[s] > 0) begin[s] = *rows_of_level.take(count[s]);
            next += count[s];
        }
    };
    close_gaps(Level::atom, atom_begin_, atom_count_, atoms_);
    close_gaps(Level::edge, edge_begin_, edge_count_, edges_);
}

void Batch::clear() {
    system_count_ = 0;
    atoms_.reset();
    edges_.reset();
}

SampleId Batch::sample_id(SystemIndex s) const {
    return SampleId{column<std::int64_t>(Fields::system_id)[s.value()]};
}

BatchView Batch::view() {
    BatchView v;
    v.system_count = system_count_;
    v.atom_begin = atom_begin_.data();
    v.atom_count = atom_count_.data();
    v.edge_begin = edge_begin_.data();
    v.edge_count = edge_count_.data();
    v.positions = column<double>(Fields::positions);
    v.velocities = column<double>(Fields::velocities);
    v.forces = column<double>(Fields::forces);
    v.atomic_masses = column<double>(Fields::atomic_masses);
    v.atomic_numbers = column<std::int64_t>(Fields::atomic_numbers);
    v.cell = column<double>(Fields::cell);
    v.pbc = column<std::uint8_t>(Fields::pbc);
    v.energy = column<double>(Fields::energy);
    v.stress = column<double>(Fields::stress);
    v.system_id = column<std::int64_t>(Fields::system_id);
    v.status = column<std::int64_t>(Fields::status);
    v.stage = column<std::int32_t>(Fields::stage);
    v.stage_step = column<std::int64_t>(Fields::stage_step);
    v.total_steps = column<std::int64_t>(Fields::total_steps);
    v.outcome = column<std::uint8_t>(Fields::outcome);
    v.velocities_given = column<std::uint8_t>(Fields::velocities_given);
    v.degrees_of_freedom = column<std::int64_t>(Fields::degrees_of_freedom);
    v.stored_rows = column<std::int64_t>(Fields::stored_rows);
    return v;
}

}  // namespace athanor
