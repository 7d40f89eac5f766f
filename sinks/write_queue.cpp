// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/write_queue.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {

WriteQueue::WriteQueue(int threads, std::size_t room, Perform perform, BufferReuse const& reuse)
    : thread_count_(threads),
      room_(room),
      fresh_bytes_(reuse.fresh_bytes),
      patience_(static_cast<std::int64_t>(reuse.patience * static_cast<double>(room))),
      perform_(std::move(perform)),
      ring_(64) {
    ATHANOR_EXPECTS(threads >= 0 && room > 0);
}

WriteQueue::~WriteQueue() {
    {
        std::lock_guard const guard(mutex_);
        stopping_ = true;
        count_ = 0;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void WriteQueue::throw_failure() const {
    if (!failure_.empty()) throw StorageError(failure_);
}

template <class Wait>
std::chrono::nanoseconds WriteQueue::stall(Wait wait) {
    auto const begin = std::chrono::steady_clock::now();
    wait();
    std::chrono::nanoseconds const waited = std::chrono::steady_clock::now() - begin;
    stalled_ += waited.count();
    return waited;
}

/// Of the smallest spare ones that are large enough, the one used last: it may still be in a cache.
/// Expects: the lock is held.
std::vector<RowBuffer>::iterator WriteQueue::find_spare(std::size_t size) {
    auto best = spare_.end();
    for (auto it = spare_.begin(); it != spare_.end(); ++it)
        if (it->size >= size && it->size / 2 <= size &&
            (best == spare_.end() || it->size <= best->size))
            best = it;
    return best;
}

/// Expects: the lock is held.
std::optional<RowBuffer> WriteQueue::take_spare(std::size_t size) {
    auto const best = find_spare(size);
    if (best == spare_.end()) return std::nullopt;
    RowBuffer buffer = std::move(*best);
    spare_.erase(best);
    spare_bytes_ -= buffer.size;
    return buffer;
}

/// Whether one of this size can come back, and is worth a wait. Expects: the lock is held.
bool WriteQueue::may_wait_for_spare(std::size_t size) const {
    return waiting_bytes_ >= size && waiting_bytes_ + spare_bytes_ + size > fresh_bytes_ &&
           patience_ > std::chrono::milliseconds(1);
}

/// Expects: `lock` holds the mutex.
RowBuffer WriteQueue::take_buffer(std::unique_lock<std::mutex>& lock, std::size_t size) {
    auto spare = take_spare(size);
    if (!spare && may_wait_for_spare(size)) {
        wake_at_ = std::min(fresh_bytes_ / 2, waiting_bytes_ - size);
        help(lock, size);
        spare = take_spare(size);
    }
    if (!spare && may_wait_for_spare(size)) {
        // A part of what is left each time: a thread that hangs does not use up all at once.
        auto const limit = patience_ / 32;
        wake_at_ = std::min(fresh_bytes_ / 2, waiting_bytes_ - size);
        auto const waited = stall([&] {
            came_back_.wait_for(lock, limit,
                                [&] { return waiting_bytes_ <= wake_at_ || !failure_.empty(); });
        });
        patience_ -= std::min(patience_, waited);
        spare = take_spare(size);
    }
    if (spare) return std::move(*spare);
    return {std::make_unique_for_overwrite<std::byte[]>(size), size};
}

/// Expects: the lock is held.
void WriteQueue::add_spare(RowBuffer buffer) {
    if (buffer.size == 0 || spare_bytes_ + waiting_bytes_ + buffer.size > room_) return;
    spare_bytes_ += buffer.size;
    spare_.push_back(std::move(buffer));
}

void WriteQueue::push(WriteTask task) {
    if (thread_count_ == 0) {
        throw_failure();
        try {
            perform_(task, scratch_);
        } catch (std::exception const& error) {
            failure_ = error.what();
            throw_failure();
        }
        return;
    }
    std::unique_lock lock(mutex_);
    std::size_t const bytes = task.rows.size();
    if (do_now(lock, task)) return;
    wait_for_room(lock, bytes);
    RowBuffer buffer;
    if (bytes > 0) {
        buffer = take_buffer(lock, bytes);
        waiting_bytes_ += buffer.size;
        lock.unlock();  // the copy is the long part
        std::memcpy(buffer.bytes.get(), task.rows.data(), bytes);
        task.rows = {buffer.bytes.get(), bytes};
        lock.lock();
    }
    enqueue(std::move(task), std::move(buffer));
}

void WriteQueue::push(WriteTask task, RowBuffer rows) {
    ATHANOR_EXPECTS(has_threads());
    std::unique_lock lock(mutex_);
    wait_for_room(lock, rows.size);
    waiting_bytes_ += rows.size;
    enqueue(std::move(task), std::move(rows));
}

/// Whether a thread was done with some rows a moment ago. A storage that hangs must not hold up
/// the caller while there is memory. Expects: the lock is held.
bool WriteQueue::keeps_up() const {
    return std::chrono::steady_clock::now() - last_done_ < patience_ / 4;
}

/// Expects: the lock is held.
bool WriteQueue::has_room(std::size_t bytes) const {
    return waiting_bytes_ == 0 || waiting_bytes_ + bytes <= room_;
}

bool WriteQueue::do_now(WriteTask const& task) {
    std::unique_lock lock(mutex_);
    return do_now(lock, task);
}

/// Expects: `lock` holds the mutex.
bool WriteQueue::do_now(std::unique_lock<std::mutex>& lock, WriteTask const& task) {
    std::size_t const bytes = task.rows.size();
    if (bytes == 0 || task.alone || alone_ > 0 || !failure_.empty()) return false;
    bool const full = !has_room(bytes);
    if (!full && (find_spare(bytes) != spare_.end() || !may_wait_for_spare(bytes) || !keeps_up()))
        return false;
    std::string failure;
    lock.unlock();
    auto const took = stall([&] {
        try {
            perform_(task, scratch_);
        } catch (std::exception const& error) {
            failure = error.what();
        }
    });
    lock.lock();
    if (!full) patience_ -= std::min(patience_, took);
    if (failure_.empty()) failure_ = std::move(failure);
    throw_failure();
    return true;
}

RowBuffer WriteQueue::spare_buffer(std::size_t size) {
    std::unique_lock lock(mutex_);
    return take_buffer(lock, size);
}

void WriteQueue::keep(RowBuffer buffer) {
    std::lock_guard const guard(mutex_);
    add_spare(std::move(buffer));
}

/// Throws what a task has met. Expects: the lock is held.
void WriteQueue::wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
    if (threads_.empty()) start();
    if (!has_room(bytes)) {
        std::size_t const most = room_ - std::min(room_, bytes);
        wake_at_ = most - std::min(most / 4, fresh_bytes_ / 2);  // not for each buffer
        stall([&] { came_back_.wait(lock, [&] { return has_room(bytes) || !failure_.empty(); }); });
    }
    throw_failure();
}

/// Expects: the lock is held.
void WriteQueue::enqueue(WriteTask task, RowBuffer buffer) {
    if (count_ == ring_.size()) {
        std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(first_),
                    ring_.end());
        first_ = 0;
        ring_.resize(2 * ring_.size());
    }
    alone_ += task.alone ? 1 : 0;
    ring_[(first_ + count_++) % ring_.size()] = {std::move(task), std::move(buffer)};
    wake_a_thread();
}

