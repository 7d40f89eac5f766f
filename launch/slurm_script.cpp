// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/slurm_script.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

[[noreturn]] void refuse_time(std::string const& time) {
    throw ConfigError(fmt::format(
        "--time: \"{}\" is no time limit of Slurm; give minutes, HOURS:MINUTES:SECONDS or "
        "DAYS-HOURS (30, 04:00:00, 2-12)",
        time));
}

void refuse_line_ends(std::string const& what, std::string const& text) {
    if (text.find_first_of("\n\r") != std::string::npos)
        throw ConfigError(
            fmt::format("{}: \"{}\" has more than one line; give it once for each", what, text));
}

/// A value behind #SBATCH, where Slurm itself takes off the quotes.
std::string directive(std::string const& option, std::string const& value) {
    refuse_line_ends(option, value);
    bool const plain = std::ranges::all_of(value, [](unsigned char c) {
        return std::isalnum(c) ||
               std::string_view("-_.,:/@%+=").find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (plain) return fmt::format("#SBATCH {}={}\n", option, value);
    std::string quoted;
    for (char const c : value)
        quoted += c == '"' || c == '\\' ? fmt::format("\\{}", c) : std::string(1, c);
    return fmt::format("#SBATCH {}=\"{}\"\n", option, quoted);
}

std::string optional_directive(std::string const& option, std::string const& value) {
    return value.empty() ? "" : directive(option, value);
}

std::string comment(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return std::iscntrl(c); }, '?');
    return "# " + text + "\n";
}

/// What a script asks for by itself, and how to say it otherwise. Slurm takes the last of two, and
/// the job that joins shards has the further options as well.
struct OwnOption {
    std::string_view name;
    std::string_view short_name;  ///< empty: it has none
    std::string_view instead;
};

constexpr OwnOption own_options[] = {
    {"--array", "-a", "--array"},
    {"--nodes", "-N", "--nodes"},
    {"--ntasks", "-n", "--ranks"},
    {"--ntasks-per-node", "", "--nodes"},
    {"--cpus-per-task", "-c", "--cpus-per-task"},
    {"--gpus-per-node", "", "--gpus-per-node"},
    {"--mem", "", "--memory"},
    {"--time", "-t", "--time"},
    {"--partition", "-p", "--partition"},
    {"--account", "-A", "--account"},
    {"--job-name", "-J", "--name"},
    {"--output", "-o", "--log"},
    {"--signal", "", "--warning"},
    {"--requeue", "", "--max-requeues"},
    {"--no-requeue", "", "--max-requeues 0"},
    {"--open-mode", "", "another --log"},
};

bool names(std::string_view line, OwnOption const& option) {
    std::string_view const word = line.substr(0, line.find_first_of(" ="));
    // Of a short option the value may follow without a blank.
    return word == option.name ||
           (!option.short_name.empty() && line.starts_with(option.short_name));
}

void refuse_own_options(std::string const& line) {
    for (OwnOption const& option : own_options)
        if (names(line, option))
            throw ConfigError(
                fmt::format("--sbatch: {} is what the script says by itself; give {} to athanor "
                            "slurm in place of {}",
                            option.name, option.instead, line));
}

/// Name, place, limit: what both kinds of job ask for.
std::string common_directives(SlurmOptions const& options) {
    std::string text = directive("--job-name", options.name);
    text += optional_directive("--partition", options.partition);
    text += optional_directive("--account", options.account);
    text += optional_directive("--time", options.time);
    text += optional_directive("--output", options.log);
    text += "#SBATCH --open-mode=append\n";
    for (std::string const& line : options.directives) {
        refuse_line_ends("--sbatch", line);
        refuse_own_options(line);
        text += fmt::format("#SBATCH {}\n", line);
    }
    return text;
}

