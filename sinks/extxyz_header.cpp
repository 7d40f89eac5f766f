// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_header.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/extxyz_value.hpp"
#include "sinks/ledger_words.hpp"

namespace athanor {
namespace {

using Kind = ExtxyzValue::Kind;
using Role = ExtxyzColumn::Role;

constexpr std::string_view plain_properties = "species:S:1:pos:R:3";
constexpr int most_columns = 65536;
constexpr std::size_t longest_field_name = 128;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Builds a header from its keys, in the order that their meaning needs.
class HeaderBuilder {
public:
    explicit HeaderBuilder(FrameContent content = FrameContent::input) {
        header_.content = content;
    }

    ExtxyzHeader build(std::string_view comment) {
        if (!has_keys(comment)) return build_plain(comment);
        try {
            values_ = parse_extxyz_comment(comment);
        } catch (InputError const&) {
            std::string const words = lower(comment);
            if (words.find("properties") != words.npos || words.find("lattice") != words.npos)
                throw;
            return build_plain(comment);  // "E=-3.1 of the dimer's ground state"
        }
        ExtxyzValue const* const properties = take("properties");
        set_columns(properties ? properties->text : std::string(plain_properties));
        set_lattice();
        set_pbc();
        set_name();
        if (header_.content == FrameContent::result) set_ledger();
        for (ExtxyzValue const& value : values_)
            if (!value.key.empty() || !value.verbatim.empty()) add_key(value);
        return std::move(header_);
    }

    /// A comment of a plain XYZ file is any text; one with keys has an = sign.
    static bool has_keys(std::string_view comment) {
        return comment.find('=') != std::string_view::npos;
    }

private:
    ExtxyzHeader build_plain(std::string_view comment) {
        set_columns(plain_properties);
        if (auto const words = trimmed(comment); !words.empty())
            header_.text = "comment=" + quoted_text(words);
        return std::move(header_);
    }

    static std::string_view trimmed(std::string_view text) {
        auto const begin = text.find_first_not_of(" \t");
        if (begin == std::string_view::npos) return {};
        return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
    }

    /// The value of a reserved key (any case); it is marked as used. Throws when it stands twice.
    ExtxyzValue const* take(std::string_view key) {
        ExtxyzValue const* found = nullptr;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (used(i) || lower(values_[i].key) != key) continue;
            if (found != nullptr)
                throw InputError(
                    fmt::format("comment line: {} is given twice; leave one", values_[i].key));
            found = &values_[i];
            used_.push_back(i);
        }
        return found;
    }
    bool used(std::size_t i) const {
        return std::find(used_.begin(), used_.end(), i) != used_.end();
    }

    void set_lattice() {
        ExtxyzValue const* lattice = take("lattice");
        if (lattice == nullptr) {
            for (std::size_t i = 0; i < values_.size() && lattice == nullptr; ++i)
                if (values_[i].key == "cell" && values_[i].is_number()) lattice = take("cell");
            if (lattice == nullptr) return;
        }
        std::vector<double> const numbers =
            lattice->is_number() ? lattice->as_reals() : std::vector<double>{};
        if (numbers.size() == 9) {
            std::copy(numbers.begin(), numbers.end(), header_.cell.begin());
        } else if (numbers.size() == 3) {
            for (std::size_t i = 0; i < 3; ++i) header_.cell[4 * i] = numbers[i];
        } else {
            throw InputError(
                fmt::format("comment line: {} is no cell; give nine numbers, "
                            "Lattice=\"ax ay az bx by bz cx cy cz\"",
                            shortened(lattice->verbatim)));
        }
        lattice_given_ = true;
    }

    void set_pbc() {
        ExtxyzValue const* const value = take("pbc");
        header_.pbc.fill(lattice_given_);
        if (value == nullptr) return;
        std::optional<std::vector<bool>> flags;
        if (value->kind == Kind::boolean)
            flags.emplace(value->integers.begin(), value->integers.end());
        else
            flags = truths(value->text);
        if (!flags || (flags->size() != 1 && flags->size() != 3))
            throw InputError(
                fmt::format("comment line: {} is not understood; give three of T and "
                            "F, as in pbc=\"T T F\"",
                            shortened(value->verbatim)));
        for (std::size_t i = 0; i < 3; ++i) header_.pbc[i] = (*flags)[flags->size() == 3 ? i : 0];
    }

