// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/field.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

struct DtypeInfo {
    Dtype dtype;
    std::string_view name;
    std::size_t size;
};

constexpr std::array<DtypeInfo, 11> dtype_table{{{Dtype::float64, "float64", 8},
                                                 {Dtype::float32, "float32", 4},
                                                 {Dtype::int64, "int64", 8},
                                                 {Dtype::int32, "int32", 4},
                                                 {Dtype::int16, "int16", 2},
                                                 {Dtype::int8, "int8", 1},
                                                 {Dtype::uint64, "uint64", 8},
                                                 {Dtype::uint32, "uint32", 4},
                                                 {Dtype::uint16, "uint16", 2},
                                                 {Dtype::uint8, "uint8", 1},
                                                 {Dtype::boolean, "bool", 1}}};

std::vector<FieldSpec> built_in_fields() {
    return {
        {"positions", Level::atom, Dtype::float64, {3}, "angstrom"},
        {"velocities", Level::atom, Dtype::float64, {3}, "sqrt(eV/amu)"},
        {"forces", Level::atom, Dtype::float64, {3}, "eV/angstrom"},
        {"atomic_masses", Level::atom, Dtype::float64, {}, "amu"},
        {"atomic_numbers", Level::atom, Dtype::int64, {}, ""},
        {"cell", Level::system, Dtype::float64, {3, 3}, "angstrom"},
        {"pbc", Level::system, Dtype::boolean, {3}, ""},
        {"energy", Level::system, Dtype::float64, {1}, "eV"},
        {"stress", Level::system, Dtype::float64, {3, 3}, "eV/angstrom^3"},
        {"system_id", Level::system, Dtype::int64, {1}, ""},
        {"status", Level::system, Dtype::int64, {1}, ""},
        {"stage", Level::system, Dtype::int32, {1}, ""},
        {"stage_step", Level::system, Dtype::int64, {1}, ""},
        {"total_steps", Level::system, Dtype::int64, {1}, ""},
        {"outcome", Level::system, Dtype::uint8, {1}, ""},
        {"velocities_given", Level::system, Dtype::uint8, {1}, ""},
        {"degrees_of_freedom", Level::system, Dtype::int64, {1}, ""},
        {"stored_rows", Level::system, Dtype::int64, {1}, ""},
    };
}

}  // namespace

std::size_t size_of(Dtype dtype) { return dtype_table[static_cast<std::size_t>(dtype)].size; }

std::string_view name_of(Dtype dtype) { return dtype_table[static_cast<std::size_t>(dtype)].name; }

std::string_view name_of(Level level) {
    switch (level) {
        case Level::atom:
            return "atom";
        case Level::edge:
            return "edge";
        case Level::system:
            return "system";
    }
    return "?";
}

std::optional<Dtype> dtype_from_name(std::string_view name) {
    for (DtypeInfo const& info : dtype_table)
        if (info.name == name) return info.dtype;
    return std::nullopt;
}

int FieldSpec::elements_per_row() const {
    int product = 1;
    for (int extent : shape) product *= extent;
    return product;
}

Schema::Schema(std::vector<FieldSpec> more) : fields_(built_in_fields()) {
    for (FieldSpec& spec : more) {
        if (find(spec.name))
            throw ConfigError(fmt::format("field \"{}\" is declared twice", spec.name));
        fields_.push_back(std::move(spec));
    }
    for (FieldSpec const& spec : fields_) {
        bytes_per_row_.push_back(spec.bytes_per_row());
        levels_.push_back(spec.level);
    }
}

std::optional<FieldIndex> Schema::find(std::string_view name) const {
    auto const found =
        std::find_if(fields_.begin(), fields_.end(), [&](auto const& f) { return f.name == name; });
    if (found == fields_.end()) return std::nullopt;
    return FieldIndex{static_cast<std::int32_t>(found - fields_.begin())};
}

std::size_t Schema::bytes_per_row(Level level) const {
    std::size_t bytes = 0;
    for (FieldSpec const& spec : fields_)
        if (spec.level == level) bytes += spec.bytes_per_row();
    return bytes;
}

Schema Schema::without_state() const {
    std::vector<FieldSpec> kept;
    for (auto f = fields_.begin() + Fields::count; f != fields_.end(); ++f)
        if (f->role != FieldRole::state) kept.push_back(*f);
    return Schema(std::move(kept));
}

Schema Schema::with(std::vector<FieldSpec> const& more) const {
    std::vector<FieldSpec> extra(fields_.begin() + Fields::count, fields_.end());
    for (FieldSpec const& spec : more) {
        auto const here = find(spec.name);
        if (here && field(*here) == spec) continue;
        if (std::find(extra.begin(), extra.end(), spec) != extra.end()) continue;
        extra.push_back(spec);
    }
    return Schema(std::move(extra));
}

std::uint64_t Schema::fingerprint() const {
    std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a, 64 bits
    auto const mix = [&hash](std::string_view text) {
        for (unsigned char byte : text) hash = (hash ^ byte) * 1099511628211ULL;
    };
    for (FieldSpec const& spec : fields_) {
        mix(spec.name);
        mix(name_of(spec.level));
        mix(name_of(spec.dtype));
        for (int extent : spec.shape) mix(std::to_string(extent) + ",");
        mix(";");
    }
    return hash;
}

}  // namespace athanor
