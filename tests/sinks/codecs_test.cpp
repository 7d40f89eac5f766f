// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/codecs.hpp"

#include <cstring>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "sinks/codec_names.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

ChunkForm const form{{64, 3}, 8, Bytes(8)};
Extents const inner_shape{16, 3};

Bytes counted_chunk() {
    std::vector<double> values(192);
    std::iota(values.begin(), values.end(), -3.5);
    Bytes chunk(form.bytes());
    std::memcpy(chunk.data(), values.data(), chunk.size());
    return chunk;
}

Bytes encoded(CodecChain const& chain) {
    EncodeScratch scratch;
    check_codecs(chain, form);
    Bytes const chunk = counted_chunk();
    auto const object = encode_chunk(chain, form, chunk, scratch);
    return {object.begin(), object.end()};
}

std::vector<CodecChain> chains() {
    std::vector<CodecChain> all{
        {{BytesCodec{}}},
        {{BytesCodec{true}}},
        {{TransposeCodec{{1, 0}}}, {BytesCodec{}}},
        {{TransposeCodec{{1, 0}}}, {BytesCodec{true}}, {GzipCodec{1}}, {Crc32cCodec{}}},
        {{BytesCodec{}}, {Crc32cCodec{}}},
        {{BytesCodec{}}, {Crc32cCodec{}}, {ZstdCodec{3, true}}},
        {{BytesCodec{}}, {ZstdCodec{1, false}}, {GzipCodec{9}}}};
    CodecChain const index{{BytesCodec{}}, {Crc32cCodec{}}};
    for (bool const at_end : {true, false}) {
        all.push_back({{ShardingCodec{inner_shape, {{BytesCodec{}}}, index, at_end}}});
        all.push_back(
            {{ShardingCodec{inner_shape, {{BytesCodec{}}, {ZstdCodec{1}}}, index, at_end}}});
        all.push_back(
            {{ShardingCodec{inner_shape, {{BytesCodec{true}}}, {{BytesCodec{true}}}, at_end}},
             {GzipCodec{1}}});
    }
    for (char const* name : {"blosclz", "lz4", "lz4hc", "zlib", "zstd"})
        for (char const* shuffle : {"noshuffle", "shuffle", "bitshuffle"})
            for (int const level : {0, 1, 9})
                all.push_back({{BytesCodec{}}, {BloscCodec{name, level, shuffle, 8, 0}}});
    return all;
}

TEST(Codecs, EveryChainDecodesToWhatWasEncoded) {
    for (CodecChain const& chain : chains()) {
        Bytes const object = encoded(chain);
        Bytes decoded(form.bytes());

        decode_chunk(chain, form, object, decoded);

        EXPECT_EQ(decoded, counted_chunk());
    }
}

TEST(Codecs, BytesAreStoredAsTheyLie) {
    EncodeScratch scratch;
    Bytes const chunk = counted_chunk();

    auto const object = encode_chunk({{BytesCodec{}}}, form, chunk, scratch);

    EXPECT_EQ(object.data(), chunk.data());  // without a copy
}

/// Offsets, lengths and checksum by hand, from the specification.
TEST(Codecs, AShardIsItsChunksAndThenTheirPlaces) {
    ChunkForm const shard{{6}, 1, Bytes(1)};
    CodecChain const chain{
        {ShardingCodec{{2}, {{BytesCodec{}}}, {{BytesCodec{}}, {Crc32cCodec{}}}, true}}};
    Bytes const chunk{std::byte{10}, std::byte{11}, std::byte{12},
                      std::byte{13}, std::byte{0},  std::byte{0}};
    EncodeScratch scratch;
    check_codecs(chain, shard);

    auto const object = encode_chunk(chain, shard, chunk, scratch, 3);

    std::vector<std::uint64_t> const places{0, 2, 2, 2, ~std::uint64_t{0}, ~std::uint64_t{0}};
    Bytes expected(chunk.begin(), chunk.begin() + 4);
    auto const index = std::as_bytes(std::span(places));
    expected.insert(expected.end(), index.begin(), index.end());
    std::uint32_t const crc = crc32c(index);
    auto const crc_bytes = std::as_bytes(std::span(&crc, 1));
    expected.insert(expected.end(), crc_bytes.begin(), crc_bytes.end());
    EXPECT_EQ(Bytes(object.begin(), object.end()), expected);
    Bytes decoded(6);
    decode_chunk(chain, shard, object, decoded);
    EXPECT_EQ(decoded, chunk);  // what is left out is the fill value
}

