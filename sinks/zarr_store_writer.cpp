// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_store_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"
#include "sinks/zarr_array_reader.hpp"
#include "sinks/zarr_journal.hpp"

namespace athanor {
namespace {

constexpr std::array<char const*, 4> groups{"meta", "core", "custom", "athanor"};

std::string_view as_text(Bytes const& bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// A group of the store, or nothing.
std::optional<GroupMetadata> load_group(Storage& storage, std::string const& key) {
    auto const document = storage.get(key.empty() ? "zarr.json" : key + "/zarr.json");
    if (!document) return std::nullopt;
    try {
        return parse_group_metadata(as_text(*document));
    } catch (StorageError const& error) {
        throw StorageError(fmt::format("{}/{}{}{}", storage.describe(), key, key.empty() ? "" : "/",
                                       error.what()));
    }
}

std::int64_t load_pointer(Storage& storage, std::string const& key, std::int64_t row) {
    ZarrArrayReader reader(storage, key, load_array_metadata(storage, key), true, 0);
    if (reader.metadata().data_type != "int64" || reader.row_bytes() != 8)
        throw StorageError(fmt::format("{}/{}: is no list of int64", storage.describe(), key));
    Bytes const bytes = reader.read_rows(row, row + 1);
    std::int64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    if (value < 0)
        throw StorageError(
            fmt::format("{}/{}: entry {} is negative", storage.describe(), key, row));
    return value;
}

/// An array of an existing store, as far as its document tells.
StoredArray stored_array(std::string const& key, ArrayMetadata const& metadata, RowAxis axis,
                         std::string const& where) {
    auto const dtype = dtype_from_name(metadata.data_type);
    bool whole = dtype.has_value() && !metadata.shape.empty();
    StoredArray array{key, axis, RowSource::field, "", dtype.value_or(Dtype::float64), {}};
    for (std::size_t k = 1; whole && k < metadata.shape.size(); ++k) {
        whole = metadata.chunk_shape[k] == std::max<std::int64_t>(metadata.shape[k], 1);
        array.shape.push_back(static_cast<int>(metadata.shape[k]));
    }
    if (!whole)
        throw StorageError(fmt::format(
            "{}/{}: has chunks that cannot be appended to; convert the store first", where, key));
    return array;
}

struct FixedArray {
    std::string_view key;
    RowAxis axis;
    RowSource source;
};
constexpr std::array<FixedArray, 9> fixed_arrays{
    {{"athanor/names", RowAxis::name_byte, RowSource::name},
     {"athanor/names_ptr", RowAxis::pointer, RowSource::names_ptr},
     {"athanor/texts", RowAxis::text_byte, RowSource::text},
     {"athanor/texts_ptr", RowAxis::pointer, RowSource::texts_ptr},
     {"meta/atoms_ptr", RowAxis::pointer, RowSource::atoms_ptr},
     {"meta/edges_ptr", RowAxis::pointer, RowSource::edges_ptr},
     {"meta/atoms_mask", RowAxis::atom, RowSource::present},
     {"meta/edges_mask", RowAxis::edge, RowSource::present},
     {"meta/samples_mask", RowAxis::system, RowSource::present}}};

std::optional<JournalIdentity> identity_in(GroupMetadata const& own) {
    return JournalIdentity::parse(string_member(own.attributes, "journal").value_or(""));
}

/// Chunks and temporary files that a torn append left: no reader sees them, and they take space.
void remove_chunks_beyond(Storage& storage, std::string const& key, std::int64_t chunks) {
    for (std::string const& name : storage.list(key))
        if (name.find(".tmp-") != std::string::npos) storage.remove(key + "/" + name);
    for (std::string const& name : storage.list(key + "/c")) {
        std::string const path = key + "/c/" + name;
        if (name.find(".tmp-") != std::string::npos) {
            storage.remove(path);
            continue;
        }
        bool const number = name.find_first_not_of("0123456789/") == std::string::npos;
        bool const beyond = number && name.size() < 18 && std::stoll(name) >= chunks;
        if (!name.ends_with('/')) {
            if (beyond) storage.remove(path);
            continue;
        }
        std::vector<std::string> pending{path.substr(0, path.size() - 1)};
        while (!pending.empty()) {
            std::string const folder = pending.back();
            pending.pop_back();
            for (std::string const& below : storage.list(folder)) {
                if (below.ends_with('/'))
                    pending.push_back(folder + "/" + below.substr(0, below.size() - 1));
                else if (beyond || below.find(".tmp-") != std::string::npos)
                    storage.remove(folder + "/" + below);
            }
        }
    }
}

}  // namespace

std::int64_t RowCounts::of(RowAxis axis) const {
    switch (axis) {
        case RowAxis::atom:
            return atoms;
        case RowAxis::edge:
            return edges;
        case RowAxis::system:
            return samples;
        case RowAxis::pointer:
            return samples + 1;
        case RowAxis::name_byte:
            return name_bytes;
        case RowAxis::text_byte:
            return text_bytes;
    }
    return 0;
}

RowCounts operator+(RowCounts const& a, RowCounts const& b) {
    return {a.atoms + b.atoms, a.edges + b.edges, a.samples + b.samples,
            a.name_bytes + b.name_bytes, a.text_bytes + b.text_bytes};
}

std::optional<JournalIdentity> journal_identity_of(Storage& storage) {
    auto const own = load_group(storage, "athanor");
    return own ? identity_in(*own) : std::nullopt;
}

ZarrStoreWriter::ZarrStoreWriter(std::unique_ptr<Storage> storage, std::vector<StoredArray> arrays,
                                 StoreForm const& form, std::string const& provenance,
                                 Queue const& queue)
    : storage_(std::move(storage)),
      arrays_(std::move(arrays)),
      attributes_(form.attributes),
      provenance_(provenance),
      journal_room_(queue.room),
      queue_(queue.threads, queue.room,
             [this](WriteTask const& task, EncodeScratch& scratch) { perform(task, scratch); }) {
    for (StoredArray const& array : arrays_) {
        ArrayMetadata const metadata = array_metadata(array, form);
        check_codecs(metadata.codecs, metadata.chunk_form());
        ZarrArrayWriter& writer = writers_.emplace_back(array.key, metadata);
        if (array.axis == RowAxis::pointer) std::memset(writer.extend(1), 0, writer.row_bytes());
    }
    for (char const* group : groups)
        if (std::string_view(group) != "athanor")
            push_text(fmt::format("{}/zarr.json", group), to_document(GroupMetadata{}));
    push_provenance();
    push_documents();
    drain();
}

ZarrStoreWriter::ZarrStoreWriter(std::unique_ptr<Storage> storage, Queue const& queue)
    : storage_(std::move(storage)),
      journal_room_(queue.room),
      queue_(queue.threads, queue.room,
             [this](WriteTask const& task, EncodeScratch& scratch) { perform(task, scratch); }) {
    std::string const where = storage_->describe();
    auto const root = load_group(*storage_, "");
    auto const own = load_group(*storage_, "athanor");
    if (!root) throw StorageError(fmt::format("{}: is no Zarr store", where));
    if (!own)
        throw StorageError(fmt::format(
            "{}: was not written by this program and cannot be continued; convert it first",
            where));
    if (!root->consolidated.empty())
        throw StorageError(fmt::format(
            "{}: has consolidated metadata, which would hide new samples; convert it first",
            where));
    attributes_ = root->attributes;
    provenance_ = member(own->attributes, "provenance").value_or("{}");
    identity_ = identity_in(*own);
    auto const attributes = parse_root_attributes(root->attributes);
    open_arrays(attributes);
    resume_arrays();
    // Shapes go back before any other chunk is written; the tails will overwrite the torn rows.
    for (std::size_t k = 0; k < writers_.size(); ++k) writers_[k].push_document(queue_, k);
    push_sync();
    if (attributes.num_samples != counts_.samples)
        queue_.push({.kind = WriteTask::Kind::root, .number = counts_.samples});
    push_sync(counts_.samples);
    drain();
    pushed_ = counts_;
}

/// The arrays of an existing store, from its documents.
void ZarrStoreWriter::open_arrays(RootAttributes const& attributes) {
    std::string const where = storage_->describe();
    auto const add = [&](std::string const& key, RowAxis axis, RowSource source) {
        found_.push_back(load_array_metadata(*storage_, key));
        arrays_.push_back(stored_array(key, found_.back(), axis, where));
        arrays_.back().source = source;
    };
    auto const add_group = [&](std::string const& group, auto const& levels) {
        for (auto const& [name, level] : levels)
            add(group + "/" + name,
                level == "atom"   ? RowAxis::atom
                : level == "edge" ? RowAxis::edge
                                  : RowAxis::system,
                RowSource::field);
    };
    add_group("core", attributes.core);
    add_group("custom", attributes.custom);
    for (FixedArray const& fixed : fixed_arrays)
        add(std::string(fixed.key), fixed.axis, fixed.source);
}

/// Cuts all of them off at the last commit.
void ZarrStoreWriter::resume_arrays() {
    counts_.samples = found_.back().shape[0];  // of samples_mask, the commit point
    for (auto [key, count] :
         {std::pair{"meta/atoms_ptr", &counts_.atoms}, std::pair{"meta/edges_ptr", &counts_.edges},
          std::pair{"athanor/names_ptr", &counts_.name_bytes},
          std::pair{"athanor/texts_ptr", &counts_.text_bytes}})
        *count = load_pointer(*storage_, key, counts_.samples);
    for (std::size_t k = 0; k < arrays_.size(); ++k) {
        std::int64_t const rows = counts_.of(arrays_[k].axis);
        if (found_[k].shape[0] < rows)
            throw StorageError(fmt::format(
                "{}/{}: has {} rows, {} samples need {}; another program has changed the store, "
                "convert it first",
                storage_->describe(), arrays_[k].key, found_[k].shape[0], counts_.samples, rows));
        std::int64_t const chunk = found_[k].chunk_shape[0];
        writers_.emplace_back(arrays_[k].key, std::move(found_[k]));
        writers_.back().resume(*storage_, rows);
        remove_chunks_beyond(*storage_, arrays_[k].key, (rows + chunk - 1) / chunk);
    }
    found_.clear();
}

std::size_t ZarrStoreWriter::find(std::string_view key) const {
    for (std::size_t k = 0; k < arrays_.size(); ++k)
        if (arrays_[k].key == key) return k;
    return arrays_.size();
}

void ZarrStoreWriter::adopt(std::vector<StoredArray> const& plan) {
    for (StoredArray const& planned : plan) {
        std::size_t const k = find(planned.key);
        if (k == arrays_.size())
            throw StorageError(fmt::format("{}: has no array {} for the field \"{}\"",
                                           storage_->describe(), planned.key, planned.field));
        StoredArray& array = arrays_[k];
        if (array.axis != planned.axis || array.dtype != planned.dtype ||
            array.shape != planned.shape)
            throw StorageError(fmt::format("{}/{}: has another type or shape than the field \"{}\"",
                                           storage_->describe(), planned.key, planned.field));
        array.source = planned.source;
        array.field = planned.field;
    }
    if (plan.size() != arrays_.size())
        for (StoredArray const& array : arrays_)
            if (std::none_of(plan.begin(), plan.end(),
                             [&](auto const& p) { return p.key == array.key; }))
                throw StorageError(fmt::format("{}/{}: the samples lack this field",
                                               storage_->describe(), array.key));
}

void ZarrStoreWriter::perform(WriteTask const& task, EncodeScratch& scratch) {
    switch (task.kind) {
        case WriteTask::Kind::chunk:
            writers_[task.array].put_chunk(*storage_, scratch, task);
            break;
        case WriteTask::Kind::document:
            writers_[task.array].put_document(*storage_, task.number);
            break;
        case WriteTask::Kind::text:
            storage_->put(task.key, std::as_bytes(std::span(task.text)));
            break;
        case WriteTask::Kind::root: {
            GroupMetadata group;
            group.attributes = attributes_;
            std::string const ours = to_attributes(root_attributes(arrays_, task.number));
            for (char const* name : {"num_samples", "fields"})
                group.attributes = with_member(group.attributes, name, *member(ours, name));
            std::string const text = to_document(group);
            storage_->put("zarr.json", std::as_bytes(std::span(text)));
            break;
        }
        case WriteTask::Kind::journal_records:
            journal_->write_waiting();
            break;
        case WriteTask::Kind::journal_removal:
            journal_->remove_before(task.number);
            break;
        case WriteTask::Kind::sync:
            storage_->sync();
            if (task.number >= 0) committed_samples_ = task.number;
            break;
    }
}

void ZarrStoreWriter::push_text(std::string key, std::string text) {
    queue_.push({.kind = WriteTask::Kind::text, .key = std::move(key), .text = std::move(text)});
}

/// What was pushed is done and kept before anything that comes.
void ZarrStoreWriter::push_sync(std::int64_t samples_committed) {
    queue_.push({.kind = WriteTask::Kind::sync, .alone = true, .number = samples_committed});
}

void ZarrStoreWriter::push_provenance() {
    GroupMetadata group;
    group.attributes = with_member("{}", "store_format", std::to_string(store_format_version));
    group.attributes = with_member(group.attributes, "provenance", provenance_);
    if (identity_)
        group.attributes =
            with_member(group.attributes, "journal", fmt::format("\"{}\"", identity_->text()));
    push_text("athanor/zarr.json", to_document(group));
    provenance_changed_ = false;
}

void ZarrStoreWriter::set_provenance(std::string const& json) {
    (void)with_member("{}", "provenance", json);  // throws unless it is JSON
    provenance_ = json;
    provenance_changed_ = true;
}

void ZarrStoreWriter::add(RowCounts const& added) {
    counts_ = counts_ + added;
    if (journal_) journal_->end_record(counts_.samples);
}

void ZarrStoreWriter::push_full_chunks() {
    for (std::size_t k = 0; k < writers_.size(); ++k) writers_[k].push_full_chunks(queue_, k);
}

void ZarrStoreWriter::commit() {
    if (provenance_changed_) push_provenance();
    if (counts_ == pushed_) return;
    push_documents();
    if (journal_)
        queue_.push({.kind = WriteTask::Kind::journal_removal,
                     .alone = true,
                     .number = journal_->rotate()});
}

void ZarrStoreWriter::start_journal() {
    if (!identity_) {
        identity_ = JournalIdentity::make();
        push_provenance();
        push_sync();
        drain();
    }
    journal_ = std::make_unique<Journal>(storage_->journal_place().value(), *identity_,
                                         journal_fingerprint(arrays_), journal_room_);
    journal_order_ = in_order_of_keys(arrays_);
}

std::span<std::span<std::byte> const> ZarrStoreWriter::journal_rows(RowCounts const& added) {
    begin_rows(*journal_, *this, journal_order_, added, journal_rows_);
    return journal_rows_;
}

void ZarrStoreWriter::write_journal() { queue_.push({.kind = WriteTask::Kind::journal_records}); }

void ZarrStoreWriter::end_journal() {
    if (!identity_) return;
    drain();
    if (journal_) journal_stalled_ = journal_->stalled();
    journal_.reset();
    // In this order: a journal beside a store that does not know it would be refused.
    if (auto const place = storage_->journal_place()) remove_journal(*place);
    identity_.reset();
    push_provenance();
    push_sync();
    drain();
}

std::chrono::nanoseconds ZarrStoreWriter::stalled() const {
    return queue_.stalled() + (journal_ ? journal_->stalled() : journal_stalled_);
}

std::int64_t ZarrStoreWriter::kept_samples() const {
    return std::max(committed_samples(), journal_ ? journal_->samples_written() : 0);
}

/// The chunks that are left, and then all documents, in the order of a commit.
void ZarrStoreWriter::push_documents() {
    for (std::size_t k = 0; k < writers_.size(); ++k) {
        writers_[k].push_full_chunks(queue_, k);
        writers_[k].push_tail(queue_, k);
    }
    push_sync();
    std::size_t const mask = find("meta/samples_mask");
    for (std::size_t k = 0; k < writers_.size(); ++k)
        if (k != mask) writers_[k].push_document(queue_, k);
    push_sync();
    writers_[mask].push_document(queue_, mask);
    push_sync(counts_.samples);  // from here on, readers see the rows
    queue_.push({.kind = WriteTask::Kind::root, .number = counts_.samples});
    push_sync();
    pushed_ = counts_;
}

Dtype ZarrStoreWriter::floats() const {
    std::size_t const k = find("core/positions");
    return k < arrays_.size() ? arrays_[k].dtype : Dtype::float64;
}

RowKeys ZarrStoreWriter::load_keys() const {
    RowKeys keys;
    auto const column = [&](char const* key, std::size_t size) {
        ZarrArrayReader reader(*storage_, key, load_array_metadata(*storage_, key), true, 0);
        if (reader.row_bytes() != size)
            throw StorageError(
                fmt::format("{}/{}: is no column of the ledger", storage_->describe(), key));
        return reader;
    };
    auto ids = column("core/system_id", 8);
    auto stages = column("custom/ledger_stage", 4);
    auto steps = column("custom/ledger_step", 8);
    auto kinds = column("custom/ledger_kind", 1);
    constexpr std::int64_t piece = 65536;
    for (std::int64_t begin = 0; begin < committed_samples(); begin += piece) {
        std::int64_t const end = std::min(begin + piece, committed_samples());
        Bytes const id = ids.read_rows(begin, end), stage = stages.read_rows(begin, end);
        Bytes const step = steps.read_rows(begin, end), kind = kinds.read_rows(begin, end);
        for (std::size_t k = 0; k < kind.size(); ++k) {
            RowKey key;
            std::memcpy(&key.system_id, id.data() + 8 * k, 8);
            std::memcpy(&key.stage, stage.data() + 4 * k, 4);
            std::memcpy(&key.step, step.data() + 8 * k, 8);
            std::memcpy(&key.kind, kind.data() + k, 1);
            keys.insert(key);
        }
    }
    return keys;
}

}  // namespace athanor
