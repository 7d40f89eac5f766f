// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "runtime/log_writer.hpp"
#include "sinks/csv_log.hpp"
#include "sinks/queued_log.hpp"
#include "sinks/tensorboard_log.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

void fill(LogBlock& block, std::int64_t step, std::string const& name, double energy, double fmax) {
    block.clear(2);
    for (int k = 0; k < 2; ++k) {
        LogRow& row = block.add_row();
        row.step = step;
        row.graph_idx = k;
        row.system_id = 40 + k;
        row.name = name;
        row.status = 1;
        block.add(energy + k);
        block.add(fmax);
    }
}

std::vector<std::string> const columns{"energy", "fmax"};

TEST(CsvLog, GoesOnBehindTheLastWholeLineOfAnEarlierRun) {
    TemporaryFolder const folder;
    auto const path = folder.path() / "md.csv";
    LogBlock block;
    auto const write_one = [&](std::int64_t step) {
        CsvLog log(path, CsvLog::Existing::append);
        log.open(columns);
        fill(block, step, "a", 1.0, 2.0);
        log.write(block);
        log.close();
    };
    write_one(1);
    std::string const one = folder.read("md.csv");
    folder.write("md.csv", one + "11,0,40,a,1,0.3");
    write_one(11);
    std::string const two = folder.read("md.csv");
    EXPECT_EQ(two, one + "11,0,40,a,1,1,2\n11,1,41,a,1,2,2\n");
    folder.write("md.csv", "step,gra");  // not even the heading
    write_one(1);
    EXPECT_EQ(folder.read("md.csv"), one);
}

TEST(CsvLog, HasAHeadingAndALinePerRowWithExactNumbers) {
    TemporaryFolder const folder;
    CsvLog log(folder.path() / "new/folder/md.csv");
    LogBlock block;

    log.open(columns);
    fill(block, 1, "a,\"b\"", -0.1, std::numeric_limits<double>::quiet_NaN());
    log.write(block);
    fill(block, 11, "plain", 1.0 / 3.0, 2e-300);
    log.write(block);
    log.close();
    log.close();

    EXPECT_EQ(folder.read("new/folder/md.csv"),
              "step,graph_idx,system_id,name,status,energy,fmax\n"
              "1,0,40,\"a,\"\"b\"\"\",1,-0.1,nan\n"
              "1,1,41,\"a,\"\"b\"\"\",1,0.9,nan\n"
              "11,0,40,plain,1,0.3333333333333333,2e-300\n"
              "11,1,41,plain,1,1.3333333333333333,2e-300\n");
}

TEST(CsvLog, AFileThatCannotBeMadeIsAStorageError) {
    CsvLog log("/proc/nothing/md.csv");
    EXPECT_THROW(log.open(columns), StorageError);
}

/// Reads an event file: an independent, small decoder of the parts that are used.
class EventFile {
public:
    explicit EventFile(std::string bytes) : bytes_(std::move(bytes)) {
        for (std::size_t at = 0; at < bytes_.size();) at = record(at);
    }
    std::string version;
    std::map<std::pair<std::string, std::int64_t>, float> values;  ///< by tag and step

private:
    template <class T>
    static T raw(std::string const& from, std::size_t at) {
        T value;
        std::memcpy(&value, from.data() + at, sizeof value);
        return value;
    }
    static std::uint32_t unmasked(std::uint32_t masked) {
        return std::rotl(masked - 0xa282ead8U, 15);
    }
    static std::uint32_t crc(std::string const& bytes) {
        return crc32c(std::as_bytes(std::span(bytes)));
    }
    std::size_t record(std::size_t at) {
        auto const size = raw<std::uint64_t>(bytes_, at);
        EXPECT_EQ(unmasked(raw<std::uint32_t>(bytes_, at + 8)), crc(bytes_.substr(at, 8)));
        std::string const data = bytes_.substr(at + 12, size);
        EXPECT_EQ(unmasked(raw<std::uint32_t>(bytes_, at + 12 + size)), crc(data));
        event(data);
        return at + 16 + size;
    }
    static std::uint64_t varint(std::string const& from, std::size_t& at) {
        std::uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            auto const byte = static_cast<unsigned char>(from[at++]);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
    }
    /// Calls take(field, number, bytes) for each field of a message.
    template <class Take>
    static void each_field(std::string const& message, Take const& take) {
        for (std::size_t at = 0; at < message.size();) {
            std::uint64_t const key = varint(message, at);
            std::uint64_t number = 0;
            std::string bytes;
            switch (key & 7U) {
                case 0:
                    number = varint(message, at);
                    break;
                case 1:
                    bytes = message.substr(at, 8);
                    at += 8;
                    break;
                case 2: {
                    std::uint64_t const size = varint(message, at);
                    bytes = message.substr(at, size);
                    at += size;
                    break;
                }
                default:
                    bytes = message.substr(at, 4);
                    at += 4;
            }
            take(key >> 3, number, bytes);
        }
    }
    void event(std::string const& message) {
        std::int64_t step = 0;
        each_field(message, [&](std::uint64_t field, std::uint64_t number, std::string const& b) {
            if (field == 2) step = static_cast<std::int64_t>(number);
            if (field == 3) version = b;
            if (field == 5)
                each_field(b, [&](std::uint64_t, std::uint64_t, std::string const& value) {
                    std::string tag;
                    each_field(value,
                               [&](std::uint64_t f, std::uint64_t, std::string const& content) {
                                   if (f == 1) tag = content;
                                   if (f == 2) values[{tag, step}] = raw<float>(content, 0);
                               });
                });
        });
    }
    std::string bytes_;
};

