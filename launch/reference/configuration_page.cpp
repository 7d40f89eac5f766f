// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/reference/configuration_page.hpp"

#include <cctype>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "launch/config_keys.hpp"
#include "launch/reference/key_help.hpp"

namespace athanor {
namespace {

std::string cell(std::string_view text) {
    std::string escaped;
    for (char const c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
    return escaped.empty() ? "-" : escaped;
}

std::string capitalised(std::string_view help) {
    std::string text(help);
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text;
}

class PageWriter {
public:
    std::string text;

    /// A heading, a table of the keys, then a section for each that has keys below it.
    void section(std::string const& title, std::string_view help, std::span<KeySpec const> keys) {
        text += fmt::format("\n## {}\n", title);
        if (!help.empty()) text += fmt::format("{}.\n", capitalised(help));
        if (keys.empty()) {
            text += "\nNo keys of its own.\n";
            return;
        }
        text +=
            "\n| key | type | unit | range or words | default | meaning |\n"
            "|---|---|---|---|---|---|\n";
        for (KeySpec const& spec : keys)
            text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", spec.key, type_of_key(spec),
                                cell(spec.unit), range(spec), standard(spec), cell(spec.help));
        for (KeySpec const& spec : keys)
            if (spec.kind == KeyKind::word)
                words(spec.key, spec);
            else if (spec.item != nullptr && spec.item->kind == KeyKind::word)
                words(spec.key, *spec.item);
        for (KeySpec const& spec : keys) below(spec, fmt::format("`{}`", spec.key));
    }

private:
    static std::string range(KeySpec const& spec) {
        if (spec.kind == KeyKind::tagged) return "see below";
        return spec.kind == KeyKind::word ? "words below" : cell(range_of_key(spec));
    }
    static std::string standard(KeySpec const& spec) {
        std::string const value = default_of_key(spec);
        return spec.default_json.empty() ? value : fmt::format("`{}`", value);
    }
    void words(std::string_view key, KeySpec const& spec) {
        text += fmt::format("\nWords of `{}`:\n\n", key);
        for (KeyChoice const& choice : spec.choices)
            text += fmt::format("- `{}`: {}\n", choice.word, choice.help);
    }
    void below(KeySpec const& spec, std::string const& name) {
        if (spec.item != nullptr && spec.item->kind == KeyKind::stage_or_fuse)
            element(*spec.item);
        else if (!spec.keys.empty() && seen_.insert(spec.keys.data()).second)
            section(name, spec.help, spec.keys);
        if (spec.kind == KeyKind::tagged && seen_.insert(spec.choices.data()).second)
            for (KeyChoice const& choice : spec.choices)
                section(fmt::format("{} of type `{}`", name, choice.word), choice.help,
                        choice.keys);
        if (spec.item != nullptr && spec.item->kind != KeyKind::stage_or_fuse)
            below(*spec.item, capitalised(spec.item->noun));
    }
    void element(KeySpec const& spec) {
        if (!seen_.insert(&spec).second) return;
        seen_.insert(spec.keys.data());
        section("A stage: an element of `pipeline`, or of `fuse`", "", spec.keys);
        section("A fused element of `pipeline`", spec.item->help, spec.item->keys);
    }

    std::set<void const*> seen_;
};

}  // namespace

std::string configuration_page() {
    PageWriter page;
    page.text =
        "# Keys of a configuration\n"
        "Written by `athanor help --write docs/reference` from the tables that check a "
        "configuration; changes belong there.\n"
        "A configuration is one JSON object. Keys that are not listed here are errors. Lengths are "
        "in ångström, energies in eV, masses\nin amu. `athanor help KEY` prints what stands here; "
        "[athanor.schema.json](athanor.schema.json) says the same to an editor:\nput "
        "`\"$schema\": \"PATH/athanor.schema.json\"` into the file.\n";
    page.section("The file", "", campaign_keys());
    return page.text;
}

}  // namespace athanor
