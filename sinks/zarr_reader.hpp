// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sample_source.hpp"
#include "sinks/row_keys.hpp"
#include "sinks/storage.hpp"
#include "sinks/zarr_array_reader.hpp"
#include "sinks/zarr_layout.hpp"

namespace athanor {

/// One field of a store, as it lies there.
struct StoredField {
    std::string name;  ///< what samples call it
    std::string key;   ///< "core/positions"
    Level level = Level::atom;
    std::string data_type;   ///< as Zarr spells it; may be "float16"
    std::vector<int> shape;  ///< of one row
    std::int64_t rows = 0;   ///< as many as the samples need, or fewer where another writer stopped
    bool complete = true;    ///< there is a row for every sample
    std::string attributes = "{}";    ///< of the array, a JSON object
    std::optional<FieldIndex> field;  ///< in the samples; nothing: read it by read_rows() alone
};

/// Opens a store of the layout, ours or the reference's (STORE_FORMAT.md), and reads its samples.
/// Schema:  the built-in fields, in their own types, then every other field as a user field of its
///          stored type (float16 becomes float32). Edges count from the sample's first atom.
/// Checked: documents, pointers, masks and lengths when opening; chunks when they are read. A chunk
///          that is absent is a loss in our stores, and the fill value in others'.
/// Mended:  edges that the reference's append() wrote without their offset, where only one offset
///          is possible; other edges that point outside their sample refuse the store.
/// Bound:   pointers (33 bytes a sample) and, per array, one decoded chunk or as many as fit a 32nd
///          of `cache_bytes`.
/// Threads: one at a time. Another process may go on writing: the reader keeps to the samples that
///          were there when it opened.
/// Throws:  StorageError that names the object, for every damage.
class ZarrReader final : public SampleSource {
public:
    /// `path`: a folder, or an s3:// or gs:// URL.
    explicit ZarrReader(std::string const& path, std::size_t cache_bytes = std::size_t{64} << 20);
    explicit ZarrReader(std::unique_ptr<Storage> storage,
                        std::size_t cache_bytes = std::size_t{64} << 20);
    /// The storage must outlive the reader.
    explicit ZarrReader(Storage& storage, std::size_t cache_bytes = std::size_t{64} << 20);
    ~ZarrReader() override;

    /// Samples in the store, the deleted ones included; their rows are 0 .. sample_count()-1.
    [[nodiscard]] std::int64_t sample_count() const { return sample_count_; }
    [[nodiscard]] std::int64_t active_count() const;
    [[nodiscard]] bool is_active(std::int64_t row) const { return mask_[index(row)] != 0; }
    [[nodiscard]] int atom_count(std::int64_t row) const;
    [[nodiscard]] int edge_count(std::int64_t row) const;
    [[nodiscard]] std::int64_t total_atoms() const { return atoms_ptr_.back(); }
    [[nodiscard]] std::int64_t total_edges() const { return edges_ptr_.back(); }

    [[nodiscard]] std::vector<StoredField> const& fields() const { return fields_; }
    [[nodiscard]] SchemaPtr const& schema() const { return schema_; }
    /// What people call the sample of a row: its name, else STORE:ROW.
    [[nodiscard]] std::string name(std::int64_t row);
    /// The sample of a row. Fields that have no row for it are missing from its schema.
    [[nodiscard]] Sample read(std::int64_t row);
    /// The rows of one field in its stored type; neighbor_list counts from the sample's first atom.
    [[nodiscard]] Bytes read_rows(StoredField const& field, std::int64_t row);
    /// The next sample that is not deleted.
    [[nodiscard]] std::optional<Sample> next() override;

    /// True for a store with our ledger.
    [[nodiscard]] bool has_ledger() const { return has_ledger_; }
    /// The keys of all rows, in order. Expects: has_ledger().
    [[nodiscard]] std::vector<RowKey> ledger_keys();
    /// The Outcome of all rows, in order. Expects: has_ledger().
    [[nodiscard]] std::vector<std::uint8_t> ledger_outcomes();
    /// How many rows each one's sample had in sinks that keep them when it was written, in order;
    /// zeros where an older version wrote the store. Expects: has_ledger().
    [[nodiscard]] std::vector<std::int64_t> ledger_stored_rows();
    /// What set_provenance() was given, as JSON text; "{}" where nothing is known.
    [[nodiscard]] std::string const& provenance() const { return provenance_; }
    /// Attributes of the root group, those of the layout included, as a JSON object.
    [[nodiscard]] std::string const& attributes() const { return attributes_; }
    /// True when edges were mended.
    [[nodiscard]] bool mended_edges() const { return !edge_offsets_.empty(); }

private:
    [[nodiscard]] std::size_t index(std::int64_t row) const;
    [[nodiscard]] std::size_t rows_needed(Level level) const;
    void open();
    void open_pointers();
    void open_fields(GroupMetadata const& root);
    void open_field(std::string const& group, std::string const& key, std::optional<Level> level,
                    std::map<std::string, std::string> const& consolidated,
                    std::vector<FieldSpec>& more);
    void open_names();
    void check_edges();
    [[nodiscard]] std::vector<std::int64_t> load_integers(std::string const& key,
                                                          std::int64_t count);
    [[nodiscard]] ZarrArrayReader& array_of(StoredField const& field);
    [[nodiscard]] StoredField const* find(std::string_view key) const;
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> rows_of(Level level,
                                                                std::int64_t row) const;
    [[nodiscard]] SchemaPtr schema_without_missing(std::int64_t row) const;
    [[nodiscard]] std::string text_at(std::optional<ZarrArrayReader>& bytes,
                                      std::vector<std::int64_t> const& pointers, std::int64_t row);

    std::unique_ptr<Storage> own_storage_;
    Storage* storage_;
    std::string place_;
    std::size_t cache_bytes_;
    bool ours_ = false;
    bool has_ledger_ = false;
    std::int64_t sample_count_ = 0;
    std::int64_t next_ = 0;
    std::vector<std::int64_t> atoms_ptr_, edges_ptr_;
    std::vector<std::uint8_t> mask_;
    std::vector<std::int64_t> edge_offsets_;  ///< to add to neighbor_list, where mended
    std::vector<StoredField> fields_;
    std::vector<ZarrArrayReader> arrays_;  ///< of fields_
    SchemaPtr schema_;
    std::optional<ZarrArrayReader> names_, texts_;
    std::vector<std::int64_t> names_ptr_, texts_ptr_;
    std::string provenance_ = "{}";
    std::string attributes_ = "{}";
};

}  // namespace athanor