TEST(TensorboardLog, WritesChecksummedEventsWithACurvePerScalarAndSample) {
    TemporaryFolder const folder;
    TensorboardLog log(folder.path() / "board");
    LogBlock block;

    log.open(columns);
    fill(block, 1, "a", -0.5, 0.25);
    log.write(block);
    fill(block, 300, "a", -1.5, 0.125);
    log.write(block);
    log.close();

    auto const file = std::filesystem::directory_iterator(folder.path() / "board")->path();
    EXPECT_THAT(file.filename().string(), HasSubstr("events.out.tfevents."));
    EventFile const events(folder.read("board/" + file.filename().string()));
    EXPECT_EQ(events.version, "brain.Event:2");
    std::map<std::pair<std::string, std::int64_t>, float> const expected{
        {{"energy/40", 1}, -0.5F},   {{"fmax/40", 1}, 0.25F},     {{"energy/41", 1}, 0.5F},
        {{"fmax/41", 1}, 0.25F},     {{"energy/40", 300}, -1.5F}, {{"fmax/40", 300}, 0.125F},
        {{"energy/41", 300}, -0.5F}, {{"fmax/41", 300}, 0.125F}};
    EXPECT_EQ(events.values, expected);
}

/// Remembers steps; may be slow, or fail from some write on.
struct DoubleLog final : LogWriter {
    std::vector<std::int64_t>& steps;
    bool& closed;
    int fails_at = -1;

    DoubleLog(std::vector<std::int64_t>& s, bool& c) : steps(s), closed(c) {}
    void open(std::span<std::string const>) override {}
    void write(LogBlock& block) override {
        if (static_cast<int>(steps.size()) == fails_at) throw StorageError("log.csv: disk full");
        for (std::size_t k = 0; k < block.size(); ++k) steps.push_back(block.row(k).step);
    }
    void close() override { closed = true; }
    std::string describe() const override { return "double"; }
};

TEST(QueuedLog, WritesEverythingInOrderThroughAQueueOfOne) {
    std::vector<std::int64_t> steps, expected;
    bool closed = false;
    QueuedLog log(std::make_unique<DoubleLog>(steps, closed), 1);
    LogBlock block;

    log.open(columns);
    for (std::int64_t step = 0; step < 500; ++step) {
        block.clear(0);
        block.add_row().step = step;
        expected.push_back(step);
        log.write(block);
    }
    log.close();

    EXPECT_EQ(steps, expected);
    EXPECT_TRUE(closed);
}

TEST(QueuedLog, AFailureIsToldAtALaterWriteAndAtEveryClose) {
    std::vector<std::int64_t> steps;
    bool closed = false;
    auto inner = std::make_unique<DoubleLog>(steps, closed);
    inner->fails_at = 2;
    QueuedLog log(std::move(inner), 1);
    LogBlock block;
    log.open(columns);

    EXPECT_THROW(
        {
            for (int k = 0; k < 100; ++k) {
                block.clear(0);
                block.add_row().step = k;
                log.write(block);
            }
        },
        StorageError);

    EXPECT_THROW(log.close(), StorageError);
    EXPECT_THROW(log.close(), StorageError);
    EXPECT_TRUE(closed);
    EXPECT_EQ(steps.size(), 2U);
}

}  // namespace
}  // namespace athanor::test
