// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config_reader.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/launch/config_fixture.hpp"

namespace athanor::test {
namespace {

Json with_pairs(char const* pairs) {
    return with(relax_then_md(), "/model/pairs", Json::parse(pairs));
}

TEST(ConfigReader, APairMayStandInEitherOrder) {
    LennardJonesSpec const forward =
        parse(with_pairs(R"({"Ar-Kr": {"epsilon": 0.012, "sigma": 3.5}})")).model;
    LennardJonesSpec const backward =
        parse(with_pairs(R"({"Kr-Ar": {"epsilon": 0.012, "sigma": 3.5}})")).model;

    EXPECT_EQ(forward, backward);
    EXPECT_EQ(forward.pairs.at({"Ar", "Kr"}), (LennardJonesParameters{0.012, 3.5}));
}

TEST(ConfigReader, APairMayNotStandInBothOrders) {
    EXPECT_EQ(error_of(with_pairs(R"({"Ar-Kr": {"epsilon": 0.012, "sigma": 3.5},
                                      "Kr-Ar": {"epsilon": 0.013, "sigma": 3.5}})")),
              "campaign.json#/model/pairs/Kr-Ar: this pair stands twice, as \"Ar-Kr\" and "
              "\"Kr-Ar\"; keep one");
}

TEST(ConfigReader, PairsNameTwoDifferentKnownSpecies) {
    EXPECT_EQ(error_of(with_pairs(R"({"Ar-Xe": {"epsilon": 0.012, "sigma": 3.5}})")),
              "campaign.json#/model/pairs/Ar-Xe: \"Xe\" is not among the species; give Ar or Kr");
    EXPECT_EQ(error_of(with_pairs(R"({"Ar-Ar": {"epsilon": 0.012, "sigma": 3.5}})")),
              "campaign.json#/model/pairs/Ar-Ar: a pair has two different species; give the "
              "parameters of Ar under /model/species");
    EXPECT_EQ(error_of(with_pairs(R"({"ArKr": {"epsilon": 0.012, "sigma": 3.5}})")),
              "campaign.json#/model/pairs/ArKr: \"ArKr\" is no pair; give two species as in "
              "\"Ar-Kr\"");
}

TEST(ConfigReader, SpeciesAreElements) {
    EXPECT_EQ(
        error_of(with(relax_then_md(), "/model/species/ar",
                      Json::parse(R"({"epsilon": 0.0104, "sigma": 3.4})"))),
        "campaign.json#/model/species/ar: \"ar\" is no element; give a symbol such as \"Ar\"");
}

TEST(ConfigReader, TheSwitchIsNoWiderThanTheCutoff) {
    EXPECT_EQ(parse(with(relax_then_md(), "/model/switch_width", 1.5)).model.switch_width, 1.5);
    EXPECT_EQ(error_of(with(relax_then_md(), "/model/switch_width", 9)),
              "campaign.json#/model/switch_width: 9 is more than the cutoff, 8.5; give 0 to 8.5");
}

TEST(ConfigReader, OutputNamesSinksThatExist) {
    EXPECT_EQ(error_of(with(relax_then_md(), "/output/0", "don")),
              "campaign.json#/output/0: \"don\" is no sink of this configuration; give done or "
              "trajectory (nearest: done)");
    EXPECT_EQ(error_of(with(relax_then_md(), "/output/0", 3)),
              "campaign.json#/output/0: 3 is no sink; give a string that is not empty");
}

TEST(ConfigReader, NothingIsWrittenTwiceToOnePlace) {
    EXPECT_EQ(error_of(with(relax_then_md(), "/sinks/trajectory/url", "out/../out/done.zarr/")),
              "campaign.json#/sinks/trajectory/url: \"out/../out/done.zarr/\" is also "
              "/sinks/done/url; give each its own path");
    EXPECT_EQ(error_of(with(relax_then_md(), "/quarantine", "structures.extxyz")),
              "campaign.json#/quarantine: \"structures.extxyz\" is also /input/path; give each its "
              "own path");
    EXPECT_EQ(error_of(with(relax_then_md(), "/quarantine", "out/done.zarr/bad.extxyz")),
              "campaign.json#/quarantine: \"out/done.zarr/bad.extxyz\" and /sinks/done/url lie one "
              "inside the other; give paths side by side");
}

TEST(ConfigReader, StoresMayHaveTheUrlOfAnObjectStore) {
    Config const config =
        parse(with(relax_then_md(), "/sinks/done/url", "s3://bucket/runs/d.zarr/"));

    EXPECT_EQ(std::get<ZarrSinkSpec>(config.sinks.at("done")).url.string(),
              "s3://bucket/runs/d.zarr");
    EXPECT_EQ(error_of(with(relax_then_md(), "/sinks/done/url", "az://bucket/done.zarr")),
              "campaign.json#/sinks/done/url: \"az://bucket/done.zarr\" is no object store; give "
              "s3://BUCKET/NAME.zarr or gs://BUCKET/NAME.zarr");
    EXPECT_EQ(error_of(with(relax_then_md(), "/quarantine", "s3://bucket/q.extxyz")),
              "campaign.json#/quarantine: \"s3://bucket/q.extxyz\" is a URL, and only stores can "
              "have one; give a path");
    nlohmann::json twice = with(relax_then_md(), "/sinks/done/url", "s3://bucket/d.zarr");
    EXPECT_EQ(error_of(with(twice, "/sinks/trajectory/url", "s3://bucket/d.zarr/t.zarr")),
              "campaign.json#/sinks/trajectory/url: \"s3://bucket/d.zarr/t.zarr\" and "
              "/sinks/done/url lie one inside the other; give paths side by side");
}

TEST(ConfigReader, AStoreCanBeInMemory) {
    Config const config = parse(with(relax_then_md(), "/sinks/done/url", "memory://d"));

    EXPECT_EQ(std::get<ZarrSinkSpec>(config.sinks.at("done")).url.string(), "memory://d");
    EXPECT_EQ(error_of(with(relax_then_md(), "/sinks/done/url", "memory://")),
              "campaign.json#/sinks/done/url: \"memory://\" names no store in memory; give "
              "memory:// and letters, digits, . _ / -");
}

TEST(ConfigReader, AJournalNeedsAFolderAndSyncs) {
    nlohmann::json document = with(relax_then_md(), "/sinks/done/journal", true);

    EXPECT_EQ(error_of(with(document, "/sinks/done/url", "s3://bucket/d.zarr")),
              "campaign.json#/sinks/done/journal: s3://bucket/d.zarr is in a bucket, where no file "
              "grows; leave it out, what a bucket has answered for is kept anyway");
    EXPECT_EQ(error_of(with(document, "/sinks/done/url", "memory://d")),
              "campaign.json#/sinks/done/journal: is a file beside a store, and this one is in "
              "memory; leave it out");
    EXPECT_EQ(error_of(with(document, "/sinks/done/durability", "none")),
              "campaign.json#/sinks/done/journal: is for rows that survive a power cut, and "
              "durability is \"none\"; give \"commit\" or \"strict\", or leave it out");
}

TEST(ConfigReader, EverySettingOfASinkIsRead) {
    Json document = relax_then_md();
    document["sinks"]["done"] = Json::parse(R"({"type": "zarr", "url": "/abs/d.zarr",
        "dtype": "float32", "chunk_rows": 100, "system_chunk_rows": 10, "codec": "zstd",
        "level": 9, "durability": "strict", "shard_rows": 700, "shuffle": "bitshuffle",
        "checksum": true, "threads": 2, "journal": true})");
    document["sinks"]["memory"] = {{"type", "host_memory"}, {"capacity", 5}};
    document["sinks"]["text"] = {{"type", "extxyz"}, {"path", "t.extxyz"}};
    document["sinks"]["buffer"] = {
        {"type", "device_buffer"}, {"capacity", 7}, {"atoms", 90}, {"edges", 800}};

