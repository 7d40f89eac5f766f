// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_metadata.hpp"

#include <cstring>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "runtime/error.hpp"
#include "sinks/codec_names.hpp"
#include "sinks/zarr_layout.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

/// A document as zarr-python 3.1.6 writes it (zarr-layout, section 1), with some members replaced.
std::string document(std::string const& data_type, std::string const& fill_value) {
    return fmt::format(
        R"({{"shape": [12, 3], "data_type": "{}",
             "chunk_grid": {{"name": "regular", "configuration": {{"chunk_shape": [5, 3]}}}},
             "chunk_key_encoding": {{"name": "default", "configuration": {{"separator": "/"}}}},
             "fill_value": {},
             "codecs": [{{"name": "bytes", "configuration": {{"endian": "little"}}}},
                        {{"name": "zstd", "configuration": {{"level": 0, "checksum": false}}}}],
             "attributes": {{}}, "zarr_format": 3, "node_type": "array",
             "storage_transformers": []}})",
        data_type, fill_value);
}

TEST(ZarrMetadata, ADocumentOfZarrPythonIsWrittenAsItWasRead) {
    std::string const text = document("float64", "0.0");

    std::string const again = to_document(parse_array_metadata(text));

    EXPECT_EQ(nlohmann::json::parse(again), nlohmann::json::parse(text));
}

TEST(ZarrMetadata, EveryArrayOfOurStoresSurvivesBothDirections) {
    for (StoredArray const& array : plan_store(*rich_schema(), Dtype::float32))
        for (char const* codec : {"none", "blosc_lz4", "zstd", "gzip"}) {
            auto const metadata =
                array_metadata(array, {.chunk_rows = {}, .compressors = codecs_from_name(codec)});
            std::string const text = to_document(metadata);

            std::string const again = to_document(parse_array_metadata(text));

            EXPECT_EQ(again, text);
        }
}

TEST(ZarrMetadata, FillValuesAreReadBitForBit) {
    auto const bits_of = [](std::string const& type, std::string const& value) {
        Bytes const fill = parse_array_metadata(document(type, value)).fill;
        std::uint64_t bits = 0;
        std::memcpy(&bits, fill.data(), fill.size());
        return bits;
    };

    EXPECT_EQ(bits_of("float64", "1.5"), 0x3ff8000000000000U);
    EXPECT_EQ(bits_of("float64", "-0.0"), 0x8000000000000000U);
    EXPECT_EQ(bits_of("float64", "\"-Infinity\""), 0xfff0000000000000U);
    EXPECT_EQ(bits_of("float64", "\"0x7ff8dead0000beef\""), 0x7ff8dead0000beefU);
    EXPECT_EQ(bits_of("float32", "\"NaN\""), 0x7fc00000U);
    EXPECT_EQ(bits_of("float16", "1"), 0x3c00U);  // IEEE 754 binary16
    EXPECT_EQ(bits_of("float16", "65504"), 0x7bffU);
    EXPECT_EQ(bits_of("float16", "5.9604644775390625e-08"), 0x0001U);
    EXPECT_EQ(bits_of("float16", "-0.333251953125"), 0xb555U);
    EXPECT_EQ(bits_of("int8", "-1"), 0xffU);
    EXPECT_EQ(bits_of("uint64", "18446744073709551615"), ~std::uint64_t{0});
    EXPECT_EQ(bits_of("bool", "true"), 1U);
    for (auto const& [type, value] : {std::pair{"int8", "128"},
                                      {"uint8", "-1"},
                                      {"int32", "1.5"},
                                      {"bool", "0"},
                                      {"float64", "\"nan\""},
                                      {"float64", "null"},
                                      {"uint8", "256"}})
        EXPECT_THROW((void)parse_array_metadata(document(type, value)), StorageError)
            << type << " " << value;
}

TEST(ZarrMetadata, WhatIsNoDocumentIsRefused) {
    for (char const* text : {"", "[]", "null", "{", "{}", R"({"zarr_format": 2})",
                             R"({"zarr_format": 3, "node_type": "group"})"})
        EXPECT_THROW((void)parse_array_metadata(text), StorageError) << text;
}

TEST(ZarrMetadata, RootAttributesKeepLevelsAndCount) {
    RootAttributes root;
    root.num_samples = 5;
    root.core = {{"positions", "atom"}, {"energy", "system"}};
    root.custom = {{"tag", "system"}};

    RootAttributes const again = parse_root_attributes(to_attributes(root));

    EXPECT_EQ(again.num_samples, 5);
    EXPECT_EQ(again.core, root.core);
    EXPECT_EQ(again.custom, root.custom);
}

TEST(ZarrMetadata, ConsolidatedDocumentsAreListedByPath) {
    GroupMetadata const group = parse_group_metadata(
        R"({"zarr_format": 3, "node_type": "group", "consolidated_metadata": {"kind": "inline",
            "must_understand": false, "metadata": {"core": {"node_type": "group"}}}})");

    EXPECT_EQ(group.consolidated.at("core"), R"({"node_type":"group"})");
    EXPECT_EQ(parse_group_metadata(to_document(group)).consolidated, group.consolidated);
}

TEST(ZarrLayout, TheMaskOfSamplesIsTheLastDocument) {
    auto const arrays = plan_store(*rich_schema(), Dtype::float64);

    EXPECT_EQ(arrays.back().key, "meta/samples_mask");
}

}  // namespace
}  // namespace athanor::test
