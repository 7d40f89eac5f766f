// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/device_batch.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/device/row_moves.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

/// Pieces of staging begin at multiples of a word, so that they are moved by words.
constexpr std::size_t word = sizeof(std::uint64_t);
std::size_t whole_words(std::size_t bytes) { return (bytes + word - 1) / word * word; }

int sum_rows(BatchCapacity const& capacity) {
    return SlotTables::sum_rows(capacity.atoms, capacity.systems);
}

bool is_on_device(FieldSpec const& field) { return field.level != Level::edge; }

std::size_t capacity_rows(BatchCapacity const& capacity, Level level) {
    return static_cast<std::size_t>(level == Level::atom ? capacity.atoms : capacity.systems);
}

std::size_t staging_bytes(Schema const& schema, BatchCapacity const& capacity,
                          ReadFields fields = {}) {
    std::size_t bytes = 0;
    for (int f = 0; f < schema.field_count(); ++f) {
        FieldSpec const& field = schema.field(FieldIndex{f});
        if (is_on_device(field) && fields.has(FieldIndex{f}))
            bytes += capacity_rows(capacity, field.level) * field.bytes_per_row() +
                     word * static_cast<std::size_t>(capacity.systems);
    }
    return bytes;
}

std::size_t staging_moves(Schema const& schema, BatchCapacity const& capacity,
                          ReadFields fields = {}) {
    return staging_bytes(schema, capacity, fields) / most_bytes_of_move +
           static_cast<std::size_t>(schema.field_count() * capacity.systems);
}

constexpr FieldIndex kept_fields[] = {Fields::positions, Fields::velocities, Fields::forces,
                                      Fields::cell,      Fields::stress,     Fields::energy};

/// When all systems get other rows.
RowSlide::Most most_to_slide(Schema const& schema, BatchCapacity const& capacity) {
    RowSlide::Most most{0, 0};
    auto const add = [&](FieldSpec const& field) {
        if (field.level != Level::atom) return;
        most.bytes += capacity_rows(capacity, Level::atom) * field.bytes_per_row();
        most.adds += static_cast<std::size_t>(capacity.systems);
    };
    for (FieldSpec const& field : schema.fields()) add(field);
    for (FieldIndex const field : kept_fields) add(schema.field(field));
    return most;
}

}  // namespace

DeviceBatch::DeviceBatch(DeviceQueue& queue, SchemaPtr schema, BatchCapacity capacity,
                         std::size_t spare_bytes)
    : queue_(queue),
      schema_(std::move(schema)),
      capacity_(capacity),
      atoms_(capacity.atoms),
      atom_begin_(static_cast<std::size_t>(capacity.systems)),
      atom_count_(static_cast<std::size_t>(capacity.systems)),
      rows_there_(static_cast<std::size_t>(capacity.systems), not_there),
      next_code_(static_cast<std::size_t>(capacity.systems), not_changed),
      system_of_(queue, static_cast<std::size_t>(capacity.atoms)),
      sum_system_(queue, static_cast<std::size_t>(sum_rows(capacity))),
      sum_block_(queue, static_cast<std::size_t>(sum_rows(capacity))),
      sum_first_(queue, static_cast<std::size_t>(capacity.systems)),
      sub_stage_(queue, static_cast<std::size_t>(capacity.systems)),
      begin_of_(queue, static_cast<std::size_t>(capacity.systems)),
      count_of_(queue, static_cast<std::size_t>(capacity.systems)),
      changes_(queue, static_cast<std::size_t>(capacity.systems)),
      changes_there_(queue, static_cast<std::size_t>(capacity.systems)),
      parts_(queue, DeviceSums::most * static_cast<std::size_t>(sum_rows(capacity))),
      totals_(queue, DeviceSums::most * static_cast<std::size_t>(capacity.systems)),
      staging_(queue, staging_bytes(*schema_, capacity)),
      moves_(queue, staging_moves(*schema_, capacity)),
      slide_(queue, most_to_slide(*schema_, capacity), spare_bytes),
      staging_mark_(queue.mark()) {
    for (FieldSpec const& field : schema_->fields()) {
        std::size_t const rows = is_on_device(field) ? capacity_rows(capacity, field.level) : 0;
        memory_.emplace_back(queue, rows * field.bytes_per_row());
        columns_.push_back(memory_.back().data());
    }
    kept_columns_.resize(columns_.size());
    for (FieldIndex const field : kept_fields) {
        auto const f = static_cast<std::size_t>(field.value());
        kept_memory_.emplace_back(queue, memory_[f].size());
        kept_columns_[f] = kept_memory_.back().data();
    }
    for (int slot = capacity.systems - 1; slot >= 0; --slot) free_slots_.push_back(slot);
    for (auto* slots : {&changed_, &moved_}) slots->reserve(free_slots_.size());
    loaded_.reserve(free_slots_.size());
    clear_slots(queue_, tables());
}

