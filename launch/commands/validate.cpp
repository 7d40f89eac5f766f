// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/validate.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "launch/campaign_plan.hpp"
#include "launch/config_words.hpp"
#include "launch/placement.hpp"
#include "launch/readable.hpp"

namespace athanor {
namespace {

std::string_view word_of_dynamics(DynamicsSpec const& dynamics) {
    struct Word {
        std::string_view operator()(SinglePointOptions const&) const { return "single_point"; }
        std::string_view operator()(NptOptions const&) const { return "npt"; }
        std::string_view operator()(NphOptions const&) const { return "nph"; }
        std::string_view operator()(DemoOptions const&) const { return "demo"; }
        std::string_view operator()(NveOptions const&) const { return "nve"; }
        std::string_view operator()(NvtLangevinOptions const&) const { return "nvt_langevin"; }
        std::string_view operator()(NvtNoseHooverOptions const&) const { return "nvt_nose_hoover"; }
        std::string_view operator()(FireOptions const&) const { return "fire"; }
        std::string_view operator()(Fire2Options const&) const { return "fire2"; }
        std::string_view operator()(LbfgsOptions const&) const { return "lbfgs"; }
        std::string_view operator()(FireVariableCellOptions const&) const {
            return "fire_variable_cell";
        }
        std::string_view operator()(Fire2VariableCellOptions const&) const {
            return "fire2_variable_cell";
        }
    };
    return std::visit(Word{}, dynamics);
}

std::string readable_bytes(std::size_t bytes) {
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

std::vector<int> nodes_of_ranks(int ranks, std::optional<int> ranks_per_node) {
    std::vector<int> nodes;
    for (int rank = 0; rank < ranks; ++rank) nodes.push_back(rank / ranks_per_node.value_or(ranks));
    return nodes;
}

/// Who is where: one row per stage, the ranks of its instances in their order.
std::vector<std::vector<std::string>> placement_rows(Config const& config,
                                                     Placement const& placement,
                                                     std::vector<int> const& nodes) {
    bool const many_nodes = nodes.back() > 0;
    std::vector<std::vector<std::string>> rows{{"stage", "dynamics", "rank", "writes to"}};
    if (many_nodes) rows[0].insert(rows[0].begin() + 3, "node");
    for (int e = 0; e < static_cast<int>(config.pipeline.elements.size()); ++e) {
        std::vector<int> ranks, places;
        for (Rank const rank : placement.ranks_of_element(e)) {
            ranks.push_back(rank.value());
            places.push_back(nodes[rank.value()]);
        }
        for (StageSpec const& stage : config.pipeline.elements[e].stages) {
            rows.push_back({stage.name, std::string(word_of_dynamics(stage.dynamics)),
                            fmt::format("{}", fmt::join(ranks, " ")),
                            fmt::format("{}", fmt::join(sinks_of_element(config, e), ", "))});
            if (many_nodes)
                rows.back().insert(rows.back().begin() + 3,
                                   fmt::format("{}", fmt::join(places, " ")));
        }
    }
    return rows;
}

}  // namespace

void print_plan(std::string const& label, CampaignPlan const& plan, std::vector<int> const& nodes) {
    Config const& config = plan.config;
    int const elements = static_cast<int>(config.pipeline.elements.size());
    int const instances = instance_count(config.pipeline);
    Placement const placement(config.pipeline, nodes);

    fmt::print("{}: valid\n\n", label);
    for (std::string const& line : align_columns(placement_rows(config, placement, nodes)))
        fmt::print("  {}\n", line);
    fmt::print("\n  input    {} frames, {} take part with {} atoms, the largest {}; {} bad\n",
               plan.frame_count, plan.selected_count, plan.atom_total, plan.largest_atom_count,
               plan.bad_frame_count);
    BatchCapacity const batch = batch_capacity(plan, 0);
    std::size_t const batch_bytes = batch.systems * plan.schema->bytes_per_row(Level::system) +
                                    batch.atoms * plan.schema->bytes_per_row(Level::atom);
    fmt::print("  batch    {} systems, {} atoms: {} for each stage, before neighbours\n",
               batch.systems, batch.atoms, readable_bytes(batch_bytes));
    for (int e = 0; e < elements; ++e)
        if (int const edges = batch_capacity(plan, e).edges; edges > config.buffers.edges)
            fmt::print("  edges    {} stores them, room for {}: {}\n",
                       element_name(config.pipeline.elements[e]), edges,
                       readable_bytes(edges * plan.schema->bytes_per_row(Level::edge)));
    if (!placement.edges().empty()) {
        SlotRoom const room = slot_room(*plan.schema, checked(buffer_config(plan)));
        bool const nccl = config.buffers.transport == SlotTransport::nccl;
        fmt::print(
            "  buffers  {} slots of {} systems, {} atoms, {}{}: {} on each side of an edge\n",
            config.buffers.slots, config.buffers.systems, config.buffers.atoms,
            detail::word_of(config.buffers.mode), nccl ? ", over NCCL" : "",
            readable_bytes(room.payload_bytes * static_cast<std::size_t>(room.slots)));
    }
    fmt::print("  ranks    {}\n", instances == 1 ? "1" : fmt::format("{}, or 1", instances));
    fmt::print("  physics  {:016x}\n", physics_hash(config));
    for (std::string const& note : plan.notes) fmt::print("  note     {}\n", note);
}

int validate(ValidateCommand const& command) {
    Config const config = load_config(command.config, command.overrides);
    std::vector<int> const nodes = nodes_of_ranks(
        command.ranks.value_or(instance_count(config.pipeline)), command.ranks_per_node);
    static_cast<void>(Placement(config.pipeline, nodes));  // before the input is read
    print_plan(command.config, make_campaign_plan(config), nodes);
    return 0;
}

}  // namespace athanor
