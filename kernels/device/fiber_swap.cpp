// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Fibers change in the way that sanitizers know: to them a jump to another stack is an error.
#include "kernels/device/fiber.hpp"

namespace athanor::detail {

void Fiber::change(Fiber& from, Fiber& to) { swapcontext(&from.context_, &to.context_); }

}  // namespace athanor::detail
