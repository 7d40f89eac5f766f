// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/hook_paths.hpp"

#include <string_view>
#include <variant>

namespace athanor {
namespace {

void replace_all(std::string& text, std::string_view what, std::string const& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

}  // namespace

void fill_in_stage(HookSpec& hook, std::string const& stage) {
    std::visit(
        [&stage](auto& spec) {
            if constexpr (requires { spec.path; }) replace_all(spec.path, "{stage}", stage);
        },
        hook);
}

std::string with_rank(std::string const& path, Rank rank) {
    std::string filled = path;
    replace_all(filled, "{rank}", std::to_string(rank.value()));
    return filled;
}

std::string const* path_of(HookSpec const& hook) {
    return std::visit(
        [](auto const& spec) -> std::string const* {
            if constexpr (requires { spec.path; })
                return &spec.path;
            else
                return nullptr;
        },
        hook);
}

}  // namespace athanor
