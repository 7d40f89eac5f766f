// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"
#include "sinks/convert_elements.hpp"
#include "sinks/storage_url.hpp"

namespace athanor {
namespace {

std::string_view as_text(Bytes const& bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

std::optional<Level> level_from_name(std::string_view name) {
    for (Level const level : {Level::atom, Level::edge, Level::system})
        if (name_of(level) == name) return level;
    return std::nullopt;
}

/// The built-in field that an array fills.
std::optional<FieldIndex> built_in_for(std::string const& group, std::string const& name) {
    if (group == "custom") {
        if (name == "ledger_stage") return Fields::stage;
        if (name == "ledger_step") return Fields::stage_step;
        if (name == "ledger_outcome") return Fields::outcome;
        if (name == "ledger_total_steps") return Fields::total_steps;
        if (name == "ledger_stored_rows") return Fields::stored_rows;
        return std::nullopt;
    }
    static Schema const built_in;
    auto const found = built_in.find(name);
    return found && found->value() < Fields::stage.value() ? found : std::nullopt;
}

char kind_of(std::string_view data_type) {
    if (data_type == "bool") return 'b';
    return data_type.starts_with("float") ? 'f' : 'i';
}

bool same_form(StoredField const& stored, FieldSpec const& spec) {
    char const kind = kind_of(stored.data_type);
    bool const kinds_fit =
        kind == kind_of(name_of(spec.dtype)) || (kind == 'i' && spec.dtype == Dtype::boolean);
    return stored.level == spec.level && stored.shape == spec.shape && kinds_fit;
}

}  // namespace

ZarrReader::ZarrReader(std::string const& path, std::size_t cache_bytes)
    : ZarrReader(open_storage(path, StoreAccess::read), cache_bytes) {}

ZarrReader::ZarrReader(std::unique_ptr<Storage> storage, std::size_t cache_bytes)
    : own_storage_(std::move(storage)),
      storage_(own_storage_.get()),
      place_(storage_->describe()),
      cache_bytes_(cache_bytes) {
    open();
}

ZarrReader::ZarrReader(Storage& storage, std::size_t cache_bytes)
    : storage_(&storage), place_(storage.describe()), cache_bytes_(cache_bytes) {
    open();
}

ZarrReader::~ZarrReader() = default;

void ZarrReader::open() {
    auto const load_group = [this](std::string const& key) -> std::optional<GroupMetadata> {
        std::string const path = key.empty() ? "zarr.json" : key + "/zarr.json";
        auto const document = storage_->get(path);
        if (!document) return std::nullopt;
        try {
            return parse_group_metadata(as_text(*document));
        } catch (StorageError const& error) {
            throw StorageError(
                fmt::format("{}/{}{}{}", place_, key, key.empty() ? "" : "/", error.what()));
        }
    };
    auto const root = load_group("");
    if (!root) throw StorageError(fmt::format("{}: is no Zarr store", place_));
    attributes_ = root->attributes;
    for (char const* group : {"meta", "core"})
        if (!load_group(group) && !root->consolidated.contains(group))
            throw StorageError(
                fmt::format("{}: has no group {}; it is no store of structures", place_, group));
    if (auto const own = load_group("athanor")) {
        auto const format = member(own->attributes, "store_format");
        if (format && *format != std::to_string(store_format_version))
            throw StorageError(
                fmt::format("{}: has store format {}, this program knows {}; use a newer one",
                            place_, *format, store_format_version));
        ours_ = format.has_value();
        provenance_ = member(own->attributes, "provenance").value_or("{}");
    }
    open_pointers();
    open_fields(*root);
    if (ours_) open_names();
    check_edges();
}

std::vector<std::int64_t> ZarrReader::load_integers(std::string const& key, std::int64_t count) {
    ZarrArrayReader reader(*storage_, key, load_array_metadata(*storage_, key), ours_,
                           cache_bytes_);
    auto const& metadata = reader.metadata();
    if (metadata.shape.size() != 1 || kind_of(metadata.data_type) == 'f')
        throw StorageError(fmt::format("{}/{}: is no list of integers", place_, key));
    if (reader.rows() < count)
        throw StorageError(fmt::format("{}/{}: has {} entries, {} samples need {}", place_, key,
                                       reader.rows(), sample_count_, count));
    std::vector<std::int64_t> values(static_cast<std::size_t>(count));
    std::size_t const size = metadata.element_size();
    constexpr std::int64_t piece = 65536;
    for (std::int64_t begin = 0; begin < count; begin += piece) {
        std::int64_t const end = std::min(begin + piece, count);
        Bytes const rows = reader.read_rows(begin, end);
        convert_elements(reinterpret_cast<std::byte*>(values.data() + begin), Dtype::int64,
                         rows.data(), metadata.data_type, rows.size() / size);
    }
    return values;
}

void ZarrReader::open_pointers() {
    // The mask first: a writer that goes on extends it last, so all else has its rows already.
    auto const mask = load_array_metadata(*storage_, "meta/samples_mask");
    if (mask.shape.size() != 1)
        throw StorageError(fmt::format("{}/meta/samples_mask: is no list", place_));
    sample_count_ = mask.shape[0];
    if (sample_count_ > (std::int64_t{1} << 40))
        throw StorageError(
            fmt::format("{}/meta/samples_mask: {} samples are too many", place_, sample_count_));
    auto const load = [this](std::string const& key) {
        auto pointers = load_integers(key, sample_count_ + 1);
        bool const sorted = std::is_sorted(pointers.begin(), pointers.end());
        if (pointers.front() != 0 || !sorted)
            throw StorageError(fmt::format("{}/{}: the entries {}", place_, key,
                                           sorted ? "do not begin with 0" : "decrease"));
        for (std::size_t k = 1; k < pointers.size(); ++k)
            if (pointers[k] - pointers[k - 1] > std::numeric_limits<int>::max() / 4)
                throw StorageError(
                    fmt::format("{}/{}: sample {} is too large", place_, key, k - 1));
        return pointers;
    };
    atoms_ptr_ = load("meta/atoms_ptr");
    edges_ptr_ = load("meta/edges_ptr");
    auto const flags = load_integers("meta/samples_mask", sample_count_);
    mask_.reserve(flags.size());
    for (std::int64_t const flag : flags) mask_.push_back(flag != 0 ? 1 : 0);
}

std::size_t ZarrReader::rows_needed(Level level) const {
    return static_cast<std::size_t>(level == Level::atom   ? atoms_ptr_.back()
                                    : level == Level::edge ? edges_ptr_.back()
                                                           : sample_count_);
}

void ZarrReader::open_fields(GroupMetadata const& root) {
    auto const attributes = parse_root_attributes(root.attributes);
    std::vector<FieldSpec> more;
    for (std::string const group : {"core", "custom"}) {
        auto const& levels = group == "core" ? attributes.core : attributes.custom;
        std::set<std::string> names;
        for (auto const& [name, level] : levels) names.insert(name);
        for (std::string const& name : storage_->list(group))
            if (name.ends_with('/') && storage_->get(group + "/" + name + "zarr.json"))
                names.insert(name.substr(0, name.size() - 1));
        for (std::string const& name : names) {
            if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
                throw StorageError(
                    fmt::format("{}/zarr.json: \"{}\" is no name of a field", place_, name));
            auto const found = levels.find(name);
            std::optional<Level> level;
            if (found != levels.end()) {
                level = level_from_name(found->second);
                if (!level)
                    throw StorageError(fmt::format("{}/zarr.json: {}/{} has the level \"{}\"",
                                                   place_, group, name, found->second));
            }
            open_field(group, name, level, root.consolidated, more);
        }
    }
    for (char const* needed : {"core/positions", "core/atomic_numbers"})
        if (find(needed) == nullptr || !find(needed)->field)
            throw StorageError(
                fmt::format("{}/{}: the field is missing or has another form", place_, needed));
    schema_ = std::make_shared<Schema const>(std::move(more));
    has_ledger_ = true;
    for (auto const& [key, type] :
         {std::pair{"core/system_id", "int64"}, std::pair{"custom/ledger_stage", "int32"},
          std::pair{"custom/ledger_step", "int64"}, std::pair{"custom/ledger_kind", "uint8"},
          std::pair{"custom/ledger_outcome", "uint8"}}) {
        StoredField const* field = find(key);
        has_ledger_ = has_ledger_ && field != nullptr && field->data_type == type &&
                      field->shape == std::vector<int>{1} && field->level == Level::system &&
                      field->complete;
    }
}

void ZarrReader::open_field(std::string const& group, std::string const& key,
                            std::optional<Level> level,
                            std::map<std::string, std::string> const& consolidated,
                            std::vector<FieldSpec>& more) {
    std::string const path = group + "/" + key;
    ArrayMetadata metadata;
    // The array's own document is what holds; the copy in the root can be stale.
    if (auto const copy = consolidated.find(path);
        copy != consolidated.end() && !storage_->get(path + "/zarr.json")) {
        metadata = parse_array_metadata(copy->second);
    } else {
        metadata = load_array_metadata(*storage_, path);
    }
    std::string const attributes = metadata.attributes;
    StoredField stored;
    stored.key = path;
    stored.attributes = metadata.attributes;
    stored.name = string_member(attributes, field_name_attribute).value_or(key);
    stored.level = level.value_or(default_level(group, key));
    stored.data_type = metadata.data_type;
    ZarrArrayReader& array =
        arrays_.emplace_back(*storage_, path, std::move(metadata), ours_, cache_bytes_ / 32);
    stored.shape = array.row_shape();
    auto const needed = static_cast<std::int64_t>(rows_needed(stored.level));
    stored.complete = array.rows() >= needed;
    stored.rows = std::min(array.rows(), needed);
    if (!stored.complete && (group == "core" || ours_))
        throw StorageError(fmt::format("{}/{}: has {} rows, the samples need {}", place_, path,
                                       array.rows(), needed));
    if (auto const built_in = built_in_for(group, key)) {
        if (same_form(stored, Schema().field(*built_in))) stored.field = built_in;
    } else if (path != "custom/ledger_kind") {
        bool const taken = Schema().find(stored.name) ||
                           std::any_of(more.begin(), more.end(),
                                       [&](auto const& f) { return f.name == stored.name; });
        if (!taken) {
            Dtype const dtype = dtype_from_name(stored.data_type).value_or(Dtype::float32);
            more.push_back({stored.name, stored.level, dtype, stored.shape, "", FieldRole::user});
            stored.field = FieldIndex{Fields::count + static_cast<int>(more.size()) - 1};
        } else {  // in core and custom: custom's value wins, as in the reference's reader
            for (StoredField& other : fields_)
                if (group == "custom" && other.name == stored.name && other.field &&
                    other.level == stored.level && other.data_type == stored.data_type &&
                    other.shape == stored.shape && stored.complete)
                    std::swap(other.field, stored.field);
        }
    }
    fields_.push_back(std::move(stored));
}

void ZarrReader::open_names() {
    auto const open_one = [this](std::string const& key, std::optional<ZarrArrayReader>& bytes,
                                 std::vector<std::int64_t>& pointers) {
        if (!storage_->get(key + "/zarr.json")) return;  // the reference's defragment() drops them
        pointers = load_integers(key + "_ptr", sample_count_ + 1);
        bytes.emplace(*storage_, key, load_array_metadata(*storage_, key), ours_, std::size_t{0});
        if (pointers.front() != 0 || !std::is_sorted(pointers.begin(), pointers.end()) ||
            pointers.back() > bytes->rows() || bytes->row_bytes() != 1)
            throw StorageError(fmt::format("{}/{}: does not fit its pointers", place_, key));
    };
    open_one("athanor/names", names_, names_ptr_);
    open_one("athanor/texts", texts_, texts_ptr_);
}

/// Finds edges that leave their sample. The reference's append() stores v = local + first atom of
/// the sample within what was appended together, so that v + atoms_ptr[j] is right, where j is the
/// first sample of that append. j is not stored: it is one for which every sample from j on fits.
void ZarrReader::check_edges() {
    StoredField const* const list = find("core/neighbor_list");
    if (list == nullptr || ours_ || total_edges() == 0) return;
    if (list->shape != std::vector<int>{2} || kind_of(list->data_type) != 'i' ||
        list->level != Level::edge)
        throw StorageError(
            fmt::format("{}/core/neighbor_list: must be two integers an edge", place_));
    bool all_right = true;
    bool possible = true;
    std::vector<std::int64_t> offsets(static_cast<std::size_t>(sample_count_), 0);
    std::vector<std::int64_t> starts;  // the possible j for the samples so far
    for (std::int64_t i = 0; i < sample_count_ && (all_right || possible); ++i) {
        starts.push_back(i);
        auto const [begin, end] = rows_of(Level::edge, i);
        if (begin == end || !is_active(i)) continue;
        ZarrArrayReader& array = array_of(*list);
        Bytes const rows = array.read_rows(begin, end);
        std::vector<std::int64_t> atoms(static_cast<std::size_t>(2 * (end - begin)));
        convert_elements(reinterpret_cast<std::byte*>(atoms.data()), Dtype::int64, rows.data(),
                         list->data_type, atoms.size());
        auto const [low, high] = std::minmax_element(atoms.begin(), atoms.end());
        std::int64_t const first = atoms_ptr_[index(i)], last = atoms_ptr_[index(i) + 1];
        all_right = all_right && *low >= first && *high < last;
        std::erase_if(starts, [&, low = *low, high = *high](std::int64_t j) {
            std::int64_t const offset = atoms_ptr_[index(j)];
            return low + offset < first || high + offset >= last;
        });
        possible = possible && starts.size() == 1;
        if (possible) offsets[index(i)] = atoms_ptr_[index(starts.front())];
        if (starts.size() > 4096) possible = false;  // too many samples without a hint
    }
    if (all_right) return;
    if (!possible)
        throw StorageError(fmt::format(
            "{}/core/neighbor_list: edges point outside their samples, as nvalchemi's append() and "
            "defragment() leave them, and the right numbers cannot be told; write the store anew",
            place_));
    edge_offsets_ = std::move(offsets);
}

std::size_t ZarrReader::index(std::int64_t row) const {
    ATHANOR_EXPECTS(row >= 0 && row < sample_count_);
    return static_cast<std::size_t>(row);
}

std::int64_t ZarrReader::active_count() const {
    return std::count(mask_.begin(), mask_.end(), std::uint8_t{1});
}

int ZarrReader::atom_count(std::int64_t row) const {
    return static_cast<int>(atoms_ptr_[index(row) + 1] - atoms_ptr_[index(row)]);
}

int ZarrReader::edge_count(std::int64_t row) const {
    return static_cast<int>(edges_ptr_[index(row) + 1] - edges_ptr_[index(row)]);
}

StoredField const* ZarrReader::find(std::string_view key) const {
    for (StoredField const& field : fields_)
        if (field.key == key) return &field;
    return nullptr;
}

ZarrArrayReader& ZarrReader::array_of(StoredField const& field) {
    auto const found = std::find_if(arrays_.begin(), arrays_.end(),
                                    [&](auto const& array) { return array.key() == field.key; });
    ATHANOR_EXPECTS(found != arrays_.end());
    return *found;
}

std::pair<std::int64_t, std::int64_t> ZarrReader::rows_of(Level level, std::int64_t row) const {
    if (level == Level::system) return {row, row + 1};
    auto const& pointers = level == Level::atom ? atoms_ptr_ : edges_ptr_;
    return {pointers[index(row)], pointers[index(row) + 1]};
}

Bytes ZarrReader::read_rows(StoredField const& field, std::int64_t row) {
    auto const [begin, end] = rows_of(field.level, row);
    Bytes rows = array_of(field).read_rows(begin, end);
    if (field.key != "core/neighbor_list" || rows.empty()) return rows;
    auto const dtype = dtype_from_name(field.data_type);
    std::vector<std::int64_t> atoms(rows.size() / size_of(*dtype));
    auto* const wide = reinterpret_cast<std::byte*>(atoms.data());
    convert_elements(wide, Dtype::int64, rows.data(), field.data_type, atoms.size());
    std::int64_t const offset = edge_offsets_.empty() ? 0 : edge_offsets_[index(row)];
    for (std::int64_t& atom : atoms) {
        atom += offset - atoms_ptr_[index(row)];
        if (is_active(row) && (atom < 0 || atom >= atom_count(row)))
            throw StorageError(fmt::format(
                "{}/core/neighbor_list: sample {} has an edge to atom {}", place_, row, atom));
    }
    convert_elements(rows.data(), *dtype, wide, "int64", atoms.size());
    return rows;
}

SchemaPtr ZarrReader::schema_without_missing(std::int64_t row) const {
    std::vector<FieldSpec> more;
    bool missing = false;
    for (StoredField const& field : fields_) {
        if (!field.field || field.field->value() < Fields::count) continue;
        bool const there = rows_of(field.level, row).second <= field.rows;
        if (there) more.push_back(schema_->field(*field.field));
        missing = missing || !there;
    }
    return missing ? std::make_shared<Schema const>(std::move(more)) : schema_;
}

std::string ZarrReader::text_at(std::optional<ZarrArrayReader>& bytes,
                                std::vector<std::int64_t> const& pointers, std::int64_t row) {
    if (!bytes) return {};
    Bytes const text = bytes->read_rows(pointers[index(row)], pointers[index(row) + 1]);
    return std::string(as_text(text));
}

std::string ZarrReader::name(std::int64_t row) {
    std::string name = text_at(names_, names_ptr_, row);
    return name.empty() ? fmt::format("{}:{}", place_, row) : name;
}

Sample ZarrReader::read(std::int64_t row) {
    SchemaPtr const schema = schema_without_missing(row);
    std::int64_t id = row;
    if (StoredField const* field = find("core/system_id"); field != nullptr && field->field) {
        Bytes const bytes = read_rows(*field, row);
        convert_elements(reinterpret_cast<std::byte*>(&id), Dtype::int64, bytes.data(),
                         field->data_type, 1);
    }
    Sample sample(schema, SampleId{id}, name(row), atom_count(row), edge_count(row));
    sample.set_text(text_at(texts_, texts_ptr_, row));
    for (StoredField const& field : fields_) {
        if (!field.field || field.key == "core/system_id") continue;
        if (rows_of(field.level, row).second > field.rows) continue;
        auto const here = schema->find(schema_->field(*field.field).name);
        if (!here) continue;
        FieldSpec const& spec = schema->field(*here);
        Bytes const rows = read_rows(field, row);
        auto const target = sample.bytes(*here);
        ATHANOR_EXPECTS(rows.size() / zarr_element_size(field.data_type) ==
                        target.size() / size_of(spec.dtype));
        convert_elements(target.data(), spec.dtype, rows.data(), field.data_type,
                         target.size() / size_of(spec.dtype));
    }
    return sample;
}

std::optional<Sample> ZarrReader::next() {
    while (next_ < sample_count_ && !is_active(next_)) ++next_;
    if (next_ == sample_count_) return std::nullopt;
    return read(next_++);
}

std::vector<RowKey> ZarrReader::ledger_keys() {
    ATHANOR_EXPECTS(has_ledger_);
    std::vector<RowKey> keys(static_cast<std::size_t>(sample_count_));
    auto const column = [&](char const* key, auto assign) {
        ZarrArrayReader& array = array_of(*find(key));
        constexpr std::int64_t piece = 65536;
        for (std::int64_t begin = 0; begin < sample_count_; begin += piece) {
            std::int64_t const end = std::min(begin + piece, sample_count_);
            Bytes const rows = array.read_rows(begin, end);
            for (std::int64_t k = begin; k < end; ++k)
                assign(keys[static_cast<std::size_t>(k)],
                       rows.data() + static_cast<std::size_t>(k - begin) * array.row_bytes());
        }
    };
    column("core/system_id",
           [](RowKey& key, std::byte const* at) { std::memcpy(&key.system_id, at, 8); });
    column("custom/ledger_stage",
           [](RowKey& key, std::byte const* at) { std::memcpy(&key.stage, at, 4); });
    column("custom/ledger_step",
           [](RowKey& key, std::byte const* at) { std::memcpy(&key.step, at, 8); });
    column("custom/ledger_kind",
           [](RowKey& key, std::byte const* at) { std::memcpy(&key.kind, at, 1); });
    return keys;
}

std::vector<std::uint8_t> ZarrReader::ledger_outcomes() {
    ATHANOR_EXPECTS(has_ledger_);
    Bytes const rows = array_of(*find("custom/ledger_outcome")).read_rows(0, sample_count_);
    std::vector<std::uint8_t> outcomes(rows.size());
    if (!rows.empty()) std::memcpy(outcomes.data(), rows.data(), rows.size());
    return outcomes;
}

std::vector<std::int64_t> ZarrReader::ledger_stored_rows() {
    ATHANOR_EXPECTS(has_ledger_);
    std::vector<std::int64_t> counts(static_cast<std::size_t>(sample_count_), 0);
    if (StoredField const* const field = find("custom/ledger_stored_rows")) {
        Bytes const rows = array_of(*field).read_rows(0, sample_count_);
        if (!rows.empty()) std::memcpy(counts.data(), rows.data(), rows.size());
    }
    return counts;
}

}  // namespace athanor