    /// "T T F", "[true, true, false]", "110": one truth a word, or three letters in one word.
    static std::optional<std::vector<bool>> truths(std::string_view text) {
        std::vector<std::string> words(1);
        for (char const c : lower(text)) {
            if (std::string_view(" \t,[]{}()").find(c) == std::string_view::npos)
                words.back() += c;
            else if (!words.back().empty())
                words.emplace_back();
        }
        if (words.back().empty()) words.pop_back();
        if (words.size() == 1 && words[0].size() == 3) {
            std::string const together = words[0];
            words = {together.substr(0, 1), together.substr(1, 1), together.substr(2, 1)};
        }
        std::vector<bool> flags;
        for (std::string const& word : words) {
            if (is_one_of(word, {"t", "true", "1", ".true."}))
                flags.push_back(true);
            else if (is_one_of(word, {"f", "false", "0", ".false."}))
                flags.push_back(false);
            else
                return std::nullopt;
        }
        return flags;
    }

    void set_name() {
        for (std::string_view const key : {"name", "label", "id"})
            for (std::size_t i = 0; i < values_.size(); ++i) {
                ExtxyzValue const& value = values_[i];
                if (used(i) || value.key != key || value.text.empty()) continue;
                if (key != "name" && value.kind != Kind::text) continue;
                header_.name = value.text;
                if (key == "name") used_.push_back(i);
                return;
            }
    }

    ExtxyzValue const* find_value(std::string_view key) const {
        for (ExtxyzValue const& value : values_)
            if (value.key == key) return &value;
        return nullptr;
    }

    static bool is_whole_number(ExtxyzValue const* value, std::int64_t most) {
        return value != nullptr && value->kind == Kind::integer && value->integers.size() == 1 &&
               value->integers[0] >= 0 && value->integers[0] <= most;
    }

    void set_ledger() {
        constexpr auto most = std::numeric_limits<std::int64_t>::max();
        header_.has_ledger =
            is_whole_number(find_value("system_id"), most) &&
            is_whole_number(find_value("stage"), std::numeric_limits<std::int32_t>::max()) &&
            is_whole_number(find_value("stage_step"), most);
        if (!header_.has_ledger) return;
        // Of several the first is ours; a sample that came from such a file keeps the others.
        bool has_kind = false, has_outcome = false;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (values_[i].key == "kind") {
                auto const kind = ledger_value(kind_words, values_[i].text);
                if (!kind || std::exchange(has_kind, true)) continue;
                header_.kind = static_cast<RowKind>(*kind);
            } else if (values_[i].key == "outcome") {
                auto const outcome = ledger_value(outcome_words, values_[i].text);
                if (!outcome || std::exchange(has_outcome, true)) continue;
                header_.outcome = static_cast<Outcome>(*outcome);
            } else {
                continue;
            }
            used_.push_back(i);
        }
    }

    /// True for a key or column that fills a built-in field of a result.
    bool is_result(std::string_view key, Level level) const {
        if (header_.content == FrameContent::input) return false;
        if (level == Level::atom) return key == "forces";
        if (is_one_of(key, {"energy", "stress"})) return true;
        return header_.has_ledger && is_one_of(key, {"system_id", "stage", "stage_step",
                                                     "total_steps", "status", "stored_rows"});
    }

    std::string name_for(std::string_view key, Level level) const {
        return is_result(key, level) ? std::string(key) : extxyz_field_name(key);
    }

    /// Gives `field` the form of the built-in field; false when its value cannot have it.
    static bool shape_result(ExtxyzField& field) {
        std::size_t const count = field.reals.size() + field.integers.size();
        if (field.spec.name != "stress") return count == 1 && field.spec.dtype != Dtype::boolean;
        auto& s = field.reals;
        if (count == 6)  // Voigt's order: xx yy zz yz xz xy
            s = {s[0], s[5], s[4], s[5], s[1], s[3], s[4], s[3], s[2]};
        field.spec.shape = {3, 3};
        return s.size() == 9;
    }

    static std::string shortened(std::string_view text) {
        return text.size() <= 80 ? std::string(text) : std::string(text.substr(0, 77)) + "...";
    }

    bool has_field(std::string_view name) const {
        return std::any_of(header_.fields.begin(), header_.fields.end(),
                           [&](ExtxyzField const& f) { return f.spec.name == name; });
    }

    void add_text(std::string_view words) {
        if (!header_.text.empty()) header_.text += ' ';
        header_.text += words;
    }

