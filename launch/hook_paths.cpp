// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/hook_paths.hpp"

#include <string_view>
#include <utility>

namespace athanor {
namespace {

std::string replaced(std::string text, std::string_view what, std::string const& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

}  // namespace

std::string with_stage(std::string path, std::string const& stage) {
    return replaced(std::move(path), "{stage}", stage);
}

std::string with_rank(std::string path, Rank rank) {
    return replaced(std::move(path), "{rank}", std::to_string(rank.value()));
}

std::string with_replica(std::string path, int replica) {
    return replaced(std::move(path), "{replica}", std::to_string(replica));
}

}  // namespace athanor
