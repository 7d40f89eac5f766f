// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What every sink does, whatever it keeps its rows in.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/sink.hpp"

namespace athanor::test {

/// Place{} gives a fresh sink() with room for 100 rows, and after close() the names of the rows
/// that it holds, in order, as kept_names().
template <class Place>
class SinkContract : public ::testing::Test {
protected:
    static Batch three_samples() {
        Batch batch(std::make_shared<Schema const>(), {3, 8, 0});
        for (auto const& [id, atoms] : {std::pair{0, 2}, {1, 1}, {2, 4}})
            batch.append(Sample(batch.schema_ptr(), SampleId{id}, fmt::format("s{}", id), atoms));
        return batch;
    }
    Place place_;
};
TYPED_TEST_SUITE_P(SinkContract);

TYPED_TEST_P(SinkContract, KeepsTheChosenRowsInTheOrderWritten) {
    Sink& sink = this->place_.sink();
    Batch const batch = this->three_samples();

    sink.write(batch, std::array{SystemIndex{2}, SystemIndex{0}}, RowKind::frame);
    sink.write(batch, std::array{SystemIndex{1}}, RowKind::graduated);
    sink.close();

    EXPECT_EQ(sink.rows_written(), 3);
    EXPECT_EQ(this->place_.kept_names(), (std::vector<std::string>{"s2", "s0", "s1"}));
}

TYPED_TEST_P(SinkContract, NothingToWriteWritesNothing) {
    Sink& sink = this->place_.sink();

    sink.write(this->three_samples(), {}, RowKind::frame);
    sink.flush();
    sink.close();

    EXPECT_EQ(sink.rows_written(), 0);
    EXPECT_TRUE(this->place_.kept_names().empty());
}

TYPED_TEST_P(SinkContract, OwnsWhatItWasGiven) {
    Sink& sink = this->place_.sink();
    {
        Batch batch = this->three_samples();
        sink.write(batch, std::array{SystemIndex{0}, SystemIndex{1}}, RowKind::frame);
        batch.remove(SystemIndex{0});
    }

    sink.close();

    EXPECT_EQ(this->place_.kept_names(), (std::vector<std::string>{"s0", "s1"}));
}

TYPED_TEST_P(SinkContract, ClosingTwiceDoesNothingMore) {
    Sink& sink = this->place_.sink();
    sink.write(this->three_samples(), std::array{SystemIndex{1}}, RowKind::frame);

    sink.close();
    sink.close();

    EXPECT_EQ(this->place_.kept_names(), (std::vector<std::string>{"s1"}));
}

TYPED_TEST_P(SinkContract, TakesRowsFromSeveralThreads) {
    Sink& sink = this->place_.sink();
    constexpr int threads = 4, rows = 20;

    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
        writers.emplace_back([&sink, t] {
            for (int k = 0; k < rows; ++k) {
                Batch batch(std::make_shared<Schema const>(), {1, 1, 0});
                int const id = t * rows + k;
                batch.append(Sample(batch.schema_ptr(), SampleId{id}, std::to_string(id), 1));
                sink.write(batch, std::array{SystemIndex{0}}, RowKind::frame);
            }
        });
    for (std::thread& writer : writers) writer.join();
    sink.close();

    EXPECT_EQ(sink.rows_written(), threads * rows);
    std::vector<int> next(threads, 0);  // rows of one caller stand in order
    for (std::string const& name : this->place_.kept_names()) {
        int const id = std::stoi(name);
        EXPECT_EQ(id % rows, next[static_cast<std::size_t>(id / rows)]++);
    }
    EXPECT_EQ(next, std::vector<int>(threads, rows));
}

REGISTER_TYPED_TEST_SUITE_P(SinkContract, KeepsTheChosenRowsInTheOrderWritten,
                            NothingToWriteWritesNothing, OwnsWhatItWasGiven,
                            ClosingTwiceDoesNothingMore, TakesRowsFromSeveralThreads);

}  // namespace athanor::test