    void add_key(ExtxyzValue const& value) {
        auto const i = static_cast<std::size_t>(&value - values_.data());
        if (used(i)) return;
        std::string name = name_for(value.key, Level::system);
        if (value.kind == Kind::text || !can_name_extxyz_field(name) || has_field(name))
            return add_text(value.verbatim);
        ExtxyzField field;
        field.spec = {std::move(name), Level::system, Dtype::float64, value.shape, "",
                      FieldRole::user};
        if (value.kind == Kind::real || value.key == "energy" || value.key == "stress") {
            if (!value.is_number()) return add_text(value.verbatim);
            field.reals = value.as_reals();
            if (value.key == "energy") field.spec.unit = "eV";
        } else {
            field.spec.dtype = value.kind == Kind::boolean ? Dtype::boolean : Dtype::int64;
            field.integers = value.integers;
        }
        if (is_result(value.key, Level::system) && !shape_result(field))
            return add_text(value.verbatim);
        header_.fields.push_back(std::move(field));
    }

    void set_columns(std::string_view properties) {
        std::vector<std::string_view> words;
        for (std::size_t begin = 0; begin <= properties.size();) {
            std::size_t const end = std::min(properties.find(':', begin), properties.size());
            words.push_back(properties.substr(begin, end - begin));
            begin = end + 1;
        }
        if (words.size() % 3 != 0)
            throw InputError(
                fmt::format("comment line: Properties=\"{}\" has {} words between its "
                            "colons; give name:type:count for each column, as in {}",
                            shortened(properties), words.size(), plain_properties));
        for (std::size_t i = 0; i < words.size(); i += 3)
            add_column(words[i], words[i + 1], words[i + 2]);
        bool position = false, species = false;
        for (ExtxyzColumn const& column : header_.columns) {
            position |= column.role == Role::position;
            species |= column.role == Role::species;
        }
        if (!position || !species)
            throw InputError(fmt::format("comment line: Properties=\"{}\" has no {}; add {}",
                                         shortened(properties), position ? "species" : "positions",
                                         position ? "species:S:1" : "pos:R:3"));
    }

    void add_column(std::string_view name, std::string_view type, std::string_view count_text) {
        auto const count = parse_integer(count_text);
        if (name.empty() || type.size() != 1 || !is_one_of(type, {"S", "R", "I", "L"}) || !count ||
            *count < 1 || *count > most_columns || header_.column_total > most_columns)
            throw InputError(
                fmt::format("comment line: Properties has the column \"{}:{}:{}\"; "
                            "expected name:type:count with type S, R, I or L and "
                            "count above 0",
                            shortened(name), shortened(type), shortened(count_text)));
        ExtxyzColumn column{std::string(name), type[0], static_cast<int>(*count)};
        header_.column_total += column.count;
        for (ExtxyzColumn const& other : header_.columns)
            if (other.name == column.name)
                throw InputError(
                    fmt::format("comment line: Properties has the column {} twice; rename one",
                                shortened(name)));
        set_role(column);
        header_.columns.push_back(std::move(column));
    }

    void set_role(ExtxyzColumn& column) {
        std::string const name = lower(column.name);
        bool const number = column.type == 'R' || column.type == 'I';
        auto const wants = [&](std::initializer_list<std::string_view> names, int count) {
            if (!is_one_of(name, names)) return false;
            if (number && column.count == count) return true;
            throw InputError(fmt::format("comment line: Properties has {}:{}:{}; expected {}:R:{}",
                                         column.name, column.type, column.count, column.name,
                                         count));
        };
        if (is_one_of(name, {"species", "symbols", "symbol", "element", "z", "numbers",
                             "atomic_numbers"}) &&
            column.count == 1 && (column.type == 'S' || column.type == 'I')) {
            column.role = Role::species;
        } else if (wants({"pos", "position", "positions"}, 3)) {
            column.role = Role::position;
        } else if (wants({"velo", "vel", "velocity", "velocities"}, 3)) {
            column.role = Role::velocity;
        } else if (wants({"momenta"}, 3)) {
            column.role = Role::momentum;
        } else if (wants({"mass", "masses", "atomic_masses"}, 1)) {
            column.role = Role::mass;
        } else {
            set_custom_role(column);
        }
        if (column.role == Role::position || column.role == Role::velocity ||
            column.role == Role::momentum || column.role == Role::mass)
            for (ExtxyzColumn const& other : header_.columns)
                if (other.role == column.role)
                    throw InputError(
                        fmt::format("comment line: Properties has both {} and {}; "
                                    "they mean the same, leave one out",
                                    other.name, column.name));
    }

