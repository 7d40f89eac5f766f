// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/help.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "launch/reference/config_schema.hpp"
#include "launch/reference/configuration_page.hpp"
#include "launch/reference/key_help.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

void write_reference(std::filesystem::path const& folder,
                     std::vector<CommandFacts> const& commands) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    for (auto const& [name, text] : {std::pair{"configuration.md", configuration_page()},
                                     {"commands.md", commands_page(commands)},
                                     {"athanor.schema.json", config_schema()},
                                     {"athanor.1", man_page(commands)},
                                     {"athanor.bash", bash_completion(commands)}}) {
        std::ofstream file(folder / name, std::ios::binary);
        file << text;
        file.close();
        if (!file)
            throw StorageError(fmt::format("{}: cannot be written; give a folder of your own",
                                           (folder / name).string()));
    }
}

}  // namespace

int help(HelpCommand const& command, std::vector<CommandFacts> const& commands) {
    if (!command.write_folder.empty()) {
        if (!command.topic.empty())
            throw ConfigError("help: --write writes everything; give it, or a key");
        write_reference(command.write_folder, commands);
        return 0;
    }
    if (!command.topic.empty()) {
        fmt::print("{}", explain_key(command.topic));
        return 0;
    }
    fmt::print("Commands\n");
    for (CommandFacts const& known : commands)
        if (!known.name.empty()) fmt::print("  {:<12}{}\n", known.name, known.help);
    fmt::print(
        "\n{}\nathanor help COMMAND prints its options, athanor help KEY what a key or word "
        "means.\n",
        list_topics());
    return 0;
}

int schema() {
    fmt::print("{}", config_schema());
    return 0;
}

}  // namespace athanor