TEST(Codecs, BigEndianReversesTheBytesOfEachElement) {
    Bytes const object = encoded({{BytesCodec{true}}});
    Bytes const chunk = counted_chunk();

    for (std::size_t k = 0; k < 8; ++k) EXPECT_EQ(object[k], chunk[7 - k]);
}

TEST(Codecs, ShorterLongerAndChangedObjectsAreRefused) {
    for (CodecChain const& chain : chains()) {
        Bytes const object = encoded(chain);
        Bytes decoded(form.bytes());
        Bytes shorter(object.begin(), object.end() - 1);
        Bytes longer = object;
        longer.push_back(std::byte{0});

        EXPECT_THROW(decode_chunk(chain, form, shorter, decoded), StorageError);
        // After the chunks of a shard, gaps are allowed.
        auto const* shard = std::get_if<ShardingCodec>(&chain[0].settings);
        if (shard == nullptr || shard->index_at_end || chain.size() > 1) {
            EXPECT_THROW(decode_chunk(chain, form, longer, decoded), StorageError);
        }
        EXPECT_THROW(decode_chunk(chain, form, {}, decoded), StorageError);
    }
    CodecChain const checked{{BytesCodec{}}, {Crc32cCodec{}}};
    Bytes object = encoded(checked);
    object[17] ^= std::byte{1};
    Bytes decoded(form.bytes());
    EXPECT_THROW(decode_chunk(checked, form, object, decoded), StorageError);
}

TEST(Codecs, AFrameThatHoldsMoreThanAChunkIsRefused) {
    ChunkForm const small{{8}, 8, Bytes(8)};
    for (CodecChain const& chain : chains()) {
        if (!std::holds_alternative<BytesCodec>(chain[0].settings)) continue;
        Bytes const object = encoded(chain);
        Bytes decoded(small.bytes());

        EXPECT_THROW(decode_chunk(chain, small, object, decoded), StorageError);
    }
}

TEST(Codecs, ImpossibleChainsAreNamed) {
    auto const failure = [](CodecChain const& chain) -> std::string {
        try {
            check_codecs(chain, form);
        } catch (StorageError const& error) {
            return error.what();
        }
        return "";
    };

    EXPECT_THAT(failure({}), HasSubstr("no codec turns the array into bytes"));
    EXPECT_THAT(failure({{ZstdCodec{}}}), HasSubstr("comes bytes or sharding_indexed"));
    EXPECT_THAT(failure({{BytesCodec{}}, {BytesCodec{}}}), HasSubstr("only blosc, zstd, gzip"));
    EXPECT_THAT(failure({{TransposeCodec{{0, 0}}}, {BytesCodec{}}}), HasSubstr("no permutation"));
    EXPECT_THAT(failure({{BytesCodec{}}, {GzipCodec{10}}}), HasSubstr("0 to 9"));
    EXPECT_THAT(failure({{BytesCodec{}}, {BloscCodec{"snappy"}}}), HasSubstr("snappy"));
    ShardingCodec const sharding{{5, 3}, {{BytesCodec{}}}, {{BytesCodec{}}}, true};
    EXPECT_THAT(failure({{sharding}}), HasSubstr("does not divide"));
}

TEST(Codecs, WordsOfTheConfigurationBecomeChains) {
    EXPECT_TRUE(codecs_from_name("none").empty());
    EXPECT_EQ(std::get<BloscCodec>(codecs_from_name("blosc_lz4:9")[0].settings).clevel, 9);
    EXPECT_EQ(std::get<ZstdCodec>(codecs_from_name("zstd")[0].settings).level, 3);
    auto const all = codecs_from_name("blosc_zlib:2:bitshuffle+crc32c");
    EXPECT_EQ(std::get<BloscCodec>(all[0].settings).shuffle, "bitshuffle");
    EXPECT_TRUE(std::holds_alternative<Crc32cCodec>(all[1].settings));
    for (char const* bad : {"", "lz4", "zstd:", "zstd:99", "gzip:x", "none:1", "blosc_lz4:10",
                            "zstd:3:shuffle", "blosc_lz4:1:x", "crc32c", "blosc_snappy"})
        EXPECT_THROW((void)codecs_from_name(bad), ConfigError) << bad;
}

}  // namespace
}  // namespace athanor::test
