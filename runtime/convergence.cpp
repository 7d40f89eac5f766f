// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/convergence.hpp"

#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {

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
