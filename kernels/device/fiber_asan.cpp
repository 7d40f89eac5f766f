// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Fibers change as in fiber_jump.cpp, and AddressSanitizer is told. Of swapcontext() and longjmp()
/// it knows, too, and removes its marks from the whole stack each time, which takes longest of all.
#include <exception>

#include <sanitizer/common_interface_defs.h>

#include "kernels/device/fiber.hpp"

namespace athanor::detail {
namespace {

thread_local void const** left_bottom = nullptr;  ///< of the stack that was left last
thread_local std::size_t* left_bytes = nullptr;

void arrive(void* fake_stack) {
    __sanitizer_finish_switch_fiber(fake_stack, left_bottom, left_bytes);
}

}  // namespace

// Without it the compiler would have all marks of the stack removed before a jump.
__attribute__((noinline, no_sanitize("address"))) void Fiber::change(Fiber& from, Fiber& to) {
    now_ = &to;
    left_bottom = &from.bottom_;
    left_bytes = &from.bytes_;
    void* fake_stack = nullptr;
    __sanitizer_start_switch_fiber(&fake_stack, to.bottom_, to.bytes_);
    if (__builtin_setjmp(from.left_) == 0) {
        if (to.begun_) __builtin_longjmp(to.left_, 1);
        to.begun_ = true;
        setcontext(&to.context_);
        std::terminate();
    }
    arrive(fake_stack);
}

void Fiber::entered() { arrive(nullptr); }

}  // namespace athanor::detail
