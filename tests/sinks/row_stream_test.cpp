// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "runtime/error.hpp"
#include "sinks/extxyz_row_stream.hpp"
#include "sinks/extxyz_row_writer.hpp"
#include "sinks/zarr_row_stream.hpp"
#include "sinks/zarr_row_writer.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/store_samples.hpp"
#include "tests/sinks/tar_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<StoredRow> all_rows(RowStream& rows, RowFilter const& filter = {}) {
    std::vector<StoredRow> all;
    while (auto row = rows.next(filter)) all.push_back(std::move(*row));
    return all;
}

/// What extended XYZ can hold without a change of type.
SchemaPtr wide_schema() {
    FieldRole const user = FieldRole::user;
    return std::make_shared<Schema const>(
        std::vector<FieldSpec>{{"zeta", Level::system, Dtype::float64, {1}, "", user},
                               {"charges", Level::atom, Dtype::float64, {}, "", user},
                               {"alpha", Level::atom, Dtype::int64, {2}, "", user},
                               {"input_energy", Level::system, Dtype::float64, {1}, "", user},
                               {"input_forces", Level::atom, Dtype::float64, {3}, "", user},
                               {"flags", Level::system, Dtype::boolean, {3}, "", user},
                               {"count", Level::system, Dtype::int64, {1}, "", user},
                               {"matrix", Level::system, Dtype::float64, {2, 3}, "", user}});
}

/// Numbers of every size, zeros of both signs and some that are no numbers.
double awkward(std::mt19937_64& engine) {
    std::uniform_int_distribution<int> choice(0, 19);
    std::normal_distribution<double> normal;
    switch (choice(engine)) {
        case 0:
            return -0.0;
        case 1:
            return std::numeric_limits<double>::denorm_min();
        case 2:
            return -1e300;  // its momentum is finite
        case 3:
            return 3.0;
        default:
            return normal(engine) * std::pow(10.0, choice(engine) - 10);
    }
}

Sample awkward_sample(SchemaPtr const& schema, int id) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(id));
    Sample sample = counted_sample(schema, id, 1 + id % 5);
    for (int f = 0; f < schema->field_count(); ++f)
        if (schema->field(FieldIndex{f}).dtype == Dtype::float64 &&
            FieldIndex{f} != Fields::atomic_masses && FieldIndex{f} != Fields::cell)
            for (double& x : sample.values<double>(FieldIndex{f})) x = awkward(engine);
    for (double& x : sample.values<double>(Fields::atomic_masses)) x = 1.0 + x;
    for (std::int64_t& z : sample.values<std::int64_t>(Fields::atomic_numbers)) z = 1 + z % 90;
    if (id % 3 == 0)  // unknown
        for (double& x : sample.values<double>(Fields::stress)) x = std::nan("");
    if (id % 7 == 0)  // in the step before the sample fails
        sample.values<double>(Fields::velocities)[0] = std::nan("");
    if (id % 4 == 0)  // after a relaxation
        for (double& x : sample.values<double>(Fields::velocities)) x = 0.0;
    std::ranges::fill(sample.values<std::uint8_t>(Fields::pbc), std::uint8_t{0});
    sample.values<std::int64_t>(Fields::status)[0] = id % 2;
    sample.values<std::uint8_t>(Fields::velocities_given)[0] = 1;
    sample.set_text(fmt::format("who=\"A {}\" site=\"top bridge\"", id));
    return sample;
}

class RowStreams : public ::testing::Test {
protected:
    std::string path(std::string const& name) const { return (folder_ / name).string(); }

    void to_extxyz(RowStream& rows, std::string const& name) const {
        ExtxyzRowWriter writer(folder_ / name, false);
        for (StoredRow const& row : all_rows(rows)) writer.write(row);
        writer.finish();
    }
    void to_zarr(std::string const& from, std::string const& name) const {
        ExtxyzRowStream rows(folder_ / from);
        ZarrRowWriter writer({.path = path(name)}, *rows.schema(), "{}");
        for (StoredRow const& row : all_rows(rows)) writer.write(row);
        writer.finish();
    }
    TemporaryFolder folder_;
};

TEST_F(RowStreams, ExtxyzToZarrAndBackIsTheSameFileAndTheSameBits) {
    SchemaPtr const schema = wide_schema();
    std::vector<Sample> wanted;
    {
        ZarrSink sink({.path = path("first.zarr")});
        for (int id = 0; id < 40; ++id) {
            wanted.push_back(awkward_sample(schema, id));
            sink.write(wanted.back(), static_cast<RowKind>(id % 4));
        }
        sink.close();
    }
    ZarrRowStream first(path("first.zarr"));
    to_extxyz(first, "first.extxyz");

    to_zarr("first.extxyz", "second.zarr");
    ZarrRowStream second(path("second.zarr"));
    to_extxyz(second, "second.extxyz");

    EXPECT_EQ(folder_.read("first.extxyz"), folder_.read("second.extxyz"));
    ZarrRowStream again(path("second.zarr"));
    auto const rows = all_rows(again);
    ASSERT_EQ(rows.size(), wanted.size());
    for (std::size_t k = 0; k < rows.size(); ++k) {
        expect_stored_equal(rows[k].sample, wanted[k]);
        EXPECT_EQ(rows[k].kind, static_cast<RowKind>(k % 4));
        EXPECT_TRUE(rows[k].has_ledger);
    }
}

