// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "runtime/ids.hpp"

namespace athanor {

/// A frame of the input that cannot become a sample, with all that a person needs to mend it.
struct BadFrame {
    SampleId id;               ///< the ordinal it keeps, so that no other sample's id depends on it
    std::string name;          ///< its `name` key where that can be read, else FILE:FRAME
    std::int64_t line = 0;     ///< where the trouble is, from 1
    std::string reason;        ///< FILE:LINE: frame N: what was seen, what was expected, what to do
    std::string raw;           ///< the frame as it stands in the file (the first 16 MiB of it)
    bool well_formed = false;  ///< it has the form of a frame; only its values are impossible
};

using BadFrameHandler = std::function<void(BadFrame const&)>;

}  // namespace athanor
