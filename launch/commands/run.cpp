// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/run.hpp"

#include <fmt/format.h>

#include "launch/campaign.hpp"
#include "launch/nearest_word.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

ProgressMode progress_mode(std::string const& word) {
    if (word == "auto") return ProgressMode::automatic;
    if (word == "plain") return ProgressMode::plain;
    if (word == "off") return ProgressMode::off;
    throw ConfigError(fmt::format("--progress: \"{}\" is no way to show progress; give {}", word,
                                  known_words(word, {"auto", "plain", "off"})));
}

}  // namespace

int run(RunCommand const& command) {
    RunOptions const options{.overwrite = command.overwrite,
                             .progress = progress_mode(command.progress)};
    return run_campaign(load_config(command.config, command.overrides), options);
}

}  // namespace athanor