/// Values of a field that both have, as doubles where it is a real one, else as whole numbers.
void expect_equal_values(Sample const& a, Sample const& b, std::string const& name) {
    auto const x = a.schema().find(name), y = b.schema().find(name);
    ASSERT_TRUE(x && y) << name;
    auto const widened = [](Sample const& sample, FieldIndex field) {
        std::vector<double> values;
        Dtype const dtype = sample.schema().field(field).dtype;
        if (dtype == Dtype::float64)
            for (double v : sample.values<double>(field)) values.push_back(v);
        else if (dtype == Dtype::float32)
            for (float v : sample.values<float>(field)) values.push_back(v);
        else if (dtype == Dtype::int64)
            for (auto v : sample.values<std::int64_t>(field))
                values.push_back(static_cast<double>(v));
        else
            for (std::byte v : sample.bytes(field)) values.push_back(std::to_integer<int>(v));
        return values;
    };
    auto const p = widened(a, *x), q = widened(b, *y);
    ASSERT_EQ(p.size(), q.size()) << name;
    for (std::size_t k = 0; k < p.size(); ++k)
        EXPECT_TRUE(p[k] == q[k] || (std::isnan(p[k]) && std::isnan(q[k]))) << name << " " << k;
}

class ReferenceStores : public RowStreams, public ::testing::WithParamInterface<std::string> {};

TEST_P(ReferenceStores, EveryLiveRowReadsBackFromExtxyz) {
    auto const storage = load_tar(golden_folder() + GetParam() + ".zarr.tar");
    nlohmann::json const about =
        nlohmann::json::parse(read_text(golden_folder() + GetParam() + ".json"));
    ZarrRowStream rows(*storage);
    auto const wanted = all_rows(rows);
    to_extxyz(*std::make_unique<ZarrRowStream>(*storage), "out.extxyz");

    ExtxyzRowStream back(folder_ / "out.extxyz");
    auto const read = all_rows(back);

    EXPECT_EQ(static_cast<std::int64_t>(wanted.size()), about["counts"]["active"]);
    ASSERT_EQ(read.size(), wanted.size());
    for (std::size_t k = 0; k < read.size(); ++k)
        for (char const* name : {"positions", "velocities", "forces", "atomic_masses",
                                 "atomic_numbers", "cell", "pbc", "energy", "stress"})
            expect_equal_values(read[k].sample, wanted[k].sample, name);
}
INSTANTIATE_TEST_SUITE_P(Zarr, ReferenceStores,
                         ::testing::Values("md_nve", "soft_delete", "from_ase", "custom_fields",
                                           "custom_short", "sink_appends", "sharded", "transposed",
                                           "writer_neighbor_matrix", "codecs_mixed"),
                         [](auto const& test) { return test.param; });

TEST_F(RowStreams, AStoreWithoutIdsCountsItsRows) {
    auto const storage = load_tar(golden_folder() + "soft_delete.zarr.tar");
    ZarrRowStream rows(*storage);

    std::vector<std::int64_t> ids;
    for (StoredRow const& row : all_rows(rows)) ids.push_back(row.sample.id().value());

    EXPECT_FALSE(rows.has_ledger());
    EXPECT_THAT(ids, ElementsAre(1, 3));  // rows 0 and 2 were deleted
}

TEST_F(RowStreams, TheFilterSeesTheLedgerBeforeTheRowIsRead) {
    {
        ZarrSink sink({.path = path("s.zarr")});
        for (int id = 0; id < 9; ++id)
            sink.write(awkward_sample(wide_schema(), id), static_cast<RowKind>(id % 4));
        sink.close();
    }
    ZarrRowStream rows(path("s.zarr"));

    auto const taken = all_rows(rows, [](RowHead const& row) {
        return row.key.stage == 1 && row.key.step == 10 * row.key.system_id &&
               row.outcome == Outcome::converged && row.name != "sample-4";
    });

    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].sample.name(), "sample-1");
    EXPECT_EQ(taken[1].sample.name(), "sample-7");
    EXPECT_EQ(taken[1].kind, RowKind::quarantined);
    EXPECT_EQ(rows.rows_seen(), 9);
}