/// Expects: the lock is held.
void WriteQueue::wake_a_thread() {
    if (sleeping_ > 0 && may_begin()) work_.notify_one();
}

/// Expects: the lock is held.
bool WriteQueue::is_drained() const { return running_ == 0 && (count_ == 0 || !failure_.empty()); }

void WriteQueue::drain() {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return is_drained(); });
    throw_failure();
}

std::size_t WriteQueue::held_bytes() const {
    std::lock_guard const guard(mutex_);
    return waiting_bytes_ + spare_bytes_;
}

void WriteQueue::start() {
    for (int t = 0; t < thread_count_; ++t) threads_.emplace_back([this] { run(); });
}

/// Expects: the lock is held.
bool WriteQueue::may_begin() const {
    if (count_ == 0 || !failure_.empty() || alone_running_) return false;
    return !ring_[first_].task.alone || running_ == 0;
}

/// Expects: `lock` holds the mutex, and may_begin().
void WriteQueue::do_first(std::unique_lock<std::mutex>& lock, EncodeScratch& scratch) {
    Waiting now = std::move(ring_[first_]);
    first_ = (first_ + 1) % ring_.size();
    --count_;
    ++running_;
    alone_running_ = now.task.alone;
    wake_a_thread();  // each wakes the next: a push wakes one
    lock.unlock();
    std::string failure;
    try {
        perform_(now.task, scratch);
    } catch (std::exception const& error) {
        failure = error.what();
    }
    lock.lock();
    if (failure_.empty()) failure_ = std::move(failure);
    waiting_bytes_ -= now.buffer.size;
    add_spare(std::move(now.buffer));
    --running_;
    alone_ -= now.task.alone ? 1 : 0;
    alone_running_ = false;
    last_done_ = std::chrono::steady_clock::now();
    tell_callers();
}

/// Does what comes first, while the threads get on, until there is memory for `size` bytes: in a
/// commit do_now() would overtake it. Not what is `alone`, which may take as long as a disk likes.
/// Expects: `lock` holds the mutex.
void WriteQueue::help(std::unique_lock<std::mutex>& lock, std::size_t size) {
    bool helped = false;
    while (may_wait_for_spare(size) && find_spare(size) == spare_.end() && keeps_up() &&
           may_begin() && !ring_[first_].task.alone) {
        auto const took = stall([&] { do_first(lock, scratch_); });
        patience_ -= std::min(patience_, took);
        helped = true;
    }
    if (helped) wake_a_thread();
}

/// Expects: the lock is held.
void WriteQueue::tell_callers() {
    if (waiting_bytes_ <= wake_at_ || !failure_.empty()) came_back_.notify_all();
    if (is_drained()) drained_.notify_all();
}

void WriteQueue::run() {
    EncodeScratch scratch;
    std::unique_lock lock(mutex_);
    for (;;) {
        ++sleeping_;
        work_.wait(lock, [this] { return stopping_ || may_begin(); });
        --sleeping_;
        if (stopping_) return;
        do_first(lock, scratch);
    }
}

}  // namespace athanor
