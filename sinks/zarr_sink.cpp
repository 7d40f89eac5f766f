// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_sink.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"
#include "sinks/convert_elements.hpp"
#include "sinks/memory_stores.hpp"
#include "sinks/storage_url.hpp"
#include "sinks/zarr_journal.hpp"
#include "sinks/zarr_rows.hpp"
#include "sinks/zarr_sink_options.hpp"
#include "sinks/zarr_store_writer.hpp"

namespace athanor {

/// Where the arrays of the store find their fields in one schema.
struct ZarrSink::Binding {
    SchemaPtr schema;
    std::vector<FieldIndex> fields;  ///< per array; unused where the source is no field
};

namespace {

void check_journal(ZarrSinkOptions const& options, Storage const& storage) {
    if (options.journal && (!storage.journal_place() || !options.visible_at_once))
        throw ConfigError(
            fmt::format("{}: a journal needs a store in a folder that is there from the start",
                        storage.describe()));
}

/// The journal of a store that is gone would be taken for that of the new one.
void refuse_stale_journal(ZarrSinkOptions const& options, Storage const& storage) {
    auto const place = storage.journal_place();
    if (!place || options.overwrite) return;
    if (auto const files = journal_files(*place); !files.empty())
        throw ConfigError(fmt::format(
            "{}: the journal of a store that is gone stands there; move it away, or overwrite",
            files.front().path.string()));
}

void remove_replaced_journal(ZarrSinkOptions const& options, Storage const& storage) {
    auto const place = storage.journal_place();
    if (place && options.overwrite && !journal_files(*place).empty()) remove_journal(*place);
}

constexpr std::string_view neighbor_list = "core/neighbor_list";

ZarrStoreWriter::Queue queue_of(ZarrSinkOptions const& options) {
    bool const waits =
        options.durability == Durability::strict && !options.journal && options.visible_at_once;
    return {waits ? 0 : options.threads, static_cast<std::size_t>(options.queue_bytes)};
}

}  // namespace

ZarrSink::ZarrSink(ZarrSinkOptions options)
    : options_(std::move(options)), compressors_(checked_codecs(options_)) {
    storage_ =
        open_storage(options_.path, options_.overwrite ? StoreAccess::replace : StoreAccess::create,
                     options_.durability);
    place_ = storage_->describe();
    keeps_rows_ = !is_memory_url(place_);
    check_journal(options_, *storage_);
    refuse_stale_journal(options_, *storage_);
    last_commit_ = std::chrono::steady_clock::now();
}

ZarrSink::ZarrSink(ZarrSinkOptions options, std::unique_ptr<Storage> storage)
    : options_(std::move(options)),
      compressors_(checked_codecs(options_)),
      storage_(std::move(storage)) {
    place_ = storage_->describe();
    keeps_rows_ = !is_memory_url(place_);
    check_journal(options_, *storage_);
    refuse_stale_journal(options_, *storage_);
    last_commit_ = std::chrono::steady_clock::now();
}

ZarrSink::ZarrSink(ResumeTag, ZarrSinkOptions options, std::unique_ptr<Storage> storage)
    : options_(std::move(options)), compressors_(checked_codecs(options_)) {
    place_ = storage->describe();
    keeps_rows_ = !is_memory_url(place_);
    check_journal(options_, *storage);
    writer_ = std::make_unique<ZarrStoreWriter>(std::move(storage), queue_of(options_));
    replayed_ = replay_journal(*writer_);
    if (options_.journal)
        writer_->start_journal();
    else
        writer_->end_journal();
    writer_->storage().exchange_durability(options_.durability);
    keys_ = writer_->load_keys();
    last_commit_ = std::chrono::steady_clock::now();
}

std::unique_ptr<ZarrSink> ZarrSink::reopen(ZarrSinkOptions options) {
    auto storage = open_storage(options.path, StoreAccess::resume, options.durability);
    return reopen(std::move(options), std::move(storage));
}

std::unique_ptr<ZarrSink> ZarrSink::reopen(ZarrSinkOptions options,
                                           std::unique_ptr<Storage> storage) {
    return std::unique_ptr<ZarrSink>(
        new ZarrSink(ResumeTag{}, std::move(options), std::move(storage)));
}

ZarrSink::~ZarrSink() {
    try {
        // A store that was to appear whole and is not must not appear at all.
        if (writer_ != nullptr && !closed_ && error_.empty() && options_.visible_at_once) close();
    } catch (...) {  // nobody is there to hear of it
    }
}

/// Runs `body` under the lock; after a failure nothing runs any more.
template <class Body>
void ZarrSink::guarded(Body body) {
    std::lock_guard const guard(mutex_);
    ATHANOR_EXPECTS(!closed_);
    if (!error_.empty()) throw StorageError(error_);
    try {
        body();
    } catch (StorageError const& error) {
        std::int64_t const kept = writer_ != nullptr ? writer_->kept_samples() : 0;
        error_ = fmt::format("{}; {} committed samples are kept in {}{}", error.what(), kept,
                             place_, options_.journal ? " and its journal" : "");
        throw StorageError(error_);
    } catch (std::exception const& error) {
        error_ = fmt::format("{}: {}", place_, error.what());
        throw;
    }
}

void ZarrSink::open_locked(Schema const& schema) {
    if (!plan_.empty()) return;
    if (writer_ != nullptr) {  // a store that was reopened
        auto plan = plan_store(schema, writer_->floats());
        writer_->adopt(plan);
        plan_ = writer_->arrays();
        return;
    }
    auto plan = plan_store(schema, options_.dtype);
    StoreForm const form{options_.chunk_rows, options_.chunks_per_shard, compressors_,
                         options_.attributes};
    writer_ = std::make_unique<ZarrStoreWriter>(std::move(storage_), plan, form, provenance_,
                                                queue_of(options_));
    plan_ = std::move(plan);
    if (options_.journal) writer_->start_journal();
    if (options_.visible_at_once) {
        writer_->publish();
        remove_replaced_journal(options_, writer_->storage());
    }
}

void ZarrSink::open(Schema const& schema) {
    guarded([&] { open_locked(schema); });
}

void ZarrSink::set_provenance(std::string const& json) {
    (void)with_member("{}", "provenance", json);  // throws unless it is JSON
    guarded([&] {
        provenance_ = json;
        if (writer_ != nullptr) writer_->set_provenance(json);
    });
}

ZarrSink::Binding const& ZarrSink::binding_for(SchemaPtr const& schema) {
    for (Binding const& binding : bindings_)
        if (binding.schema == schema) return binding;
    open_locked(*schema);
    writer_->adopt(plan_store(*schema, writer_->floats()));
    Binding binding{schema, {}};
    for (StoredArray const& array : plan_)
        binding.fields.push_back(array.source == RowSource::field ? *schema->find(array.field)
                                                                  : FieldIndex{});
    return bindings_.emplace_back(std::move(binding));
}

void ZarrSink::write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) {
    guarded([&] {
        ZarrRows rows(batch, systems, kind);
        write_rows(batch.schema_ptr(), rows);
    });
}