    void set_custom_role(ExtxyzColumn& column) {
        bool const vectors = column.count == 3 && (column.type == 'R' || column.type == 'I');
        std::string name =
            vectors ? name_for(column.name, Level::atom) : extxyz_field_name(column.name);
        if (column.type == 'S' || !can_name_extxyz_field(name) || has_field(name)) {
            column.role = Role::text;
            column.index = static_cast<std::size_t>(header_.text_columns++);
            return;
        }
        column.role = Role::user;
        column.index = header_.fields.size();
        ExtxyzField field;
        bool const forces = name == "input_forces" || name == "forces";
        field.spec = {std::move(name),
                      Level::atom,
                      column.type == 'R' || forces ? Dtype::float64
                      : column.type == 'I'         ? Dtype::int64
                                                   : Dtype::boolean,
                      column.count == 1 ? std::vector<int>{} : std::vector<int>{column.count},
                      forces ? "eV/angstrom" : "",
                      FieldRole::user};
        header_.fields.push_back(std::move(field));
    }

    ExtxyzHeader header_;
    std::vector<ExtxyzValue> values_;
    std::vector<std::size_t> used_;
    bool lattice_given_ = false;
};

}  // namespace

ExtxyzHeader parse_extxyz_header(std::string_view comment, FrameContent content) {
    return HeaderBuilder(content).build(comment);
}

std::string extxyz_field_name(std::string_view key) {
    static Schema const built_in;
    if (key == "force") return "input_forces";
    if (built_in.find(key) || key.starts_with("ledger_") || is_one_of(key, {"momenta", "masses"}))
        return fmt::format("input_{}", key);
    return std::string(key);
}

bool is_reserved_extxyz_word(std::string_view word) {
    return is_one_of(lower(word), {"properties",
                                   "lattice",
                                   "cell",
                                   "pbc",
                                   "name",
                                   "kind",
                                   "outcome",
                                   "reason",
                                   "species",
                                   "symbols",
                                   "symbol",
                                   "element",
                                   "z",
                                   "numbers",
                                   "pos",
                                   "position",
                                   "positions",
                                   "velo",
                                   "vel",
                                   "velocity",
                                   "velocities",
                                   "momenta",
                                   "mass",
                                   "masses",
                                   "force",
                                   "forces",
                                   "atomic_numbers",
                                   "atomic_masses"});
}

// Field names end up as paths in stores, so they are plain words.
bool can_name_extxyz_field(std::string_view name) {
    auto const letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    if (name.empty() || name.size() > longest_field_name || !letter(name[0])) return false;
    return std::all_of(name.begin(), name.end(), [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
}

std::string find_extxyz_name(std::string_view comment) {
    if (!HeaderBuilder::has_keys(comment)) return "";
    try {
        for (ExtxyzValue const& value : parse_extxyz_comment(comment))
            if (value.key == "name") return value.text;
    } catch (InputError const&) {
        return "";
    }
    return "";
}

void check_extxyz_cell(ExtxyzHeader const& header) {
    auto const& h = header.cell;
    if (!std::all_of(h.begin(), h.end(), [](double x) { return std::isfinite(x); }))
        throw InputError("the cell has a number that is not finite; correct Lattice");
    if (!header.pbc[0] && !header.pbc[1] && !header.pbc[2]) return;
    if (std::all_of(h.begin(), h.end(), [](double x) { return x == 0.0; }))
        throw InputError(
            "a direction is periodic but there is no cell; add Lattice=\"...\" or set "
            "pbc=\"F F F\"");
    double const volume = h[0] * (h[4] * h[8] - h[5] * h[7]) - h[1] * (h[3] * h[8] - h[5] * h[6]) +
                          h[2] * (h[3] * h[7] - h[4] * h[6]);
    double lengths = 1.0;
    for (int i = 0; i < 3; ++i) lengths *= std::hypot(h[3 * i], h[3 * i + 1], h[3 * i + 2]);
    // Below this the three vectors lie in a plane as far as double precision can tell.
    constexpr double flat = 1e-12;
    if (!std::isfinite(volume) || !std::isfinite(lengths) || !(std::abs(volume) > flat * lengths) ||
        std::abs(volume) < 1e-300)
        throw InputError(fmt::format(
            "the cell has volume {} Å³ but periodic directions; give three independent lattice "
            "vectors (an open direction needs one too)",
            volume));
}

}  // namespace athanor
