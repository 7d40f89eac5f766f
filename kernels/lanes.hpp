// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
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
#define ATHANOR_TARGET_AVX512 [[gnu::target("avx512f,avx512dq,avx512vl")]]

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
namespace detail {

typedef double Doubles2 __attribute__((vector_size(16)));
typedef double Doubles4 __attribute__((vector_size(32)));
typedef double Doubles8 __attribute__((vector_size(64)));
typedef float Floats2 __attribute__((vector_size(8)));
typedef float Floats4 __attribute__((vector_size(16)));
typedef float Floats8 __attribute__((vector_size(32)));

// Part `p` of eight floats from eight doubles, and the other way, for each width of a register.
template <int p>
ATHANOR_INLINE void convert_part(Floats8& to, Doubles8 const (&from)[1]) {
    to = __builtin_convertvector(from[0], Floats8);
}
template <int p>
ATHANOR_INLINE void convert_part(Doubles8& to, Floats8 const (&from)[1]) {
    to = __builtin_convertvector(from[0], Doubles8);
}
template <int p>
ATHANOR_INLINE void convert_part(Floats8& to, Doubles4 const (&from)[2]) {
    Floats4 const low = __builtin_convertvector(from[0], Floats4);
    Floats4 const high = __builtin_convertvector(from[1], Floats4);
    to = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}
template <int p>
ATHANOR_INLINE void convert_part(Doubles4& to, Floats8 const (&from)[1]) {
    Floats4 const low = __builtin_shufflevector(from[0], from[0], 0, 1, 2, 3);
    Floats4 const high = __builtin_shufflevector(from[0], from[0], 4, 5, 6, 7);
    to = __builtin_convertvector(p == 0 ? low : high, Doubles4);
}
template <int p>
ATHANOR_INLINE void convert_part(Floats4& to, Doubles2 const (&from)[4]) {
    Floats2 const low = __builtin_convertvector(from[2 * p], Floats2);
    Floats2 const high = __builtin_convertvector(from[2 * p + 1], Floats2);
    to = __builtin_shufflevector(low, high, 0, 1, 2, 3);
}
template <int p>
ATHANOR_INLINE void convert_part(Doubles2& to, Floats4 const (&from)[2]) {
    Floats4 const four = from[p / 2];
    Floats2 const low = __builtin_shufflevector(four, four, 0, 1);
    Floats2 const high = __builtin_shufflevector(four, four, 2, 3);
    to = __builtin_convertvector(p % 2 == 0 ? low : high, Doubles2);
}

}  // namespace detail

/// Eight doubles (or floats, as `Number` says) worked on lane by lane, in registers that have room
/// for `Width` doubles (2, 4 or 8).
/// Order: an operation is the IEEE operation in each lane and nothing is contracted, hence any
///        Width gives the same bits; sum() adds the lanes in one fixed tree.
/// See:   on_isa() below, which gives a body the Width of the processor.
template <int Width, class Number = double>
struct Lanes {
    /// The same lanes of another kind of number.
    template <class Other>
    using Of = Lanes<Width, Other>;

    static constexpr int part_width =
        sizeof(Number) == sizeof(double) ? Width : std::min(lane_count, 2 * Width);
    static constexpr int part_count = lane_count / part_width;
    using Integer =
        std::conditional_t<sizeof(Number) == sizeof(double), std::int64_t, std::int32_t>;
    typedef Number Part __attribute__((vector_size(part_width * sizeof(Number))));
    typedef Integer PartMask __attribute__((vector_size(part_width * sizeof(Number))));

    /// Per lane all bits set or none: the result of a comparison.
    struct Mask {
        PartMask part[part_count];
    };

    Part part[part_count];

    ATHANOR_INLINE static Lanes load(Number const* from) {
        Lanes result;
        // Part by part: a copy of the whole would go through memory.
        ATHANOR_EACH_PART(std::memcpy(&result.part[p], from + p * part_width, sizeof(Part)));
        return result;
    }
    ATHANOR_INLINE static Lanes all(double value) {
        Lanes result;
        ATHANOR_EACH_PART(result.part[p] = static_cast<Number>(value) - Part{});  // x - 0 is x
        return result;
    }
    /// Each lane rounded to a float, or a float as a double.
    template <class Other>
    ATHANOR_INLINE static Lanes from(Lanes<Width, Other> const& a) {
        if constexpr (std::same_as<Other, Number>) {
            return a;
        } else {
            Lanes result;
            ATHANOR_EACH_PART(detail::convert_part<p>(result.part[p], a.part));
            return result;
        }
    }
    /// Lanes 0 .. count-1 set, the others not.
    ATHANOR_INLINE static Mask first(int count) {
        static constexpr Number numbers[lane_count] = {0, 1, 2, 3, 4, 5, 6, 7};
        Lanes const lane = load(numbers);
        Mask result;
        ATHANOR_EACH_PART(result.part[p] = lane.part[p] < static_cast<Number>(count) - Part{});
        return result;
    }
    ATHANOR_INLINE void store(Number* to) const {
        ATHANOR_EACH_PART(std::memcpy(to + p * part_width, &part[p], sizeof(Part)));
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
        Number root[lane_count];
        a.store(root);
        for (Number& value : root) value = sqrt_of(value);
        return load(root);
    }
    /// ((0+4)+(2+6)) + ((1+5)+(3+7)), the tree that halving the vector gives.
    ATHANOR_INLINE friend double sum(Lanes const& a) requires std::same_as<Number, double> {
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