TEST_F(RowStreams, FramesWithoutALedgerGetTheirOrdinalAndKeepTheirNumbers) {
    folder_.write("in.xyz",
                  "1\nenergy=-1.5 system_id=7 stage=1 stage_step=4\nAr 0 0 0\n"
                  "1\nenergy=-2 system_id=7 kind=frame\nAr 0 0 1\n");

    to_zarr("in.xyz", "out.zarr");

    ZarrRowStream rows(path("out.zarr"));
    auto const read = all_rows(rows);
    ASSERT_EQ(read.size(), 2U);  // one system_id, but nothing is lost
    EXPECT_EQ(read[1].sample.id(), SampleId{1});
    EXPECT_EQ(read[1].sample.values<double>(Fields::energy)[0], -2.0);
    EXPECT_TRUE(std::isnan(read[1].sample.values<double>(Fields::stress)[0]));
    auto const id = read[1].sample.schema().find("input_system_id");
    ASSERT_TRUE(id);
    EXPECT_EQ(read[1].sample.values<std::int64_t>(*id)[0], 7);
    EXPECT_THAT(read[1].sample.text(), HasSubstr("kind=frame"));
}

TEST_F(RowStreams, StressOfSixNumbersIsVoigts) {
    folder_.write("in.xyz", "1\nstress=\"1 2 3 4 5 6\"\nAr 0 0 0\n");
    ExtxyzRowStream rows(folder_ / "in.xyz");

    auto const row = all_rows(rows).at(0);

    auto const stress = row.sample.values<double>(Fields::stress);
    EXPECT_THAT(std::vector(stress.begin(), stress.end()), ElementsAre(1, 6, 5, 6, 2, 4, 5, 4, 3));
}

TEST_F(RowStreams, ABadFrameIsAnInputError) {
    folder_.write("in.xyz", "1\nname=a\nAr 0 0 0\n2\nname=b\nAr 0 0 0\n");
    ExtxyzRowStream rows(folder_ / "in.xyz");

    EXPECT_TRUE(rows.next({}));
    EXPECT_THROW(static_cast<void>(rows.next({})), InputError);
}

TEST_F(RowStreams, RowsWithOneKeyAreCountedAsLeftOut) {
    std::string const frame =
        "1\nsystem_id=7 stage=1 stage_step=4 kind=frame outcome=running\nAr 0 0 0\n";
    folder_.write("in.xyz", frame + frame);
    ExtxyzRowStream rows(folder_ / "in.xyz");
    ZarrRowWriter writer({.path = path("out.zarr")}, *rows.schema(), "{}");

    for (StoredRow const& row : all_rows(rows)) writer.write(row);
    writer.finish();

    EXPECT_EQ(writer.rows_written(), 1);
    EXPECT_THAT(writer.notes(), ElementsAre(HasSubstr("left out: 1 rows")));
}

TEST_F(RowStreams, NamesThatMeanSomethingElseInAFileAreWrittenAsInput) {
    SchemaPtr const schema = std::make_shared<Schema const>(
        std::vector<FieldSpec>{{"momenta", Level::atom, Dtype::float64, {3}, "", FieldRole::user},
                               {"two words", Level::atom, Dtype::float64, {}, "", FieldRole::user},
                               {"bonds", Level::edge, Dtype::int64, {2}, "", FieldRole::user}});
    Sample sample = awkward_sample(schema, 1);
    ExtxyzRowWriter writer(folder_ / "out.xyz", false);

    writer.write({sample, RowKind::frame, true, true});
    writer.finish();

    ExtxyzRowStream rows(folder_ / "out.xyz");
    auto const row = all_rows(rows).at(0);
    EXPECT_TRUE(row.sample.schema().find("input_momenta"));
    EXPECT_THAT(writer.notes(), ElementsAre(HasSubstr("bonds, two words")));
}

TEST_F(RowStreams, WhatIsNotFinishedLeavesNothingBehind) {
    folder_.write("out.xyz", "old");
    {
        ExtxyzRowWriter writer(folder_ / "out.xyz", true);
        writer.write({awkward_sample(wide_schema(), 1), RowKind::frame, true, true});
    }

    {
        ZarrRowWriter writer({.path = path("out.zarr")}, *wide_schema(), "{}");
        writer.write({awkward_sample(wide_schema(), 1), RowKind::frame, true, true});
    }

    EXPECT_EQ(folder_.read("out.xyz"), "old");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);
    EXPECT_THROW(ExtxyzRowWriter(folder_ / "out.xyz", false), ConfigError);
    EXPECT_THROW(ExtxyzRowWriter(folder_.path(), true), ConfigError);
    EXPECT_THROW(ExtxyzRowWriter(folder_ / "no/such/out.xyz", false), StorageError);
}

}  // namespace
}  // namespace athanor::test
