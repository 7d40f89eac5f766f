// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "runtime/error.hpp"

/// Checks of single options, each with the message that names the option, its value and its range.
/// They guard users of the C++ classes; the configuration finds the same mistakes earlier, by
/// pointer.
namespace athanor {

inline double require_option(bool good, char const* key, double value, char const* range) {
    if (!good || !std::isfinite(value))
        throw ConfigError(fmt::format("{}: {} is out of range; give {}", key, value, range));
    return value;
}

inline double require_positive(char const* key, double value) {
    return require_option(value > 0.0, key, value, "a number above 0");
}

inline double require_not_negative(char const* key, double value) {
    return require_option(value >= 0.0, key, value, "a number of 0 or above");
}

}  // namespace athanor
