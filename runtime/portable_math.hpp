// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include "runtime/host_device.hpp"

/// exp, log and sin/cos whose bits do not depend on the machine's math library: additions,
/// multiplications and divisions in a fixed order, no table, no dispatch by processor.
/// Source: argument reductions and minimax coefficients of fdlibm (Sun Microsystems, 1993: e_exp.c,
///         e_log.c, k_sin.c, k_cos.c); errors below 1 ulp there, and tests hold ours against libm.
/// Bound:  arguments as stated; nothing here raises or reports.
namespace athanor::portable {

inline constexpr double ln2_high = 6.93147180369123816490e-01;
inline constexpr double ln2_low = 1.90821492927058770002e-10;

/// 2^k for k in -1022 .. 1023.
ATHANOR_HD inline double power_of_two(int k) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(1023 + k) << 52);
}

/// e^x for x in [-700, 700].
ATHANOR_HD inline double exp(double x) {
    double const scaled = x * 1.44269504088896338700;
    int const k = static_cast<int>(scaled + (scaled < 0.0 ? -0.5 : 0.5));
    double const high = x - k * ln2_high;
    double const low = k * ln2_low;
    double const r = high - low;
    double const t = r * r;
    double const c =
        r - t * (1.66666666666666019037e-01 +
                 t * (-2.77777777770155933842e-03 +
                      t * (6.61375632143793436117e-05 +
                           t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
    double const mantissa = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    return mantissa * power_of_two(k);
}

/// Natural logarithm of a normal positive number.
ATHANOR_HD inline double log(double x) {
    // x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
    std::uint64_t const bits = std::bit_cast<std::uint64_t>(x);
    std::uint64_t const sqrt_half = 0x3fe6a09e667f3bcdULL;
    std::uint64_t const shifted = bits - sqrt_half;
    auto const k = static_cast<int>(static_cast<std::int64_t>(shifted) >> 52);
    std::uint64_t const reduced = bits - (static_cast<std::uint64_t>(k) << 52);
    double const f = std::bit_cast<double>(reduced) - 1.0;
    double const s = f / (2.0 + f);
    double const z = s * s;
    double const w = z * z;
    double const even = w * (3.999999999940941908e-01 +
                             w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    double const odd = z * (6.666666666666735130e-01 +
                            w * (2.857142874366239149e-01 +
                                 w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    double const half_square = 0.5 * f * f;
    return k * ln2_high - ((half_square - (s * (half_square + even + odd) + k * ln2_low)) - f);
}

struct SinCos {
    double sin;
    double cos;
};

/// sin and cos of 2πu for u in [0, 1].
ATHANOR_HD inline SinCos sincos_turns(double u) {
    int const quarter = static_cast<int>(4.0 * u + 0.5);
    double const x = (u - 0.25 * quarter) * 6.28318530717958647693;
    double const z = x * x;
    double const sin_x =
        x +
        x * z *
            (-1.66666666666666324348e-01 +
             z * (8.33333333332248946124e-03 +
                  z * (-1.98412698298579493134e-04 +
                       z * (2.75573137070700676789e-06 +
                            z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
    double const cos_x =
        1.0 - (0.5 * z - z * z *
                             (4.16666666666666019037e-02 +
                              z * (-1.38888888888741095749e-03 +
                                   z * (2.48015872894767294178e-05 +
                                        z * (-2.75573143513906633035e-07 +
                                             z * (2.08757232129817482790e-09 +
                                                  z * -1.13596475577881948265e-11))))));
    switch (quarter & 3) {
        case 0:
            return {sin_x, cos_x};
        case 1:
            return {cos_x, -sin_x};
        case 2:
            return {-sin_x, -cos_x};
        default:
            return {-cos_x, sin_x};
    }
}

}  // namespace athanor::portable
