// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/sha256.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace athanor {
namespace {

constexpr std::size_t block_bytes = 64;

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> round_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// Takes in bytes in pieces of any size.
class Sha256 {
public:
    void add(void const* bytes, std::size_t size) {
        auto const* from = static_cast<std::uint8_t const*>(bytes);
        total_ += size;
        while (size > 0) {
            if (held_ == 0 && size >= block_bytes) {
                take_block(from);
                from += block_bytes;
                size -= block_bytes;
                continue;
            }
            std::size_t const more = std::min(size, block_bytes - held_);
            std::memcpy(block_.data() + held_, from, more);
            held_ += more;
            from += more;
            size -= more;
            if (held_ < block_bytes) continue;
            take_block(block_.data());
            held_ = 0;
        }
    }

    [[nodiscard]] Sha256Digest finish() {
        std::uint64_t const bits = total_ * 8;
        std::array<std::uint8_t, 2 * block_bytes> padding{0x80};
        std::size_t const zeros = (held_ < 56 ? 56 : 120) - held_;
        for (std::size_t k = 0; k < 8; ++k)
            padding[zeros + k] = static_cast<std::uint8_t>(bits >> (56 - 8 * k));
        add(padding.data(), zeros + 8);
        Sha256Digest digest{};
        for (std::size_t k = 0; k < digest.size(); ++k)
            digest[k] = static_cast<std::uint8_t>(state_[k / 4] >> (24 - 8 * (k % 4)));
        return digest;
    }

private:
    void take_block(std::uint8_t const* bytes) {
        std::array<std::uint32_t, 64> w{};
        for (std::size_t t = 0; t < 16; ++t)
            w[t] = static_cast<std::uint32_t>(bytes[4 * t]) << 24 |
                   static_cast<std::uint32_t>(bytes[4 * t + 1]) << 16 |
                   static_cast<std::uint32_t>(bytes[4 * t + 2]) << 8 | bytes[4 * t + 3];
        for (std::size_t t = 16; t < 64; ++t) {
            std::uint32_t const a = w[t - 15], b = w[t - 2];
            std::uint32_t const s0 = std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3);
            std::uint32_t const s1 = std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10);
            w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        }
        auto [a, b, c, d, e, f, g, h] = state_;
        for (std::size_t t = 0; t < 64; ++t) {
            std::uint32_t const s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
            std::uint32_t const t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
            std::uint32_t const s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
            std::uint32_t const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + t1;
            d = c, c = b, b = a, a = t1 + t2;
        }
        std::array<std::uint32_t, 8> const more{a, b, c, d, e, f, g, h};
        for (std::size_t k = 0; k < 8; ++k) state_[k] += more[k];
    }

    /// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint8_t, block_bytes> block_{};
    std::size_t held_ = 0;  ///< bytes in block_
    std::uint64_t total_ = 0;
};

}  // namespace

Sha256Digest sha256(std::span<std::byte const> bytes) {
    Sha256 hash;
    hash.add(bytes.data(), bytes.size());
    return hash.finish();
}

Sha256Digest sha256(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

Sha256Digest hmac_sha256(std::span<std::uint8_t const> key, std::string_view text) {
    std::array<std::uint8_t, block_bytes> padded{};
    if (key.size() > block_bytes) {
        auto const digest = sha256(std::as_bytes(key));
        std::copy(digest.begin(), digest.end(), padded.begin());
    } else {
        std::copy(key.begin(), key.end(), padded.begin());
    }
    Sha256 inner, outer;
    for (std::uint8_t& byte : padded) byte ^= 0x36;
    inner.add(padded.data(), padded.size());
    inner.add(text.data(), text.size());
    auto const digest = inner.finish();
    for (std::uint8_t& byte : padded) byte ^= 0x36 ^ 0x5c;
    outer.add(padded.data(), padded.size());
    outer.add(digest.data(), digest.size());
    return outer.finish();
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view text) {
    return hmac_sha256(std::span(reinterpret_cast<std::uint8_t const*>(key.data()), key.size()),
                       text);
}

std::string to_hex(Sha256Digest const& digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::uint8_t const byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace athanor
