// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Chunks and shards: the first byte of an input chooses the codecs, the rest is the object.
#include <cstring>
#include <span>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "sinks/codecs.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace athanor::test {
namespace {

ShardingCodec sharding(bool index_at_end, CodecChain codecs) {
    return {{2, 3}, std::move(codecs), {{BytesCodec{}}, {Crc32cCodec{}}}, index_at_end};
}

std::vector<CodecChain> const& chains() {
    static std::vector<CodecChain> const all{
        {{BytesCodec{}}},
        {{BytesCodec{true}}, {Crc32cCodec{}}},
        {{BytesCodec{}}, {BloscCodec{}}},
        {{BytesCodec{}}, {BloscCodec{"zstd", 5, "bitshuffle", 4, 0}}},
        {{BytesCodec{}}, {BloscCodec{"zlib", 9, "noshuffle", 4, 0}}},
        {{BytesCodec{}}, {BloscCodec{"blosclz", 5, "shuffle", 4, 32}}},
        {{BytesCodec{}}, {BloscCodec{"lz4hc", 5, "shuffle", 4, 0}}, {Crc32cCodec{}}},
        {{BytesCodec{}}, {ZstdCodec{3, true}}},
        {{TransposeCodec{{1, 0}}}, {BytesCodec{}}, {GzipCodec{5}}},
        {{sharding(true, {{BytesCodec{}}, {ZstdCodec{0, false}}})}},
        {{sharding(false, {{BytesCodec{}}})}},
        {{sharding(true, {{BytesCodec{}}})}, {Crc32cCodec{}}}};
    return all;
}

constexpr std::size_t elements = 8 * 6;
ChunkForm form() { return {{8, 6}, 4, Bytes(4, std::byte{7})}; }

Bytes numbers() {
    Bytes chunk(elements * 4);
    for (std::size_t k = 0; k < elements; ++k) {
        auto const value = static_cast<std::uint32_t>(k / 5);
        std::memcpy(chunk.data() + 4 * k, &value, 4);
    }
    return chunk;
}

void append(std::string& text, std::uint64_t number) {
    text.append(reinterpret_cast<char const*>(&number), sizeof number);
}

/// Shards are only read by us, so this one is written by hand: eight inner chunks, one absent.
std::string shard(bool index_at_end) {
    std::string bodies, index;
    Bytes const chunk = numbers();
    std::size_t const begin = index_at_end ? 0 : 8 * 16 + 4;
    for (std::uint64_t k = 0; k < 8; ++k) {
        append(index, k == 3 ? ~0ULL : begin + bodies.size());
        append(index, k == 3 ? ~0ULL : 24);
        if (k != 3) bodies.append(reinterpret_cast<char const*>(chunk.data()) + 24 * k, 24);
    }
    std::uint32_t const sum = crc32c(std::as_bytes(std::span(index)));
    index.append(reinterpret_cast<char const*>(&sum), sizeof sum);
    return index_at_end ? bodies + index : index + bodies;
}

bool is_sharded(CodecChain const& chain) {
    return std::holds_alternative<ShardingCodec>(chain[0].settings);
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
    std::vector<std::string> seeds;
    for (std::size_t k = 0; k < chains().size(); ++k) {
        std::string seed(1, static_cast<char>(k));
        if (is_sharded(chains()[k])) {
            seed += shard(std::get<ShardingCodec>(chains()[k][0].settings).index_at_end);
        } else {
            EncodeScratch scratch;
            Bytes const chunk = numbers();
            auto const object = encode_chunk(chains()[k], form(), chunk, scratch);
            seed.append(reinterpret_cast<char const*>(object.data()), object.size());
        }
        seeds.push_back(std::move(seed));
    }
    return seeds;
}

}  // namespace athanor::test

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace athanor;
    if (size == 0) return 0;
    CodecChain const& chain = test::chains()[data[0] % test::chains().size()];
    std::vector<std::byte> const object(reinterpret_cast<std::byte const*>(data + 1),
                                        reinterpret_cast<std::byte const*>(data + size));
    Bytes chunk(test::elements * 4, std::byte{0xee});
    try {
        decode_chunk(chain, test::form(), object, chunk);
    } catch (Error const&) {
        return 0;
    }
    if (std::holds_alternative<Crc32cCodec>(chain.back().settings)) {
        std::uint32_t sum = 0;
        test::check(object.size() >= 4, "there is no checksum");
        std::memcpy(&sum, object.data() + object.size() - 4, 4);
        test::check(sum == crc32c(std::span(object).first(object.size() - 4)),
                    "the checksum is wrong");
    }
    if (test::is_sharded(chain)) return 0;
    // What was decoded encodes and decodes to itself.
    EncodeScratch scratch;
    auto const again = encode_chunk(chain, test::form(), chunk, scratch);
    Bytes back(chunk.size());
    decode_chunk(chain, test::form(), again, back);
    test::check(back == chunk, "it does not encode to itself");
    return 0;
}
