// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/fiber.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace athanor::detail {
namespace {

/// What the fibers of a test say, and who goes on when one has said something.
struct Talk {
    Talk(int count, void (*main)()) {
        for (int k = 0; k < count; ++k) speakers.push_back(std::make_unique<Fiber>(main));
    }
    Fiber listener;
    std::vector<std::unique_ptr<Fiber>> speakers;
    std::size_t turn = 0;
    std::string said;

    std::string& round() {
        said.clear();
        for (turn = 0; turn < speakers.size(); ++turn) Fiber::change(listener, *speakers[turn]);
        return said;
    }
    void stop() { Fiber::change(*speakers[turn], listener); }
};
thread_local Talk* talk = nullptr;

/// Numbers of its own, from locals that have to outlive every change.
void count() {
    double half = 0.5 * static_cast<double>(talk->turn);
    for (std::string own(1, static_cast<char>('a' + talk->turn));; half += 0.5) {
        talk->said += own + std::to_string(half).substr(0, 3) + " ";
        talk->stop();
    }
}

/// Catches what it throws, while others have stood in the middle of the same.
void throw_and_catch() {
    for (;;) {
        try {
            std::string const words = std::to_string(talk->turn);
            talk->stop();
            throw std::runtime_error(words);
        } catch (std::runtime_error const& error) {
            talk->said += error.what();
        }
    }
}

TEST(Fiber, GoesOnWhereItWasLeftWithItsOwnLocals) {
    Talk abc(3, &count);
    talk = &abc;

    EXPECT_EQ(abc.round(), "a0.0 b0.5 c1.0 ");
    EXPECT_EQ(abc.round(), "a0.5 b1.0 c1.5 ");
    EXPECT_EQ(abc.round(), "a1.0 b1.5 c2.0 ");
}

TEST(Fiber, ThrowsAndCatchesOnItsOwnStack) {
    Talk many(5, &throw_and_catch);
    talk = &many;

    EXPECT_EQ(many.round(), "");
    EXPECT_EQ(many.round(), "01234");
    EXPECT_EQ(many.round(), "01234");
}

TEST(Fiber, EachThreadHasItsOwn) {
    std::vector<std::string> said(4);
    {
        std::vector<std::jthread> threads;
        for (std::string& mine : said)
            threads.emplace_back([&mine] {
                Talk own(300, &throw_and_catch);
                talk = &own;
                for (int k = 0; k < 50; ++k) mine = own.round();
            });
    }
    std::string expected;
    for (int k = 0; k < 300; ++k) expected += std::to_string(k);
    for (std::string const& mine : said) EXPECT_EQ(mine, expected);
}

}  // namespace
}  // namespace athanor::detail
