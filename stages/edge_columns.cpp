// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/edge_columns.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/parallel_for.hpp"

namespace athanor {
namespace {

constexpr char const* pairs_name = "neighbor_list";
constexpr char const* shifts_name = "neighbor_list_shifts";

}  // namespace

std::vector<FieldSpec> EdgeColumns::fields() {
    return {{pairs_name, Level::edge, Dtype::int64, {2}, "", FieldRole::user},
            {shifts_name, Level::edge, Dtype::int32, {3}, "", FieldRole::user}};
}

std::size_t EdgeColumns::fill(Batch& batch, std::span<SystemIndex const> systems) {
    FieldIndex const pairs = *batch.schema().find(pairs_name);
    FieldIndex const shifts = *batch.schema().find(shifts_name);
    BatchView const view = batch.view();
    std::size_t filled = 0;
    while (filled < systems.size()) {
        auto const group = next_group(batch, systems.subspan(filled));
        parallel_for_systems(static_cast<int>(group.size()), [&](int k) {
            auto const at = static_cast<std::size_t>(k);
            find_edges(view, group[at], cutoff_, found_[at]);
        });
        for (std::size_t k = 0; k < group.size(); ++k, ++filled) {
            std::size_t const edges = found_[k].found.size();
            auto const room = batch.capacity().edges - batch.used_edges();
            edges_per_atom_ =
                std::max(edges_per_atom_, static_cast<double>(edges) / batch.atom_count(group[k]));
            if (edges > static_cast<std::size_t>(room)) return filled;
            batch.resize_edges(group[k], static_cast<int>(edges));
            write_edges(found_[k], batch.values<std::int64_t>(pairs, group[k]).data(),
                        batch.values<std::int32_t>(shifts, group[k]).data());
        }
    }
    return filled;
}

std::span<SystemIndex const> EdgeColumns::next_group(Batch const& batch,
                                                     std::span<SystemIndex const> rest) const {
    double left = batch.capacity().edges - batch.used_edges();
    std::size_t count = 0;
    while (count < std::min(group_size, rest.size())) {
        left -= edges_per_atom_ * batch.atom_count(rest[count]);
        if (count > 0 && !(left > 0.0)) break;
        ++count;
        if (edges_per_atom_ == 0.0) break;  // the first one tells
    }
    return rest.first(count);
}

void EdgeColumns::clear(Batch& batch, std::span<SystemIndex const> systems) {
    for (SystemIndex const system : systems) batch.resize_edges(system, 0);
}

void EdgeColumns::fire(Hook& hook, HookContext& context) {
    for (std::span<SystemIndex const> rest = context.systems; !rest.empty();) {
        std::size_t const count = fill(context.batch, rest);
        if (count == 0) {
            context.fail(rest[0], misfit(context.batch, rest[0]));
            rest = rest.subspan(1);
            continue;
        }
        context.systems = rest.first(count);
        hook.fire(context);
        clear(context.batch, context.systems);
        rest = rest.subspan(count);
    }
}

std::string EdgeColumns::misfit(Batch& batch, SystemIndex system) {
    find_edges(batch.view(), system, cutoff_, found_[0]);
    std::size_t const edges = found_[0].found.size();
    if (edges <= static_cast<std::size_t>(batch.capacity().edges)) return {};
    return fmt::format(
        "its {} edges are more than the {} that a batch holds; raise /sampler/max_edges to {} or "
        "more, or leave out store_edges",
        edges, batch.capacity().edges, edges);
}

}  // namespace athanor
