// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/ids.hpp"

namespace athanor {

/// What one row of a field belongs to.
enum class Level : std::uint8_t { atom, edge, system };

/// Element types that fields can have; names in files follow Zarr ("float64", "bool" ...).
enum class Dtype : std::uint8_t {
    float64,
    float32,
    int64,
    int32,
    int16,
    int8,
    uint64,
    uint32,
    uint16,
    uint8,
    boolean
};

/// Who declared a field, and so how long it lives.
enum class FieldRole : std::uint8_t {
    built_in,  ///< always there; travels and is stored
    user,      ///< a custom column or key of the input; travels and is stored like a built-in one
    state      ///< state of one stage's dynamics; dropped when the sample leaves that stage
};

[[nodiscard]] std::size_t size_of(Dtype dtype);
[[nodiscard]] std::string_view name_of(Dtype dtype);
[[nodiscard]] std::string_view name_of(Level level);
[[nodiscard]] std::optional<Dtype> dtype_from_name(std::string_view name);

/// A typed, named column over atoms, edges or systems.
/// Shapes: one row has `shape` elements in C order; {} is a scalar per row.
/// Units:  the internal system (units.hpp); `unit` is for people and file headers.
struct FieldSpec {
    std::string name;
    Level level = Level::atom;
    Dtype dtype = Dtype::float64;
    std::vector<int> shape;
    std::string unit;
    FieldRole role = FieldRole::built_in;

    [[nodiscard]] int elements_per_row() const;
    [[nodiscard]] std::size_t bytes_per_row() const { return elements_per_row() * size_of(dtype); }
    bool operator==(FieldSpec const&) const = default;
};

/// The fields of a campaign, fixed when it starts. The first ones are always the built-in fields,
/// in the order of `Fields`, so that kernels find them without a search.
class Schema {
public:
    /// The built-in fields followed by `more`. Throws ConfigError when a name appears twice.
    explicit Schema(std::vector<FieldSpec> more = {});

    [[nodiscard]] std::vector<FieldSpec> const& fields() const { return fields_; }
    [[nodiscard]] FieldSpec const& field(FieldIndex index) const { return fields_[index.value()]; }
    [[nodiscard]] int field_count() const { return static_cast<int>(fields_.size()); }
    [[nodiscard]] std::size_t bytes_per_row(FieldIndex index) const {
        return bytes_per_row_[index.value()];
    }
    [[nodiscard]] Level level(FieldIndex index) const { return levels_[index.value()]; }
    [[nodiscard]] std::optional<FieldIndex> find(std::string_view name) const;
    /// Bytes of all rows that one atom, edge or system takes.
    [[nodiscard]] std::size_t bytes_per_row(Level level) const;
    /// The built-in and user fields alone: what travels between stages.
    [[nodiscard]] Schema without_state() const;
    /// This schema with `more` appended (a field that is already there in the same form is kept).
    [[nodiscard]] Schema with(std::vector<FieldSpec> const& more) const;
    /// Equal for equal lists of fields, on every machine; peers compare it before they talk.
    [[nodiscard]] std::uint64_t fingerprint() const;

private:
    std::vector<FieldSpec> fields_;
    // By field, side by side: asked for with every row that moves.
    std::vector<std::size_t> bytes_per_row_;
    std::vector<Level> levels_;
};

using SchemaPtr = std::shared_ptr<Schema const>;

/// Indices of the built-in fields. Shapes and units:
///   positions [3] Å, velocities [3] sqrt(eV/amu), forces [3] eV/Å, atomic_masses amu,
///   atomic_numbers int64, cell [3,3] Å (rows are lattice vectors; zeros without a cell), pbc [3]
///   bool, energy [1] eV, stress [3,3] eV/Å³ (tension positive; NaN where undefined),
///   system_id [1] int64, status [1] int64 (position of the sub-stage inside its element),
///   stage [1] int32 (StageId), stage_step [1] int64 (steps completed in this stage),
///   total_steps [1] int64 (over all stages), outcome [1] uint8 (Outcome),
///   velocities_given [1] uint8 (1 when the input carried velocities or momenta),
///   degrees_of_freedom [1] int64 (of the motion in this stage; set at admission),
///   stored_rows [1] int64 (rows of this sample that hooks have put into sinks that keep them).
struct Fields {
    static constexpr FieldIndex positions{0};
    static constexpr FieldIndex velocities{1};
    static constexpr FieldIndex forces{2};
    static constexpr FieldIndex atomic_masses{3};
    static constexpr FieldIndex atomic_numbers{4};
    static constexpr FieldIndex cell{5};
    static constexpr FieldIndex pbc{6};
    static constexpr FieldIndex energy{7};
    static constexpr FieldIndex stress{8};
    static constexpr FieldIndex system_id{9};
    static constexpr FieldIndex status{10};
    static constexpr FieldIndex stage{11};
    static constexpr FieldIndex stage_step{12};
    static constexpr FieldIndex total_steps{13};
    static constexpr FieldIndex outcome{14};
    static constexpr FieldIndex velocities_given{15};
    static constexpr FieldIndex degrees_of_freedom{16};
    static constexpr FieldIndex stored_rows{17};
    static constexpr int count = 18;
};

}  // namespace athanor