void DeviceBatch::change(int slot, std::int32_t code) {
    std::int32_t& next = next_code_[static_cast<std::size_t>(slot)];
    bool const listed = next != not_changed;
    if (!listed) changed_.push_back(slot);
    if (!listed || code != SlotChange::same_code) next = code;
}

bool DeviceBatch::fits(int atoms) const { return !free_slots_.empty() && atoms_.has_run(atoms); }

std::size_t DeviceBatch::row_bytes(FieldSpec const& field, int slot) const {
    auto const rows = field.level == Level::atom ? atom_count_[static_cast<std::size_t>(slot)] : 1;
    return static_cast<std::size_t>(rows) * field.bytes_per_row();
}

std::byte* DeviceBatch::rows(void* column, FieldSpec const& field, int slot) const {
    auto const first =
        field.level == Level::atom ? atom_begin_[static_cast<std::size_t>(slot)] : slot;
    return static_cast<std::byte*>(column) +
           static_cast<std::size_t>(first) * field.bytes_per_row();
}

void DeviceBatch::wait_for_staging() {
    if (std::exchange(staging_is_read_, false)) staging_mark_->wait();
}

std::size_t DeviceBatch::most_bytes(ReadFields fields) const {
    return staging_bytes(*schema_, capacity_, fields);
}
std::size_t DeviceBatch::most_moves(ReadFields fields) const {
    return staging_moves(*schema_, capacity_, fields);
}

/// Between the slot and the end of a layout, column after column.
void DeviceBatch::add_moves(std::vector<void*> const& columns, int slot, ReadFields fields,
                            bool to_device, Layout& layout) const {
    for (std::size_t f = 0; f < columns.size(); ++f) {
        FieldSpec const& field = schema_->fields()[f];
        if (columns[f] == nullptr || !fields.has(FieldIndex{static_cast<int>(f)})) continue;
        std::size_t const bytes = row_bytes(field, slot);
        std::byte* const there = rows(columns[f], field, slot);
        std::byte* const here = layout.data + layout.bytes;
        for (std::size_t at = 0; at < bytes; at += most_bytes_of_move) {
            std::size_t const piece = std::min(most_bytes_of_move, bytes - at);
            layout.moves[layout.move_count++] = to_device ? RowMove{there + at, here + at, piece}
                                                          : RowMove{here + at, there + at, piece};
        }
        layout.bytes += whole_words(bytes);
    }
}

std::byte const* DeviceBatch::unpack(std::vector<void*> const& columns, std::byte const* laid_out,
                                     ReadFields fields, Batch& batch, Place place) const {
    for (int f = 0; f < schema_->field_count(); ++f) {
        if (columns[static_cast<std::size_t>(f)] == nullptr || !fields.has(FieldIndex{f})) continue;
        std::size_t const bytes = row_bytes(schema_->field(FieldIndex{f}), place.slot);
        ATHANOR_EXPECTS(bytes == batch.row_bytes(FieldIndex{f}, place.system));
        std::memcpy(batch.rows(FieldIndex{f}, place.system), laid_out, bytes);
        laid_out += whole_words(bytes);
    }
    return laid_out;
}

