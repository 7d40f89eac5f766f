// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/object_queue.hpp"

#include <utility>

namespace athanor {

ObjectQueue::ObjectQueue(int threads, std::size_t most_bytes)
    : thread_count_(static_cast<std::size_t>(threads)), most_bytes_(most_bytes) {}

ObjectQueue::~ObjectQueue() {
    {
        std::lock_guard const guard(mutex_);
        ending_ = true;
    }
    something_to_do_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void ObjectQueue::add(std::string const& key, std::size_t bytes, std::function<void()> job) {
    std::unique_lock lock(mutex_);
    something_done_.wait(lock, [&] {
        bool const room = bytes_ == 0 || bytes_ + bytes <= most_bytes_;
        return error_ != nullptr || (room && keys_.count(key) == 0);
    });
    if (error_ != nullptr) std::rethrow_exception(error_);
    keys_.insert(key);
    bytes_ += bytes;
    waiting_.push_back({key, bytes, std::move(job)});
    if (threads_.size() < thread_count_ && keys_.size() > threads_.size())
        threads_.emplace_back([this] { work(); });
    something_to_do_.notify_one();
}

void ObjectQueue::drain() {
    std::unique_lock lock(mutex_);
    something_done_.wait(lock, [&] { return keys_.empty(); });
    if (error_ != nullptr) std::rethrow_exception(error_);
}

void ObjectQueue::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        something_to_do_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
        if (ending_) return;
        Job const job = std::move(waiting_.front());
        waiting_.pop_front();
        if (error_ == nullptr) {
            lock.unlock();
            std::exception_ptr error;
            try {
                job.run();
            } catch (...) {
                error = std::current_exception();
            }
            lock.lock();
            if (error_ == nullptr) error_ = error;
        }
        keys_.erase(job.key);
        bytes_ -= job.bytes;
        something_done_.notify_all();
    }
}

}  // namespace athanor
