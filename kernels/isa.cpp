// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/isa.hpp"

#include <atomic>

#include "runtime/expects.hpp"

namespace athanor {
namespace {

Isa widest_isa() {
    if (is_supported(Isa::avx512)) return Isa::avx512;
    return is_supported(Isa::avx2) ? Isa::avx2 : Isa::baseline;
}

std::atomic<Isa>& chosen_isa() {
    static std::atomic<Isa> isa{widest_isa()};
    return isa;
}

}  // namespace

std::string_view name_of(Isa isa) {
    switch (isa) {
        case Isa::baseline:
            return "baseline";
        case Isa::avx2:
            return "avx2";
        case Isa::avx512:
            return "avx512";
    }
    return "?";
}

bool is_supported(Isa isa) {
    switch (isa) {
        case Isa::baseline:
            return true;
        case Isa::avx2:
            return __builtin_cpu_supports("avx2");
        case Isa::avx512:
            return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl");
    }
    return false;
}

Isa active_isa() { return chosen_isa().load(std::memory_order_relaxed); }

void set_active_isa(Isa isa) {
    ATHANOR_EXPECTS(is_supported(isa));
    chosen_isa().store(isa, std::memory_order_relaxed);
}

}  // namespace athanor