int DeviceBatch::load(Batch const& batch, SystemIndex system, int code) {
    ATHANOR_EXPECTS(fits(batch.atom_count(system)) && batch.schema_ptr() == schema_);
    wait_for_staging();
    int const slot = free_slots_.back();
    free_slots_.pop_back();
    auto const s = static_cast<std::size_t>(slot);
    int const atoms = batch.atom_count(system);
    atom_begin_[s] = *atoms_.take(atoms);
    atom_count_[s] = atoms;
    change(slot, code);
    loaded_.push_back({slot, loaded_bytes_});
    for (int f = 0; f < schema_->field_count(); ++f) {
        FieldSpec const& field = schema_->field(FieldIndex{f});
        if (columns_[static_cast<std::size_t>(f)] == nullptr) continue;
        std::size_t const bytes = row_bytes(field, slot);
        std::memcpy(staging_.data() + loaded_bytes_, batch.rows(FieldIndex{f}, system), bytes);
        loaded_bytes_ += whole_words(bytes);
    }
    return slot;
}

std::span<int const> DeviceBatch::move_together(int atoms) {
    ATHANOR_EXPECTS(!fits(atoms));
    moved_.clear();
    if (free_slots_.empty()) return moved_;
    auto const window = atoms_.cheapest_window(atoms);
    if (!window) return moved_;
    int const end = window->begin + window->count;
    auto const begin_of = [this](int slot) -> int& {
        return atom_begin_[static_cast<std::size_t>(slot)];
    };
    for (int slot = 0; slot < capacity_.systems; ++slot)
        if (atom_count(slot) > 0 && begin_of(slot) >= window->begin && begin_of(slot) < end)
            moved_.push_back(slot);
    std::sort(moved_.begin(), moved_.end(),
              [&](int a, int b) { return begin_of(a) < begin_of(b); });
    int to = window->begin;
    for (int const slot : moved_) {
        begin_of(slot) = to;
        to += atom_count(slot);
        change(slot, SlotChange::same_code);
    }
    atoms_.close_up(*window);
    rows_move_ = true;
    return moved_;
}

void DeviceBatch::release(int slot) {
    auto const s = static_cast<std::size_t>(slot);
    atoms_.give(atom_begin_[s], atom_count_[s]);
    atom_count_[s] = 0;
    rows_there_[s] = not_there;
    std::erase_if(loaded_, [slot](Loaded const& one) { return one.slot == slot; });
    free_slots_.push_back(slot);
    change(slot, -1);
}

/// Rows of those that were there before and have other rows now. Nobody goes to where one stands
/// that stays, and all go towards the front and keep their order, however often they were moved.
void DeviceBatch::enqueue_moved() {
    moved_.clear();
    for (int slot = 0; slot < capacity_.systems; ++slot)
        if (int const there = rows_there_[static_cast<std::size_t>(slot)];
            there != not_there && there != atom_begin(slot))
            moved_.push_back(slot);
    std::sort(moved_.begin(), moved_.end(),
              [this](int a, int b) { return atom_begin(a) < atom_begin(b); });
    for (int const slot : moved_) {
        auto const from = static_cast<std::size_t>(rows_there_[static_cast<std::size_t>(slot)]);
        for (auto const* columns : {&columns_, &kept_columns_})
            for (std::size_t f = 0; f < columns->size(); ++f) {
                FieldSpec const& field = schema_->fields()[f];
                if (field.level != Level::atom || (*columns)[f] == nullptr) continue;
                slide_.add(rows((*columns)[f], field, slot),
                           static_cast<std::byte*>((*columns)[f]) + from * field.bytes_per_row(),
                           row_bytes(field, slot));
            }
        rows_there_[static_cast<std::size_t>(slot)] = atom_begin(slot);
    }
    slide_.enqueue(queue_);
    rows_move_ = false;
}

void DeviceBatch::enqueue_loaded() {
    Layout layout{staging_.data(), moves_.data()};
    for (Loaded const& one : loaded_) {
        layout.bytes = one.begin;
        add_moves(columns_, one.slot, {}, true, layout);
        rows_there_[static_cast<std::size_t>(one.slot)] = atom_begin(one.slot);
    }
    move_rows(queue_, layout.moves, layout.move_count);
    loaded_.clear();
    loaded_bytes_ = 0;
}

void DeviceBatch::enqueue_changed() {
    for (std::size_t k = 0; k < changed_.size(); ++k) {
        auto const s = static_cast<std::size_t>(changed_[k]);
        changes_[k] = {changed_[k], std::exchange(next_code_[s], not_changed), atom_begin_[s],
                       atom_count_[s]};
    }
    queue_.copy(changes_there_.data(), changes_.data(), changed_.size() * sizeof(SlotChange));
    change_slots(queue_, tables(), changes_there_.data(), changed_.size());
    changed_.clear();
}

