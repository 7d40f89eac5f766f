// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace athanor {

/// 64 bits from the operating system, for what must differ between processes: marks of writers,
/// pauses between attempts. Never for a number that a result depends on (runtime/random.hpp).
[[nodiscard]] std::uint64_t system_entropy();

}  // namespace athanor
