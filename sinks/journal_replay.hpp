// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace athanor {

/// What a journal held, beyond the arrays of its store.
struct JournalReplay {
    int files = 0;                ///< 0: there was no journal
    std::int64_t rows = 0;        ///< samples that the arrays lack, or lacked
    std::int64_t known_rows = 0;  ///< samples that stood in the arrays already
    std::int64_t torn_bytes = 0;  ///< of records that were never finished; they are cut off
};

}  // namespace athanor