void ZarrSink::write(Sample const& sample, RowKind kind) {
    guarded([&] {
        ZarrRows rows(sample, kind);
        write_rows(sample.schema_ptr(), rows);
    });
}

void ZarrSink::write_rows(SchemaPtr const& schema, ZarrRows& rows) {
    Binding const& binding = binding_for(schema);
    if (rows.list.empty()) return;
    // The keys first: rows that are there already are left out.
    struct Key {
        std::int64_t system_id = 0;
        std::int64_t step = 0;
        std::int32_t stage = 0;
    };
    std::vector<Key> keys(rows.list.size());
    moves_.clear();
    for (std::size_t k = 0; k < keys.size(); ++k) {
        auto const& one = rows.list[k];
        moves_.push_back({&keys[k].system_id, rows.begin(Fields::system_id, one), 8});
        moves_.push_back({&keys[k].step, rows.begin(Fields::stage_step, one), 8});
        moves_.push_back({&keys[k].stage, rows.begin(Fields::stage, one), 4});
    }
    rows.space().move(moves_);
    std::size_t kept = 0;
    for (std::size_t k = 0; k < keys.size(); ++k)
        if (keys_.insert({keys[k].system_id, keys[k].stage, keys[k].step, rows.kind}))
            rows.list[kept++] = rows.list[k];
    rows.list.resize(kept);
    if (kept > 0) append(rows, binding);
    if (options_.visible_at_once) commit_when_due();
    rows_written_ += static_cast<std::int64_t>(kept);
}

void ZarrSink::commit_when_due() {
    std::chrono::duration<double> const since = std::chrono::steady_clock::now() - last_commit_;
    bool const strict = options_.durability == Durability::strict;
    if (options_.journal) {
        if (strict)
            writer_->sync_journal();
        else
            writer_->write_journal();
    }
    if ((strict && !options_.journal) || bytes_since_commit_ >= options_.commit_bytes ||
        (bytes_since_commit_ > 0 && since.count() >= options_.commit_seconds))
        commit_locked(false);
}

