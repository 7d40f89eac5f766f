// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/validate.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "launch/config_words.hpp"
#include "launch/readable.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

std::string_view word_of_dynamics(DynamicsSpec const& dynamics) {
    struct Word {
        std::string_view operator()(SinglePointOptions const&) const { return "single_point"; }
        std::string_view operator()(NveOptions const&) const { return "nve"; }
        std::string_view operator()(NvtLangevinOptions const&) const { return "nvt_langevin"; }
        std::string_view operator()(FireOptions const&) const { return "fire"; }
    };
    return std::visit(Word{}, dynamics);
}

void check_ranks(int ranks, std::size_t elements) {
    if (ranks == 1 || static_cast<std::size_t>(ranks) == elements) return;
    throw ConfigError(fmt::format("--ranks {}: the pipeline has {} element{}; give {}", ranks,
                                  elements, elements == 1 ? "" : "s",
                                  elements == 1 ? "1" : fmt::format("{} ranks, or 1", elements)));
}

}  // namespace

int validate(ValidateCommand const& command) {
    Config const config = load_config(command.config, command.overrides);
    std::size_t const elements = config.pipeline.elements.size();
    if (command.ranks) check_ranks(*command.ranks, elements);

    bool const spread = command.ranks.value_or(static_cast<int>(elements)) > 1;
    std::vector<std::vector<std::string>> rows{{"stage", "dynamics", "rank"}};
    for (std::size_t e = 0; e < elements; ++e)
        for (StageSpec const& stage : config.pipeline.elements[e].stages)
            rows.push_back({stage.name, std::string(word_of_dynamics(stage.dynamics)),
                            fmt::format("{}", spread ? e : 0)});
    fmt::print("{}: valid\n\n", command.config);
    for (std::string const& line : align_columns(rows)) fmt::print("  {}\n", line);
    fmt::print("\n  batch    {} systems, {} atoms\n", config.sampler.max_systems,
               config.sampler.max_atoms);
    fmt::print("  buffers  {} slots of {} systems, {} atoms, {}\n", config.buffers.slots,
               config.buffers.systems, config.buffers.atoms, detail::word_of(config.buffers.mode));
    fmt::print("  ranks    {}\n", elements == 1 ? "1" : fmt::format("{}, or 1", elements));
    fmt::print("  physics  {:016x}\n", physics_hash(config));
    return 0;
}

}  // namespace athanor
