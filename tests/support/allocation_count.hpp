// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor::test {

/// Calls of operator new in this test binary so far; link allocation_count.cpp.
[[nodiscard]] long allocation_count();

}  // namespace athanor::test
