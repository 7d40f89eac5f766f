// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_reader.hpp"

#include <filesystem>
#include <functional>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/store_samples.hpp"
#include "tests/sinks/tar_store.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Json = nlohmann::json;

// --- stores that the reference wrote (tests/data/golden/zarr, generate.py) -----------------------

std::vector<std::string> golden_names() {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(golden_folder()))
        if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

void expect_rows(ZarrReader& reader, std::int64_t row, std::string const& name,
                 Json const& wanted) {
    StoredField const* found = nullptr;
    for (StoredField const& field : reader.fields())
        if (field.name == name && field.key.starts_with(wanted["group"].get<std::string>()))
            found = &field;
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->data_type, wanted["dtype"]) << name;
    EXPECT_EQ(name_of(found->level), wanted["level"]) << name;
    auto shape = wanted["shape"].get<std::vector<int>>();
    shape.erase(shape.begin());
    EXPECT_EQ(found->shape, shape) << name;

    Bytes const rows = reader.read_rows(*found, row);

    EXPECT_EQ(fmt::format("{:08x}", crc32c(rows)), wanted["crc32c"].get<std::string>())
        << name << " of sample " << row;
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, ReadsToTheExpectedValues) {
    auto const storage = load_tar(golden_folder() + GetParam() + ".zarr.tar");
    Json const wanted = Json::parse(read_text(golden_folder() + GetParam() + ".json"));
    if (GetParam() == "defragmented_edges") {  // the numbers of the removed atoms are lost
        EXPECT_THROW(ZarrReader reader(*storage), StorageError);
        return;
    }

    ZarrReader reader(*storage);

    EXPECT_EQ(reader.mended_edges(), GetParam() == "writer_edges_append");
    EXPECT_EQ(reader.sample_count(), wanted["counts"]["physical"]);
    EXPECT_EQ(reader.active_count(), wanted["counts"]["active"]);
    EXPECT_EQ(reader.total_atoms(), wanted["counts"]["atoms"]);
    EXPECT_EQ(reader.total_edges(), wanted["counts"]["edges"]);
    for (Json const& sample : wanted["samples"]) {
        auto const row = sample["physical"].get<std::int64_t>();
        EXPECT_EQ(reader.is_active(row), sample["active"].get<bool>());
        EXPECT_EQ(reader.atom_count(row), sample["atoms"]);
        EXPECT_EQ(reader.edge_count(row), sample["edges"]);
        if (!reader.is_active(row)) continue;
        Sample const read = reader.read(row);
        for (auto const& [name, field] : sample["fields"].items()) {
            expect_rows(reader, row, name, field);
            bool const ledger = name.starts_with("ledger_");  // these fill stage and stage_step
            EXPECT_NE(read.schema().find(name).has_value(), ledger) << name;
        }
        if (!sample["fields"]["positions"].contains("values")) continue;
        auto const& values = sample["fields"]["positions"]["values"];
        auto const positions = read.values<double>(Fields::positions);
        ASSERT_EQ(positions.size(), values.size());
        for (std::size_t k = 0; k < positions.size(); ++k) {
            if (values[k].is_null()) continue;  // no finite number
            EXPECT_EQ(positions[k], values[k].get<double>());
        }
    }
}
INSTANTIATE_TEST_SUITE_P(Zarr, Golden, ::testing::ValuesIn(golden_names()),
                         [](auto const& test) { return test.param; });

TEST(ZarrReader, ACustomFieldThatWasNotExtendedIsMissingInLaterSamples) {
    auto const storage = load_tar(golden_folder() + "custom_short.zarr.tar");

    ZarrReader reader(*storage);

    Sample const first = reader.read(0);
    EXPECT_EQ(first.values<float>(*first.schema().find("score"))[0], 1.5F);
    EXPECT_FALSE(reader.read(2).schema().find("score").has_value());
}

TEST(ZarrReader, DeletedSamplesAreSkippedByNext) {
    auto const storage = load_tar(golden_folder() + "soft_delete.zarr.tar");
    ZarrReader reader(*storage);

    std::vector<std::int64_t> ids;
    while (auto const sample = reader.next()) ids.push_back(sample->id().value());

    EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 3}));
}

