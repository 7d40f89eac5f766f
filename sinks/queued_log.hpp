// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/log_writer.hpp"

namespace athanor {

/// Another log, written by a thread of its own, so that a step never waits for a disk: only for
/// room in the queue.
/// Bound:     `room` blocks wait at most; write() waits while there are as many.
/// Ownership: owns the log behind it. The destructor writes what waits and swallows errors: call
///            close() to hear of them.
/// Threads:   write(), close() from one thread at a time, not necessarily the same.
/// Throws:    what the log behind threw, from the next write() or from close(), every time.
class QueuedLog final : public LogWriter {
public:
    explicit QueuedLog(std::unique_ptr<LogWriter> log, std::size_t room = 64);
    ~QueuedLog() override;

    void open(std::span<std::string const> scalar_names) override;
    /// Leaves an earlier, written block behind for use again.
    void write(LogBlock& block) override;
    void close() override;
    [[nodiscard]] std::string describe() const override { return log_->describe(); }

private:
    void run();

    std::unique_ptr<LogWriter> log_;
    std::size_t room_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<LogBlock> waiting_;
    std::vector<LogBlock> spare_;
    std::exception_ptr failure_;
    bool closing_ = false;
    bool closed_ = false;
    std::thread thread_;
};

}  // namespace athanor
