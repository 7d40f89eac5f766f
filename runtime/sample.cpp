// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/sample.hpp"

#include <utility>

namespace athanor {

Sample::Sample(SchemaPtr schema, SampleId id, std::string name, int atom_count, int edge_count)
    : schema_(std::move(schema)),
      id_(id),
      name_(std::move(name)),
      atom_count_(atom_count),
      edge_count_(edge_count) {
    ATHANOR_EXPECTS(schema_ != nullptr && atom_count >= 0 && edge_count >= 0);
    columns_.reserve(schema_->fields().size());
    for (FieldSpec const& spec : schema_->fields())
        columns_.emplace_back(rows(spec.level) * spec.bytes_per_row());
    values<std::int64_t>(Fields::system_id)[0] = id_.value();
}

int Sample::rows(Level level) const {
    switch (level) {
        case Level::atom:
            return atom_count_;
        case Level::edge:
            return edge_count_;
        case Level::system:
            return 1;
    }
    return 0;
}

}  // namespace athanor
