// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/batch.hpp"
#include "runtime/row_reduction.hpp"

namespace athanor {

/// One condition: the largest row value of `field` over the sample is at most `threshold`.
struct Criterion {
    std::string field = "forces";
    RowReduction reduction = RowReduction::norm;
    double threshold = 0.05;  ///< in the field's unit
    bool operator==(Criterion const&) const = default;
};

/// The usual criterion: no atom feels more than `threshold` [eV/Å].
[[nodiscard]] Criterion fmax_criterion(double threshold);

/// A condition in C++: whether a system is done. Must look at that system's rows alone, so that its
/// batch mates do not matter.
using ConvergencePredicate = std::function<bool(Batch const&, SystemIndex)>;

/// Criteria and predicates that must all hold (AND). Without any nothing ever converges.
/// Order:   the answer for a system depends on its own rows alone; NaN never meets a criterion.
class Convergence {
public:
    /// Throws ConfigError when a criterion names a field that the schema lacks or that has no
    /// floating-point elements.
    Convergence(std::vector<Criterion> criteria, Schema const& schema,
                std::vector<ConvergencePredicate> predicates = {});

    [[nodiscard]] bool empty() const { return criteria_.empty() && predicates_.empty(); }
    [[nodiscard]] bool holds(Batch const& batch, SystemIndex system) const;

    [[nodiscard]] std::vector<Criterion> const& criteria() const { return criteria_; }
    [[nodiscard]] std::vector<FieldIndex> const& fields() const { return fields_; }
    [[nodiscard]] bool has_predicates() const { return !predicates_.empty(); }

private:
    std::vector<Criterion> criteria_;
    std::vector<FieldIndex> fields_;
    std::vector<ConvergencePredicate> predicates_;
};

}  // namespace athanor
