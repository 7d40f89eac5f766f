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

}  // namespace

int validate(ValidateCommand const& command) {
    Config const config = load_config(command.config, command.overrides);
    int const elements = static_cast<int>(config.pipeline.elements.size());
    Placement const placement(config.pipeline, command.ranks.value_or(elements));
    CampaignPlan const plan = make_campaign_plan(config);

    std::vector<std::vector<std::string>> rows{{"stage", "dynamics", "rank", "writes to"}};
    for (int e = 0; e < elements; ++e)
        for (StageSpec const& stage : config.pipeline.elements[e].stages)
            rows.push_back({stage.name, std::string(word_of_dynamics(stage.dynamics)),
                            fmt::format("{}", placement.rank_of(e).value()),
                            fmt::format("{}", fmt::join(sinks_of_element(config, e), ", "))});
    fmt::print("{}: valid\n\n", command.config);
    for (std::string const& line : align_columns(rows)) fmt::print("  {}\n", line);
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
    if (elements > 1) {
        SlotRoom const room = slot_room(*plan.schema, checked(buffer_config(plan)));
        fmt::print("  buffers  {} slots of {} systems, {} atoms, {}: {} on each side of an edge\n",
                   config.buffers.slots, config.buffers.systems, config.buffers.atoms,
                   detail::word_of(config.buffers.mode),
                   readable_bytes(room.payload_bytes * static_cast<std::size_t>(room.slots)));
    }
    fmt::print("  ranks    {}\n", elements == 1 ? "1" : fmt::format("{}, or 1", elements));
    fmt::print("  physics  {:016x}\n", physics_hash(config));
    for (std::string const& note : plan.notes) fmt::print("  note     {}\n", note);
    return 0;
}

}  // namespace athanor
