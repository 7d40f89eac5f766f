// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <nlohmann/json.hpp>

#include "launch/config_access.hpp"
#include "launch/config_reader.hpp"

namespace athanor {

using detail::take;
using nlohmann::json;

namespace {

HookSpec read_max_force_clamp(json const& checked) {
    MaxForceClampOptions options;
    take(checked, "max_force", options.max_force);
    return options;
}

HookSpec read_wrap_periodic(json const& checked) {
    WrapPeriodicOptions options;
    take(checked, "frequency", options.frequency);
    return options;
}

}  // namespace

HookSpec read_hook(json const& checked) {
    auto const& type = checked["type"].get_ref<std::string const&>();
    if (type == "wrap_periodic") return read_wrap_periodic(checked);
    return read_max_force_clamp(checked);
}

}  // namespace athanor
