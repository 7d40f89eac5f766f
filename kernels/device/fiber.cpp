// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/fiber.hpp"

namespace athanor::detail {
namespace {

constexpr std::size_t stack_bytes = 64 * 1024;

/// Stacks that all begin at the same place of a page share few lines of the cache.
std::size_t next_offset() {
    static thread_local std::size_t made = 0;
    return made++ % 16 * 256;
}

}  // namespace

Fiber::Fiber(void (*main)())
    : main_(main),
      stack_(std::make_unique_for_overwrite<std::byte[]>(stack_bytes)),
      bottom_(stack_.get()),
      bytes_(stack_bytes - next_offset()),
      begun_(false) {
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack_.get();
    context_.uc_stack.ss_size = bytes_;
    makecontext(&context_, &Fiber::begin, 0);
}

void Fiber::begin() {
    entered();
    now_->main_();
}

}  // namespace athanor::detail
