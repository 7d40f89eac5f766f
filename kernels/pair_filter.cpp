// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/pair_filter.hpp"

// GCC 12 takes the undefined pass-through operands inside its own intrinsics for mistakes.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>

namespace athanor {
namespace {

/// Without compress instructions: every candidate is written, and the next one overwrites it unless
/// it was near. No branch, so a random pattern costs nothing.
template <bool with_species>
ATHANOR_INLINE int filter_one_by_one(double const* positions, double const* center,
                                     std::int32_t const* candidates, int count,
                                     double cutoff_squared, PairBuffer& buffer, int filled) {
    double const xi = center[0], yi = center[1], zi = center[2];
    for (int k = 0; k < count; ++k) {
        double const* const row = positions + 4 * static_cast<std::ptrdiff_t>(candidates[k]);
        double const dx = xi - row[0], dy = yi - row[1], dz = zi - row[2];
        double const r2 = dx * dx + dy * dy + dz * dz;
        buffer.x[filled] = dx;
        buffer.y[filled] = dy;
        buffer.z[filled] = dz;
        if constexpr (with_species) buffer.species[filled] = row[3];
        filled += static_cast<int>(!(r2 >= cutoff_squared));
    }
    return filled;
}

ATHANOR_INLINE int indices_one_by_one(double const* positions, double const* center,
                                      std::int32_t const* candidates, int count,
                                      double cutoff_squared, std::int32_t* out) {
    double const xi = center[0], yi = center[1], zi = center[2];
    int filled = 0;
    for (int k = 0; k < count; ++k) {
        double const* const row = positions + 4 * static_cast<std::ptrdiff_t>(candidates[k]);
        double const dx = xi - row[0], dy = yi - row[1], dz = zi - row[2];
        double const r2 = dx * dx + dy * dy + dz * dz;
        out[filled] = candidates[k];
        filled += static_cast<int>(!(r2 >= cutoff_squared));
    }
    return filled;
}

template <bool with_species>
int filter_baseline(double const* positions, double const* center, std::int32_t const* candidates,
                    int count, double cutoff_squared, PairBuffer& buffer, int filled) {
    return filter_one_by_one<with_species>(positions, center, candidates, count, cutoff_squared,
                                           buffer, filled);
}

int indices_baseline(double const* positions, double const* center, std::int32_t const* candidates,
                     int count, double cutoff_squared, std::int32_t* out) {
    return indices_one_by_one(positions, center, candidates, count, cutoff_squared, out);
}

template <bool with_species>
ATHANOR_TARGET_AVX2 int filter_avx2(double const* positions, double const* center,
                                    std::int32_t const* candidates, int count,
                                    double cutoff_squared, PairBuffer& buffer, int filled) {
    return filter_one_by_one<with_species>(positions, center, candidates, count, cutoff_squared,
                                           buffer, filled);
}

ATHANOR_TARGET_AVX2 int indices_avx2(double const* positions, double const* center,
                                     std::int32_t const* candidates, int count,
                                     double cutoff_squared, std::int32_t* out) {
    return indices_one_by_one(positions, center, candidates, count, cutoff_squared, out);
}

/// Eight rows of four doubles as three (four) vectors of eight. Gather instructions would be
/// several times slower here than whole-row loads and a transposition.
struct EightRows {
    __m512d dx, dy, dz, species, r2;
};

ATHANOR_TARGET_AVX512 ATHANOR_INLINE __m512d two_rows(double const* positions, std::int32_t low,
                                                      std::int32_t high) {
    __m512d const first =
        _mm512_castpd256_pd512(_mm256_loadu_pd(positions + 4 * static_cast<std::ptrdiff_t>(low)));
    return _mm512_insertf64x4(
        first, _mm256_loadu_pd(positions + 4 * static_cast<std::ptrdiff_t>(high)), 1);
}

ATHANOR_TARGET_AVX512 ATHANOR_INLINE EightRows load_rows(double const* positions,
                                                         std::int32_t const* j, __m512d xi,
                                                         __m512d yi, __m512d zi) {
    __m512d const a = two_rows(positions, j[0], j[2]);
    __m512d const b = two_rows(positions, j[1], j[3]);
    __m512d const c = two_rows(positions, j[4], j[6]);
    __m512d const d = two_rows(positions, j[5], j[7]);
    __m512d const xz_low = _mm512_unpacklo_pd(a, b);   // x0 x1 z0 z1 x2 x3 z2 z3
    __m512d const ys_low = _mm512_unpackhi_pd(a, b);   // y0 y1 s0 s1 y2 y3 s2 s3
    __m512d const xz_high = _mm512_unpacklo_pd(c, d);  // the same for rows 4 .. 7
    __m512d const ys_high = _mm512_unpackhi_pd(c, d);
    EightRows rows;
    rows.dx = _mm512_sub_pd(xi, _mm512_shuffle_f64x2(xz_low, xz_high, 0x88));
    rows.dy = _mm512_sub_pd(yi, _mm512_shuffle_f64x2(ys_low, ys_high, 0x88));
    rows.dz = _mm512_sub_pd(zi, _mm512_shuffle_f64x2(xz_low, xz_high, 0xdd));
    rows.species = _mm512_shuffle_f64x2(ys_low, ys_high, 0xdd);
    rows.r2 = _mm512_add_pd(
        _mm512_add_pd(_mm512_mul_pd(rows.dx, rows.dx), _mm512_mul_pd(rows.dy, rows.dy)),
        _mm512_mul_pd(rows.dz, rows.dz));
    return rows;
}

template <bool with_species>
ATHANOR_TARGET_AVX512 ATHANOR_INLINE int append_eight(EightRows const& rows, __mmask8 near,
                                                      PairBuffer& buffer, int filled) {
    _mm512_storeu_pd(buffer.x + filled, _mm512_maskz_compress_pd(near, rows.dx));
    _mm512_storeu_pd(buffer.y + filled, _mm512_maskz_compress_pd(near, rows.dy));
    _mm512_storeu_pd(buffer.z + filled, _mm512_maskz_compress_pd(near, rows.dz));
    if constexpr (with_species)
        _mm512_storeu_pd(buffer.species + filled, _mm512_maskz_compress_pd(near, rows.species));
    return filled + __builtin_popcount(near);
}

template <bool with_species>
ATHANOR_TARGET_AVX512 int filter_avx512(double const* positions, double const* center,
                                        std::int32_t const* candidates, int count,
                                        double cutoff_squared, PairBuffer& buffer, int filled) {
    __m512d const xi = _mm512_set1_pd(center[0]);
    __m512d const yi = _mm512_set1_pd(center[1]);
    __m512d const zi = _mm512_set1_pd(center[2]);
    __m512d const limit = _mm512_set1_pd(cutoff_squared);
    int k = 0;
    for (; k + lane_count <= count; k += lane_count) {
        EightRows const rows = load_rows(positions, candidates + k, xi, yi, zi);
        __mmask8 const near = _mm512_cmp_pd_mask(rows.r2, limit, _CMP_NGE_UQ);
        filled = append_eight<with_species>(rows, near, buffer, filled);
    }
    if (k == count) return filled;
    std::int32_t last[lane_count];
    for (int lane = 0; lane < lane_count; ++lane)
        last[lane] = candidates[k + lane < count ? k + lane : k];
    EightRows const rows = load_rows(positions, last, xi, yi, zi);
    unsigned const there = (1U << (count - k)) - 1U;
    auto const near =
        static_cast<__mmask8>(_mm512_cmp_pd_mask(rows.r2, limit, _CMP_NGE_UQ) & there);
    return append_eight<with_species>(rows, near, buffer, filled);
}

ATHANOR_TARGET_AVX512 int indices_avx512(double const* positions, double const* center,
                                         std::int32_t const* candidates, int count,
                                         double cutoff_squared, std::int32_t* out) {
    __m512d const xi = _mm512_set1_pd(center[0]);
    __m512d const yi = _mm512_set1_pd(center[1]);
    __m512d const zi = _mm512_set1_pd(center[2]);
    __m512d const limit = _mm512_set1_pd(cutoff_squared);
    int filled = 0;
    int k = 0;
    for (; k + lane_count <= count; k += lane_count) {
        EightRows const rows = load_rows(positions, candidates + k, xi, yi, zi);
        __mmask8 const near = _mm512_cmp_pd_mask(rows.r2, limit, _CMP_NGE_UQ);
        __m256i const j = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(candidates + k));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + filled),
                            _mm256_maskz_compress_epi32(near, j));
        filled += __builtin_popcount(near);
    }
    return filled + indices_one_by_one(positions, center, candidates + k, count - k, cutoff_squared,
                                       out + filled);
}

}  // namespace

PairFilter const& pair_filter(Isa isa) {
    static constexpr PairFilter filters[] = {
        {filter_baseline<false>, filter_baseline<true>, indices_baseline},
        {filter_avx2<false>, filter_avx2<true>, indices_avx2},
        {filter_avx512<false>, filter_avx512<true>, indices_avx512}};
    return filters[static_cast<int>(isa)];
}

}  // namespace athanor
