// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/merge.hpp"

#include <fmt/format.h>

#include "launch/shards.hpp"

namespace athanor {

int merge(MergeCommand const& command) {
    Config const config = load_config(command.config, command.overrides);
    for (std::string const& line : merge_shards(config, command.shards, command.overwrite))
        fmt::print("{}\n", line);
    return 0;
}

}  // namespace athanor
