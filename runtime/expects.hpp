// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor::detail {

/// Prints what was expected and where, then aborts: the caller is wrong, and going on would lie.
[[noreturn]] void contract_violated(char const* kind, char const* condition, char const* file,
                                    int line);

}  // namespace athanor::detail

/// The second rung of the error ladder (docs/architecture.md): a condition the caller must meet.
/// On in every build; leave it out of per-atom code.
#define ATHANOR_EXPECTS(condition) \
    ((condition)                   \
         ? static_cast<void>(0)    \
         : ::athanor::detail::contract_violated("expected", #condition, __FILE__, __LINE__))

/// The same for what a function promises about its own result.
#define ATHANOR_ENSURES(condition) \
    ((condition)                   \
         ? static_cast<void>(0)    \
         : ::athanor::detail::contract_violated("ensured", #condition, __FILE__, __LINE__))