void DeviceBatch::flush() {
    if (changed_.empty()) return;
    wait_for_staging();
    enqueue_changed();
    if (rows_move_) enqueue_moved();
    enqueue_loaded();
    staging_mark_->set_again();
    staging_is_read_ = true;
}

void DeviceBatch::bring_back(Batch& batch, std::span<Place const> places) {
    bring_back_from(columns_, batch, places);
}

void DeviceBatch::bring_back_kept(Batch& batch, std::span<Place const> places) {
    bring_back_from(kept_columns_, batch, places);
}

KeptState DeviceBatch::kept() const {
    DeviceColumns const at{*schema_, kept_columns_};
    return {at.column<double>(Fields::positions), at.column<double>(Fields::velocities),
            at.column<double>(Fields::forces),    at.column<double>(Fields::cell),
            at.column<double>(Fields::stress),    at.column<double>(Fields::energy)};
}

void DeviceBatch::keep_state() { athanor::keep_state(queue_, systems(), kept()); }

void DeviceBatch::bring_back_from(std::vector<void*> const& columns, Batch& batch,
                                  std::span<Place const> places) {
    flush();
    wait_for_staging();
    Layout layout{staging_.data(), moves_.data()};
    for (Place const& place : places) add_moves(columns, place.slot, {}, false, layout);
    move_rows(queue_, layout.moves, layout.move_count);
    staging_mark_->set_again();
    staging_mark_->wait();
    std::byte const* from = layout.data;
    for (Place const& place : places) from = unpack(columns, from, {}, batch, place);
}

SlotTables DeviceBatch::tables() const {
    return {.atom_rows = capacity_.atoms,
            .system_rows = capacity_.systems,
            .system_of = system_of_.data(),
            .sum_system = sum_system_.data(),
            .sum_block = sum_block_.data(),
            .sum_first = sum_first_.data(),
            .atom_begin = begin_of_.data(),
            .atom_count = count_of_.data(),
            .sub_stage = sub_stage_.data(),
            .arrived = arrival_flags_};
}

DeviceSystems DeviceBatch::systems() const {
    DeviceColumns const at = columns();
    DeviceSystems systems;
    BatchView& v = systems.batch;
    v.atom_begin = begin_of_.data();
    v.atom_count = count_of_.data();
    v.positions = at.column<double>(Fields::positions);
    v.velocities = at.column<double>(Fields::velocities);
    v.forces = at.column<double>(Fields::forces);
    v.atomic_masses = at.column<double>(Fields::atomic_masses);
    v.atomic_numbers = at.column<std::int64_t>(Fields::atomic_numbers);
    v.cell = at.column<double>(Fields::cell);
    v.pbc = at.column<std::uint8_t>(Fields::pbc);
    v.energy = at.column<double>(Fields::energy);
    v.stress = at.column<double>(Fields::stress);
    v.system_id = at.column<std::int64_t>(Fields::system_id);
    v.status = at.column<std::int64_t>(Fields::status);
    v.stage = at.column<std::int32_t>(Fields::stage);
    v.stage_step = at.column<std::int64_t>(Fields::stage_step);
    v.total_steps = at.column<std::int64_t>(Fields::total_steps);
    v.outcome = at.column<std::uint8_t>(Fields::outcome);
    v.velocities_given = at.column<std::uint8_t>(Fields::velocities_given);
    v.degrees_of_freedom = at.column<std::int64_t>(Fields::degrees_of_freedom);
    v.stored_rows = at.column<std::int64_t>(Fields::stored_rows);
    systems.atom_rows = capacity_.atoms;
    systems.system_rows = capacity_.systems;
    systems.sum_rows = sum_rows(capacity_);
    systems.system_of = system_of_.data();
    systems.sub_stage = sub_stage_.data();
    systems.sum_system = sum_system_.data();
    systems.sum_block = sum_block_.data();
    systems.sum_first = sum_first_.data();
    return systems;
}

}  // namespace athanor