    Config const config = parse(document);

    EXPECT_EQ(
        config.sinks.at("done"),
        (SinkSpec{ZarrSinkSpec{"/abs/d.zarr", StoreDtype::float32, 100, 10, StoreCodec::zstd, 9,
                               Durability::strict, 700, StoreShuffle::bitshuffle, true, 2, true}}));
    EXPECT_EQ(config.sinks.at("memory"), (SinkSpec{HostMemorySpec{5}}));
    EXPECT_EQ(config.sinks.at("buffer"), (SinkSpec{DeviceBufferSpec{7, 90, 800}}));
    EXPECT_EQ(config.sinks.at("text"), (SinkSpec{ExtxyzSpec{"/base/t.extxyz"}}));
}

TEST(ConfigReader, AShardHoldsWholeChunks) {
    EXPECT_EQ(
        error_of(with(relax_then_md(), "/sinks/done/shard_rows", 20000)),
        "campaign.json#/sinks/done/shard_rows: 20000 is no multiple of chunk_rows; give 32768 "
        "or another multiple");
}

TEST(ConfigReader, SettingsOfTheRunAreRead) {
    Json document = relax_then_md();
    document["oversized"] = "quarantine";
    document["buffers"]["mode"] = "fully_async";
    document["device"] = "cpu";
    document["precision"] = "mixed";

    Config const config = parse(document);

    EXPECT_EQ(config.oversized, OversizedPolicy::quarantine);
    EXPECT_EQ(config.buffers.mode, ChannelMode::fully_async);
    EXPECT_EQ(config.device, DeviceChoice::cpu);
    EXPECT_EQ(config.precision, Precision::mixed);
    EXPECT_EQ(parse(relax_then_md()).precision, Precision::float64);
}

}  // namespace
}  // namespace athanor::test