TEST(ZarrReader, HalfPrecisionBecomesFloat32) {
    auto const storage = load_tar(golden_folder() + "custom_fields.zarr.tar");
    Json const wanted = Json::parse(read_text(golden_folder() + "custom_fields.json"));
    ZarrReader reader(*storage);

    Sample const sample = reader.read(0);

    auto const half = sample.values<float>(*sample.schema().find("half"));
    auto const& values = wanted["samples"][0]["fields"]["half"]["values"];
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(half[k], values[k].get<float>());
}

// --- damaged stores ------------------------------------------------------------------------------

std::unique_ptr<MemoryStorage> good_store() {
    auto storage = std::make_unique<MemoryStorage>("bad.zarr");
    struct Borrowed final : Storage {  // the sink owns this one, the test keeps the memory
        explicit Borrowed(MemoryStorage& memory) : memory_(memory) {}
        void put(std::string const& key, std::span<std::byte const> bytes) override {
            memory_.put(key, bytes);
        }
        std::optional<Bytes> get(std::string const& key) override { return memory_.get(key); }
        std::optional<Bytes> get_range(std::string const& key, std::int64_t offset,
                                       std::size_t length) override {
            return memory_.get_range(key, offset, length);
        }
        std::vector<std::string> list(std::string const& folder) override {
            return memory_.list(folder);
        }
        void remove(std::string const& key) override { memory_.remove(key); }
        void sync() override {}
        void publish() override { memory_.publish(); }
        void close() noexcept override {}
        std::string describe() const override { return memory_.describe(); }
        MemoryStorage& memory_;
    };
    ZarrSink sink({.path = "bad.zarr", .chunk_rows = {8, 8, 4}, .codec = "zstd:1"},
                  std::make_unique<Borrowed>(*storage));
    Batch const batch = counted_batch(rich_schema(), 0, 9);
    sink.write(batch, all_systems(batch), RowKind::frame);
    sink.close();
    return storage;
}

void put_text(Storage& storage, std::string const& key, std::string const& text) {
    storage.put(key, std::as_bytes(std::span(text)));
}

std::string get_text(Storage& storage, std::string const& key) {
    auto const bytes = storage.get(key);
    return {reinterpret_cast<char const*>(bytes->data()), bytes->size()};
}

void read_all(Storage& storage) {
    ZarrReader reader(storage);
    for (std::int64_t k = 0; k < reader.sample_count(); ++k) (void)reader.read(k);
}

std::string failure_of(Storage& storage) {
    try {
        read_all(storage);
    } catch (StorageError const& error) {
        return error.what();
    }
    return "";
}

TEST(ZarrReader, SaysWhatIsMissing) {
    for (auto const& [key, message] : std::vector<std::pair<std::string, std::string>>{
             {"zarr.json", "is no Zarr store"},
             {"core/zarr.json", "has no group core"},
             {"meta/atoms_ptr/zarr.json", "bad.zarr/meta/atoms_ptr: the array is missing"},
             {"core/positions/zarr.json", "bad.zarr/core/positions: the array is missing"},
             {"core/positions/c/1/0", "bad.zarr/core/positions/c/1/0: the chunk is lost"}}) {
        auto const storage = good_store();

        storage->remove(key);

        EXPECT_THAT(failure_of(*storage), HasSubstr(message));
    }
}