std::string campaign_directives(SlurmOptions const& options) {
    std::string text = directive("--nodes", std::to_string(options.nodes));
    text += directive("--ntasks", std::to_string(options.ranks));
    // Otherwise srun warns, and fills the nodes as evenly as it can.
    if (options.ranks % options.nodes == 0)
        text += directive("--ntasks-per-node", std::to_string(options.ranks / options.nodes));
    text += directive("--cpus-per-task", std::to_string(options.cpus_per_rank));
    if (options.gpus_per_node > 0)
        text += directive("--gpus-per-node", std::to_string(options.gpus_per_node));
    text += optional_directive("--mem", options.memory_per_node);
    if (options.shards > 0) text += directive("--array", fmt::format("0-{}", options.shards - 1));
    // B: to the batch script alone, which passes it on, for mpirun's ranks would not all hear it.
    text += fmt::format("#SBATCH --signal=B:USR1@{}\n#SBATCH --requeue\n", options.warning_seconds);
    return text;
}

std::string quoted_words(std::vector<std::string> const& words) {
    std::string text;
    for (std::string const& word : words) text += (text.empty() ? "" : " ") + shell_quoted(word);
    return text;
}

std::string shell_lines(SlurmOptions const& options) {
    std::string text;
    for (std::string const& line : options.shell_lines) text += line + "\n";
    return text.empty() ? "" : "\n" + text;
}

}  // namespace

std::string shell_quoted(std::string const& text) {
    std::string quoted = "'";
    for (char const c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

long slurm_seconds(std::string const& time) {
    if (time == "infinite" || time == "UNLIMITED") return -1;
    std::vector<long> parts;
    auto const dash = time.find('-');
    std::string const clock = dash == std::string::npos ? time : time.substr(dash + 1);
    auto const number = [&time](std::string_view text) {
        long value = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size() || value < 0)
            refuse_time(time);
        return value;
    };
    for (std::size_t begin = 0; begin <= clock.size();) {
        std::size_t const end = std::min(clock.find(':', begin), clock.size());
        parts.push_back(number(std::string_view(clock).substr(begin, end - begin)));
        begin = end + 1;
    }
    if (parts.size() > 3) refuse_time(time);
    parts.resize(3, 0);
    if (dash != std::string::npos)
        return 86400 * number(std::string_view(time).substr(0, dash)) + 3600 * parts[0] +
               60 * parts[1] + parts[2];
    // Without days, one or two numbers begin with minutes.
    bool const has_hours = std::ranges::count(clock, ':') == 2;
    return has_hours ? 3600 * parts[0] + 60 * parts[1] + parts[2] : 60 * parts[0] + parts[1];
}

std::string slurm_script(SlurmOptions const& options, std::string const& program,
                         std::vector<std::string> const& arguments,
                         std::vector<std::string> const& facts) {
    if (!options.time.empty()) {
        long const seconds = slurm_seconds(options.time);
        if (seconds >= 0 && seconds <= options.warning_seconds)
            throw ConfigError(fmt::format(
                "--time: {} s are no longer than the {} s before the limit at which the campaign "
                "saves and ends; give a longer --time or a shorter --warning",
                seconds, options.warning_seconds));
    }
    std::string text = "#!/bin/bash\n";
    for (std::string const& fact : facts) text += comment(fact);
    text += common_directives(options) + campaign_directives(options);
    text += shell_lines(options);
    text += fmt::format("\nprogram={}\narguments=({})\n", shell_quoted(program),
                        quoted_words(arguments));
    text += fmt::format("launcher={}\nranks={}\nmax_requeues={}\nshards={}\n\n", options.launcher,
                        options.ranks, options.max_requeues, options.shards);
    return text + std::string(detail::slurm_steps());
}

std::string slurm_merge_script(SlurmOptions const& options, std::string const& program,
                               std::vector<std::string> const& arguments) {
    std::string text = "#!/bin/bash\n" + common_directives(options);
    text += "#SBATCH --ntasks=1\n" + shell_lines(options);
    text += fmt::format("\nexec {} merge {}\n", shell_quoted(program), quoted_words(arguments));
    return text;
}

}  // namespace athanor
