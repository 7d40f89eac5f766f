// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What the tables of keys have in common.
#pragma once

#include "launch/config_keys.hpp"

namespace athanor::keys {

using enum KeyKind;

inline constexpr double largest_int = 2147483647.0;
inline constexpr double largest_exact = 9007199254740992.0;  // 2^53

}  // namespace athanor::keys