TEST(ZarrReader, SaysWhatIsWrongInADocument) {
    auto const edited = [](std::string const& key, std::string const& from, std::string const& to) {
        auto const storage = good_store();
        std::string text = get_text(*storage, key);
        EXPECT_NE(text.find(from), std::string::npos) << from << " in " << text;
        text.replace(text.find(from), from.size(), to);
        put_text(*storage, key, text);
        return failure_of(*storage);
    };
    std::string const positions = "core/positions/zarr.json";

    EXPECT_THAT(edited(positions, "float64", "complex64"), HasSubstr("data_type complex64"));
    EXPECT_THAT(edited(positions, "[8,3]", "[8]"), HasSubstr("differ in rank"));
    EXPECT_THAT(edited(positions, "[8,3]", "[0,3]"), HasSubstr("must be at least 1"));
    EXPECT_THAT(edited(positions, "[8,3]", "[9000000000,3]"), HasSubstr("larger than 4 GiB"));
    EXPECT_THAT(edited(positions, "\"zstd\"", "\"lzma\""), HasSubstr("codec \"lzma\" is unknown"));
    EXPECT_THAT(edited(positions, "\"regular\"", "\"rectilinear\""), HasSubstr("is not regular"));
    EXPECT_THAT(edited(positions, "{\"shape\"", "{\"new\":1,\"shape\""),
                HasSubstr("\"new\" is unknown"));
    EXPECT_EQ(edited(positions, "{\"shape\"", "{\"new\":{\"must_understand\":false},\"shape\""),
              "");
    EXPECT_THAT(edited(positions, "[21,3]", "[20,3]"),
                HasSubstr("has 20 rows, the samples need 21"));
    EXPECT_THAT(edited("meta/atoms_ptr/zarr.json", "[10]", "[9]"),
                HasSubstr("has 9 entries, 9 samples need 10"));
    EXPECT_THAT(edited("athanor/zarr.json", "\"store_format\":1", "\"store_format\":2"),
                HasSubstr("use a newer one"));
    EXPECT_THAT(edited("zarr.json", "\"positions\":\"atom\"", "\"positions\":\"bond\""),
                HasSubstr("has the level \"bond\""));
}

TEST(ZarrReader, RefusesPointersThatDecrease) {
    auto const storage = good_store();
    std::vector<std::int64_t> const pointers{0, 5, 3, 4};
    EncodeScratch scratch;
    auto const metadata = load_array_metadata(*storage, "meta/atoms_ptr");
    storage->put("meta/atoms_ptr/c/0", encode_chunk(metadata.codecs, metadata.chunk_form(),
                                                    std::as_bytes(std::span(pointers)), scratch));

    EXPECT_THAT(failure_of(*storage), HasSubstr("bad.zarr/meta/atoms_ptr: the entries decrease"));
}

/// Every object of a store.
std::vector<std::string> all_keys(Storage& storage, std::string const& folder = "") {
    std::vector<std::string> keys;
    for (std::string const& name : storage.list(folder)) {
        std::string const path = folder.empty() ? name : folder + "/" + name;
        if (!name.ends_with('/'))
            keys.push_back(path);
        else
            for (std::string& key : all_keys(storage, path.substr(0, path.size() - 1)))
                keys.push_back(std::move(key));
    }
    return keys;
}

TEST(ZarrReader, DamagedObjectsGiveStorageErrorsAndNeverACrash) {
    std::mt19937_64 random(20260101);
    int refused = 0;
    std::vector<std::string> const names{"", "blosc", "sharded", "codecs_mixed",
                                         "writer_edges_append"};
    for (std::string const& name : names) {
        auto const storage =
            name.empty() ? good_store() : load_tar(golden_folder() + name + ".zarr.tar");
        auto const keys = all_keys(*storage);
        for (int round = 0; round < 400; ++round) {
            std::string const& key = keys[random() % keys.size()];
            Bytes const before = *storage->get(key);
            Bytes after = before;
            if (after.empty() || random() % 4 == 0) {
                after.resize(random() % (before.size() + 8));
            } else {
                for (auto changes = 1 + random() % 4; changes > 0; --changes)
                    after[random() % after.size()] = static_cast<std::byte>(random());
            }
            storage->put(key, after);
            try {
                read_all(*storage);
            } catch (StorageError const&) {
                ++refused;
            } catch (ConfigError const& error) {
                ADD_FAILURE() << error.what();
            }
            storage->put(key, before);
        }
        EXPECT_NO_THROW(read_all(*storage)) << "after the damage was undone";
    }
    EXPECT_GT(refused, 1000) << "of 2000: most damage is noticed";
}

}  // namespace
}  // namespace athanor::test
