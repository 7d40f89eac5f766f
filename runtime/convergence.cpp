// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/convergence.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

/// Nothing converges on a NaN: every comparison below lets it through to the result.
double reduce_row(double const* row, int elements, RowReduction reduction) {
    double value = reduction == RowReduction::max   ? -std::numeric_limits<double>::infinity()
                   : reduction == RowReduction::min ? std::numeric_limits<double>::infinity()
                                                    : 0.0;
    for (int e = 0; e < elements; ++e) {
        double const x = row[e];
        if (std::isnan(x)) return x;
        switch (reduction) {
            case RowReduction::norm:
                value += x * x;
                break;
            case RowReduction::max_abs:
                value = std::fmax(value, std::fabs(x));
                break;
            case RowReduction::max:
                value = std::fmax(value, x);
                break;
            case RowReduction::min:
                value = std::fmin(value, x);
                break;
            case RowReduction::sum:
            case RowReduction::mean:
                value += x;
                break;
        }
    }
    if (reduction == RowReduction::norm) return std::sqrt(value);
    if (reduction == RowReduction::mean) return value / elements;
    return value;
}

}  // namespace

Criterion fmax_criterion(double threshold) {
    return {.field = "forces", .reduction = RowReduction::norm, .threshold = threshold};
}

Convergence::Convergence(std::vector<Criterion> criteria, Schema const& schema,
                         std::vector<ConvergencePredicate> predicates)
    : criteria_(std::move(criteria)), predicates_(std::move(predicates)) {
    for (Criterion const& criterion : criteria_) {
        auto const field = schema.find(criterion.field);
        if (!field)
            throw ConfigError(
                fmt::format("convergence on \"{}\": there is no such field; give a "
                            "field of the batch, for example \"forces\"",
                            criterion.field));
        if (schema.field(*field).dtype != Dtype::float64)
            throw ConfigError(fmt::format(
                "convergence on \"{}\": its elements are {}; give a field of float64 elements",
                criterion.field, name_of(schema.field(*field).dtype)));
        fields_.push_back(*field);
    }
}

bool Convergence::holds(Batch const& batch, SystemIndex system) const {
    if (empty()) return false;
    for (std::size_t c = 0; c < criteria_.size(); ++c) {
        FieldSpec const& spec = batch.schema().field(fields_[c]);
        int const elements = spec.elements_per_row();
        auto const* row = reinterpret_cast<double const*>(batch.rows(fields_[c], system));
        auto const* const end = row + batch.row_bytes(fields_[c], system) / sizeof(double);
        for (; row != end; row += elements)
            if (!(reduce_row(row, elements, criteria_[c].reduction) <= criteria_[c].threshold))
                return false;
    }
    for (ConvergencePredicate const& predicate : predicates_)
        if (!predicate(batch, system)) return false;
    return true;
}

}  // namespace athanor
