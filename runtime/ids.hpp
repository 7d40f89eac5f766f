// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace athanor {

/// An integer with a meaning: two kinds of id do not mix, and no arithmetic happens by accident.
template <class Tag, class Integer>
class StrongId {
public:
    using value_type = Integer;
    constexpr StrongId() = default;
    constexpr explicit StrongId(Integer value) : value_(value) {}
    [[nodiscard]] constexpr Integer value() const { return value_; }
    constexpr auto operator<=>(StrongId const&) const = default;

private:
    Integer value_{-1};
};

/// Ordinal of a sample's frame in the input, from 0, before any selection.
using SampleId = StrongId<struct SampleIdTag, std::int64_t>;
/// Position of a stage in the flattened pipeline: `[{fuse:[a,b]}, c]` is 0, 1, 2.
using StageId = StrongId<struct StageIdTag, std::int32_t>;
/// Row of a system in a batch; valid until the next removal.
using SystemIndex = StrongId<struct SystemIndexTag, std::int32_t>;
/// Position of a field in a schema.
using FieldIndex = StrongId<struct FieldIndexTag, std::int32_t>;
/// One process of the job, as MPI counts them.
using Rank = StrongId<struct RankTag, std::int32_t>;
/// One producer-to-consumer connection of the pipeline.
using EdgeId = StrongId<struct EdgeIdTag, std::int32_t>;
/// Steps that one sample has completed in its stage.
using Step = StrongId<struct StepTag, std::int64_t>;

}  // namespace athanor

template <class Tag, class Integer>
struct std::hash<athanor::StrongId<Tag, Integer>> {
    std::size_t operator()(athanor::StrongId<Tag, Integer> id) const noexcept {
        return std::hash<Integer>{}(id.value());
    }
};