void ZarrSink::append(ZarrRows const& rows, Binding const& binding) {
    RowCounts const added = rows.counts();
    // First every copy out of the batch, in one call of its memory space; rows of another type
    // go through scratch. Only what nobody looks at afterwards need not lie together.
    struct Conversion {
        std::size_t array;
        std::size_t scratch_offset, bytes;
    };
    std::vector<Conversion> conversions;
    std::vector<std::byte*> targets(plan_.size());
    std::span<std::span<std::byte> const> journalled;  // by array
    if (writer_->has_journal()) journalled = writer_->journal_rows(added);
    std::size_t scratch_bytes = 0;
    moves_.clear();
    for (std::size_t a = 0; a < plan_.size(); ++a) {
        StoredArray const& array = plan_[a];
        std::int64_t const more = added.added_along(array.axis);
        auto const bytes = static_cast<std::size_t>(more) * array.row_bytes();
        bytes_since_commit_ += static_cast<std::int64_t>(bytes);
        bool const copied = array.source == RowSource::field &&
                            binding.schema->field(binding.fields[a]).dtype == array.dtype;
        pieces_.clear();
        if (copied && array.key != neighbor_list) {
            writer_->extend_in_pieces(a, more, pieces_);
            if (!journalled.empty())
                rows.move_into(journalled.subspan(a, 1), binding.fields[a], array.axis, moves_);
        } else {
            targets[a] = writer_->writer(a).extend(more);
            pieces_.emplace_back(targets[a], bytes);
        }
        if (copied) {
            rows.move_into(pieces_, binding.fields[a], array.axis, moves_);
        } else if (array.source == RowSource::field) {
            std::size_t const wide = static_cast<std::size_t>(more) *
                                     binding.schema->field(binding.fields[a]).bytes_per_row();
            conversions.push_back({a, scratch_bytes, wide});
            scratch_bytes += wide;
        }
    }
    scratch_.resize(std::max(scratch_.size(), scratch_bytes));
    for (Conversion const& c : conversions) {
        std::span<std::byte> const whole(scratch_.data() + c.scratch_offset, c.bytes);
        rows.move_into({&whole, 1}, binding.fields[c.array], plan_[c.array].axis, moves_);
    }
    rows.space().move(moves_);
    for (Conversion const& c : conversions) {
        StoredArray const& array = plan_[c.array];
        FieldSpec const& spec = binding.schema->field(binding.fields[c.array]);
        convert_elements(targets[c.array], array.dtype, scratch_.data() + c.scratch_offset,
                         name_of(spec.dtype),
                         static_cast<std::size_t>(added.added_along(array.axis)) *
                             static_cast<std::size_t>(spec.elements_per_row()));
    }
    // Then what the sink itself knows.
    RowCounts const& before = writer_->counts();
    for (std::size_t a = 0; a < plan_.size(); ++a)
        if (plan_[a].source != RowSource::field)
            rows.write_own(plan_[a], before, options_.mask_quarantined, targets[a]);
        else if (plan_[a].key == neighbor_list)
            rows.number_atoms_from(before.atoms, targets[a]);
    for (std::size_t a = 0; a < journalled.size(); ++a)
        if (targets[a] != nullptr && !journalled[a].empty())
            std::memcpy(journalled[a].data(), targets[a], journalled[a].size());
    writer_->add(added);
    writer_->push_full_chunks();
}

void ZarrSink::commit_locked(bool wait) {
    writer_->commit();
    if (wait) writer_->drain();
    bytes_since_commit_ = 0;
    last_commit_ = std::chrono::steady_clock::now();
}

void ZarrSink::flush() {
    guarded([&] {
        if (writer_ == nullptr) return;
        if (writer_->has_journal())
            writer_->sync_journal();
        else
            commit_locked(true);
    });
}

void ZarrSink::close() {
    {
        std::lock_guard const guard(mutex_);
        if (closed_) return;
    }
    guarded([&] {
        if (writer_ == nullptr) open_locked(Schema{});
        commit_locked(true);
        writer_->end_journal();
        writer_->publish();
        if (!options_.visible_at_once) remove_replaced_journal(options_, writer_->storage());
        writer_->storage().close();
        closed_ = true;
    });
}

std::int64_t ZarrSink::rows_written() const {
    std::lock_guard const guard(mutex_);
    return rows_written_;
}

std::string ZarrSink::describe() const { return "zarr " + place_; }

double ZarrSink::stalled_seconds() const {
    std::lock_guard const guard(mutex_);
    return writer_ != nullptr ? std::chrono::duration<double>(writer_->stalled()).count() : 0.0;
}

std::int64_t ZarrSink::committed_samples() const {
    std::lock_guard const guard(mutex_);
    return writer_ != nullptr ? writer_->committed_samples() : 0;
}

void ZarrSink::know(std::span<RowKey const> keys) {
    std::lock_guard const guard(mutex_);
    for (RowKey const& key : keys) static_cast<void>(keys_.insert(key));
}

bool ZarrSink::contains(RowKey const& key) const {
    std::lock_guard const guard(mutex_);
    return keys_.contains(key);
}

}  // namespace athanor
