// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <nlohmann/json.hpp>

#include "launch/config_access.hpp"
#include "launch/config_reader.hpp"

namespace athanor {

using detail::take;
using nlohmann::json;

HookSpec read_hook(json const& checked) {
    MaxForceClampOptions options;
    take(checked, "max_force", options.max_force);
    return options;
}

}  // namespace athanor
