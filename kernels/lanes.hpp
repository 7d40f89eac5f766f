// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/isa.hpp"
#include "kernels/real.hpp"
#include "runtime/host_device.hpp"

// Vectors go by value between always-inlined functions only, so no calling convention is involved.
#pragma GCC diagnostic ignored "-Wpsabi"

#define ATHANOR_TARGET_AVX2 [[gnu::target("avx2")]]
#define ATHANOR_TARGET_AVX512 [[gnu::target("avx512f,avx512dq,avx512vl,prefer-vector-width=512")]]

// `statement` for p = 0 .. part_count - 1, unrolled as it stands: a loop would leave the parts in
// memory where the compiler unrolls too late, and lambdas cost a sanitizer build minutes.
#define ATHANOR_EACH_PART(statement) \
    {                                \
        constexpr int p = 0;         \
        statement;                   \
    }                                \
    if constexpr (part_count > 1) {  \
        constexpr int p = 1;         \
        statement;                   \
    }                                \
    if constexpr (part_count > 2) {  \
        {                            \
            constexpr int p = 2;     \
            statement;               \
        }                            \
        {                            \
            constexpr int p = 3;     \
            statement;               \
        }                            \
    }                                \
    static_assert(part_count <= 4)

namespace athanor {

/// Eight doubles worked on lane by lane, held in registers of `Width` doubles (2, 4 or 8).
/// Order: an operation is the IEEE operation in each lane and nothing is contracted, hence any
///        Width gives the same bits; sum() adds the lanes in one fixed tree.
/// See:   on_isa() below, which gives a body the Width of the processor.
template <int Width>
struct Lanes {
    static constexpr int part_count = lane_count / Width;
    typedef double Part __attribute__((vector_size(Width * 8)));
    typedef std::int64_t PartMask __attribute__((vector_size(Width * 8)));

    /// Per lane all bits set or none: the result of a comparison.
    struct Mask {
        PartMask part[part_count];
    };

    Part part[part_count];

    ATHANOR_INLINE static Lanes load(double const* from) {
        Lanes result;
        // Part by part: a copy of the whole would go through memory.
        ATHANOR_EACH_PART(std::memcpy(&result.part[p], from + p * Width, sizeof(Part)));
        return result;
    }
    ATHANOR_INLINE static Lanes all(double value) {
        Lanes result;
        ATHANOR_EACH_PART(result.part[p] = value - Part{});  // x - 0 is x
        return result;
    }
    /// Lanes 0 .. count-1 set, the others not.
    ATHANOR_INLINE static Mask first(int count) {
        static constexpr double numbers[lane_count] = {0, 1, 2, 3, 4, 5, 6, 7};
        Lanes const lane = load(numbers);
        Mask result;
        ATHANOR_EACH_PART(result.part[p] = lane.part[p] < static_cast<double>(count) - Part{});
        return result;
    }
    ATHANOR_INLINE void store(double* to) const {
        ATHANOR_EACH_PART(std::memcpy(to + p * Width, &part[p], sizeof(Part)));
    }

    ATHANOR_INLINE friend Lanes operator+(Lanes const& a, Lanes const& b) {
        Lanes result;
        ATHANOR_EACH_PART(result.part[p] = a.part[p] + b.part[p]);
        return result;
    }
    ATHANOR_INLINE friend Lanes operator-(Lanes const& a, Lanes const& b) {
        Lanes result;
        ATHANOR_EACH_PART(result.part[p] = a.part[p] - b.part[p]);
        return result;
    }
    ATHANOR_INLINE friend Lanes operator*(Lanes const& a, Lanes const& b) {
        Lanes result;
        ATHANOR_EACH_PART(result.part[p] = a.part[p] * b.part[p]);
        return result;
    }
    ATHANOR_INLINE friend Lanes operator/(Lanes const& a, Lanes const& b) {
        Lanes result;
        ATHANOR_EACH_PART(result.part[p] = a.part[p] / b.part[p]);
        return result;
    }
    ATHANOR_INLINE friend Mask operator==(Lanes const& a, Lanes const& b) {
        Mask result;
        ATHANOR_EACH_PART(result.part[p] = a.part[p] == b.part[p]);
        return result;
    }
    /// mask ? a : b in each lane.
    ATHANOR_INLINE friend Lanes select(Mask const& mask, Lanes const& a, Lanes const& b) {
        Lanes result;
        ATHANOR_EACH_PART(result.part[p] = mask.part[p] ? a.part[p] : b.part[p]);
        return result;
    }
    /// a > b ? a : b in each lane.
    ATHANOR_INLINE friend Lanes max_of(Lanes const& a, Lanes const& b) {
        Lanes result;
        ATHANOR_EACH_PART(result.part[p] = a.part[p] > b.part[p] ? a.part[p] : b.part[p]);
        return result;
    }
    ATHANOR_INLINE friend Lanes sqrt_of(Lanes const& a) {
        double root[lane_count];
        a.store(root);
        for (double& value : root) value = __builtin_sqrt(value);
        return load(root);
    }
    /// ((0+4)+(2+6)) + ((1+5)+(3+7)), the tree that halving the vector gives.
    ATHANOR_INLINE friend double sum(Lanes const& a) {
        double v[lane_count];
        a.store(v);
        return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
    }
};

namespace detail {

template <class Body>
void run_baseline(Body const& body) {
    body(std::type_identity<Lanes<2>>{});
}
template <class Body>
ATHANOR_TARGET_AVX2 void run_avx2(Body const& body) {
    body(std::type_identity<Lanes<4>>{});
}
template <class Body>
ATHANOR_TARGET_AVX512 void run_avx512(Body const& body) {
    body(std::type_identity<Lanes<8>>{});
}

}  // namespace detail

/// Calls body(std::type_identity<Lanes<W>>{}), compiled for `isa`.
/// Expects: body's operator() is always_inline, as is all that it calls in its hot loops; what is
///          not inlined runs as baseline code.
template <class Body>
void on_isa(Isa isa, Body const& body) {
    switch (isa) {
        case Isa::baseline:
            return detail::run_baseline(body);
        case Isa::avx2:
            return detail::run_avx2(body);
        case Isa::avx512:
            return detail::run_avx512(body);
    }
}

}  // namespace athanor

#undef ATHANOR_EACH_PART
