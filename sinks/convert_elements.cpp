// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/convert_elements.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "runtime/expects.hpp"

namespace athanor {
namespace {

struct Half {
    std::uint16_t bits;
};
struct Boolean {
    std::uint8_t value;
};

double to_double(Half half) {
    int const exponent = (half.bits >> 10) & 0x1f;
    int const mantissa = half.bits & 0x3ff;
    double const sign = (half.bits & 0x8000) != 0 ? -1.0 : 1.0;
    if (exponent == 0) return sign * std::ldexp(mantissa, -24);
    if (exponent < 31) return sign * std::ldexp(1024 + mantissa, exponent - 25);
    return std::copysign(mantissa == 0 ? HUGE_VAL : std::nan(""), sign);
}

template <class To, class From>
To convert_one(From value) {
    if constexpr (std::is_same_v<From, Half>)
        return convert_one<To>(to_double(value));
    else if constexpr (std::is_same_v<From, Boolean>)
        return convert_one<To>(value.value);
    else if constexpr (std::is_same_v<To, Boolean>)
        return Boolean{static_cast<std::uint8_t>(value != From{} ? 1 : 0)};
    else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>)
        // A float that no integer of the type equals is undefined behaviour to cast.
        return std::abs(value) < 9.2e18 ? static_cast<To>(static_cast<std::int64_t>(value)) : To{};
    else
        return static_cast<To>(value);
}

template <class To, class From>
void convert_all(std::byte* to, std::byte const* from, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
        From value;
        std::memcpy(&value, from + k * sizeof(From), sizeof(From));
        To const converted = convert_one<To>(value);
        std::memcpy(to + k * sizeof(To), &converted, sizeof(To));
    }
}

/// Calls `body` with a zero of the element's C++ type.
template <class Body>
void with_type(Dtype dtype, Body body) {
    switch (dtype) {
        case Dtype::float64:
            return body(double{});
        case Dtype::float32:
            return body(float{});
        case Dtype::int64:
            return body(std::int64_t{});
        case Dtype::int32:
            return body(std::int32_t{});
        case Dtype::int16:
            return body(std::int16_t{});
        case Dtype::int8:
            return body(std::int8_t{});
        case Dtype::uint64:
            return body(std::uint64_t{});
        case Dtype::uint32:
            return body(std::uint32_t{});
        case Dtype::uint16:
            return body(std::uint16_t{});
        case Dtype::uint8:
            return body(std::uint8_t{});
        case Dtype::boolean:
            return body(Boolean{});
    }
}

}  // namespace

void convert_elements(std::byte* to, Dtype to_type, std::byte const* from,
                      std::string_view from_type, std::size_t count) {
    if (count == 0) return;
    auto const dtype = dtype_from_name(from_type);
    ATHANOR_EXPECTS(dtype.has_value() || from_type == "float16");
    if (dtype == to_type && to_type != Dtype::boolean) {
        std::memcpy(to, from, count * size_of(to_type));
        return;
    }
    with_type(to_type, [&](auto target) {
        using To = decltype(target);
        if (!dtype)
            convert_all<To, Half>(to, from, count);
        else
            with_type(*dtype,
                      [&](auto source) { convert_all<To, decltype(source)>(to, from, count); });
    });
}

}  // namespace athanor
