// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/queued_log.hpp"

#include <utility>

#include "runtime/expects.hpp"

namespace athanor {

QueuedLog::QueuedLog(std::unique_ptr<LogWriter> log, std::size_t room)
    : log_(std::move(log)), room_(room) {
    ATHANOR_EXPECTS(log_ != nullptr && room_ > 0);
}

QueuedLog::~QueuedLog() {
    try {
        close();
    } catch (...) {  // whoever wants to hear of it calls close()
    }
}

void QueuedLog::open(std::span<std::string const> scalar_names) {
    log_->open(scalar_names);
    thread_ = std::thread([this] { run(); });
}

void QueuedLog::write(LogBlock& block) {
    ATHANOR_EXPECTS(thread_.joinable());
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.size() < room_ || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    waiting_.push_back(std::move(block));
    if (spare_.empty()) {
        block = LogBlock();
    } else {
        block = std::move(spare_.back());
        spare_.pop_back();
    }
    changed_.notify_all();
}

void QueuedLog::close() {
    if (!std::exchange(closed_, true)) {
        {
            std::lock_guard const lock(mutex_);
            closing_ = true;
        }
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
        try {
            log_->close();
        } catch (...) {
            if (!failure_) failure_ = std::current_exception();
        }
    }
    if (failure_) std::rethrow_exception(failure_);
}

void QueuedLog::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return !waiting_.empty() || closing_; });
        if (waiting_.empty()) return;
        LogBlock block = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        std::exception_ptr failure;
        try {
            log_->write(block);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        if (failure) {
            failure_ = failure;
            waiting_.clear();
            changed_.notify_all();
            return;
        }
        spare_.push_back(std::move(block));
        changed_.notify_all();
    }
}

}  // namespace athanor
