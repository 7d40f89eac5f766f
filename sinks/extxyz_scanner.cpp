// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_scanner.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sinks/extxyz_frame.hpp"

namespace athanor {
namespace {

constexpr std::size_t most_user_fields = 256;
constexpr std::size_t most_notes = 32;

bool is_number(Dtype dtype) { return dtype != Dtype::boolean; }

std::string form_of(FieldSpec const& spec) {
    return fmt::format("{} {} of shape [{}]", name_of(spec.level), name_of(spec.dtype),
                       fmt::join(spec.shape, ","));
}

/// The union of the fields that frames bring.
class FieldUnion {
public:
    explicit FieldUnion(std::vector<std::string>& notes) : notes_(notes) {}

    void add(ExtxyzHeader const& header) {
        static Schema const built_in;
        std::size_t overflow = 0;
        for (ExtxyzField const& field : header.fields)
            if (!built_in.find(field.spec.name) && !add(field, header.name))
                overflow += bytes_as_text(field);
        overflow_bytes_ = std::max(overflow_bytes_, overflow);
    }

    /// An upper bound of what the fields that became text add to one frame's text.
    std::size_t text_bytes() const {
        std::size_t bytes = overflow_bytes_;
        for (Entry const& entry : entries_)
            if (entry.is_text) bytes += entry.text_bytes;
        return bytes;
    }
    std::vector<FieldSpec> result() const {
        std::vector<FieldSpec> fields;
        for (Entry const& entry : entries_)
            if (!entry.is_text) fields.push_back(entry.spec);
        return fields;
    }

private:
    struct Entry {
        FieldSpec spec;
        std::string frame_name;
        bool is_text = false;
        std::size_t text_bytes = 0;
    };

    /// name="number number ...": no number takes more than 25 bytes with its blank.
    static std::size_t bytes_as_text(ExtxyzField const& field) {
        return field.spec.name.size() + 4 + 26 * (field.reals.size() + field.integers.size());
    }

    /// False when there is no room for one more field.
    bool add(ExtxyzField const& field, std::string const& frame_name) {
        FieldSpec const& spec = field.spec;
        auto const known = index_.find(spec.name);
        if (known == index_.end()) return add_new(field, frame_name);
        Entry& entry = entries_[known->second];
        entry.text_bytes = std::max(entry.text_bytes, bytes_as_text(field));
        FieldSpec& have = entry.spec;
        if (entry.is_text || have == spec) return true;
        bool const same_place = have.level == spec.level && have.shape == spec.shape;
        if (same_place && is_number(have.dtype) && is_number(spec.dtype)) {
            have.dtype = Dtype::float64;
            return true;
        }
        entry.is_text = true;
        note(fmt::format("\"{}\" is {} in {} but {} in {}; it is kept as text", spec.name,
                         form_of(have), entry.frame_name, form_of(spec), frame_name));
        return true;
    }

    bool add_new(ExtxyzField const& field, std::string const& frame_name) {
        FieldSpec const& spec = field.spec;
        if (entries_.size() == most_user_fields) {
            if (!std::exchange(full_, true))
                note(
                    fmt::format("\"{}\" in {} would be custom field {}; it and further ones are "
                                "kept as text",
                                spec.name, frame_name, most_user_fields + 1));
            return false;
        }
        index_.emplace(spec.name, entries_.size());
        entries_.push_back({spec, frame_name, false, bytes_as_text(field)});
        return true;
    }

    void note(std::string text) {
        if (notes_.size() < most_notes) notes_.push_back(std::move(text));
    }

    std::vector<std::string>& notes_;
    std::vector<Entry> entries_;
    std::unordered_map<std::string, std::size_t> index_;
    std::size_t overflow_bytes_ = 0;
    bool full_ = false;
};

void count_pairs(ExtxyzScan& scan, ExtxyzFrame const& frame) {
    auto const& h = frame.header.cell;
    double const volume =
        std::fabs(h[0] * (h[4] * h[8] - h[5] * h[7]) - h[1] * (h[3] * h[8] - h[5] * h[6]) +
                  h[2] * (h[3] * h[7] - h[4] * h[6]));
    double const atoms = frame.atom_count;
    bool const has_volume = volume > 0.0;
    // Denser than any matter: such a cell is refused when its sample comes, with that reason.
    if (has_volume && atoms > volume) return;
    double const pairs = has_volume ? atoms * atoms / volume : atoms * (atoms - 1.0);
    double& most = has_volume ? scan.most_pairs_per_volume : scan.most_pairs_without_cell;
    if (!(pairs > most)) return;
    most = pairs;
    (has_volume ? scan.name_of_most_pairs_per_volume : scan.name_of_most_pairs_without_cell) =
        frame.header.name;
}

void add_frame(ExtxyzScan& scan, FieldUnion& fields, ExtxyzFrame const& frame) {
    ExtxyzHeader const& header = frame.header;
    ++scan.selected_count;
    scan.atom_total += frame.atom_count;
    if (frame.atom_count > scan.largest_atom_count) {
        scan.largest_atom_count = frame.atom_count;
        scan.largest = frame.id;
        scan.largest_name = header.name;
    }
    count_pairs(scan, frame);
    scan.longest_name_bytes = std::max(scan.longest_name_bytes, header.name.size());
    scan.longest_text_bytes = std::max(scan.longest_text_bytes, header.text.size());
    scan.any_fully_periodic |= header.pbc[0] && header.pbc[1] && header.pbc[2];
    scan.any_velocities |= frame.velocities_given;
    scan.ledger_count += header.has_ledger;
    for (ExtxyzField const& field : header.fields) scan.any_forces |= field.spec.name == "forces";
    for (auto const z : frame.atomic_numbers) scan.atomic_numbers[static_cast<std::size_t>(z)] = 1;
    fields.add(header);
}

ExtxyzScan scan_resolved(std::filesystem::path const& path, FrameSelection const& selection,
                         FrameContent content) {
    ExtxyzScan scan;
    FieldUnion fields(scan.notes);
    ExtxyzFrameReader reader(path, content);
    ExtxyzFrame frame;
    while (true) {
        auto const status = reader.next(frame);
        if (status == ExtxyzFrameReader::Status::ended) break;
        if (status == ExtxyzFrameReader::Status::bad)
            ++scan.bad_frame_count;
        else if (selection.contains(frame.id.value()))
            add_frame(scan, fields, frame);
    }
    scan.frame_count = reader.frame_count();
    scan.user_fields = fields.result();
    scan.longest_text_bytes += fields.text_bytes();
    return scan;
}

}  // namespace

ExtxyzScan scan_extxyz(std::filesystem::path const& path, FrameSelection selection,
                       FrameContent content) {
    if (selection.needs_frame_count())
        selection = selection.resolved(scan_resolved(path, {}, content).frame_count);
    return scan_resolved(path, selection, content);
}

}  // namespace athanor
