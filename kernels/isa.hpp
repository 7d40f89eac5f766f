// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace athanor {

/// Instruction sets that hot loops exist for. Every one gives the same bits (lanes.hpp).
enum class Isa { baseline, avx2, avx512 };

[[nodiscard]] std::string_view name_of(Isa isa);

/// True when this processor can run it.
[[nodiscard]] bool is_supported(Isa isa);

/// The one in use: the widest that the processor has, until set_active_isa() was called.
[[nodiscard]] Isa active_isa();

/// Chooses another one, for tests and benchmarks. Expects: is_supported(isa).
void set_active_isa(Isa isa);

}  // namespace athanor
