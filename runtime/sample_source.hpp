// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "runtime/sample.hpp"

namespace athanor {

/// A stream of samples, in the order of the input.
/// Bound:  memory for one sample, whatever the length of the input.
/// Throws: InputError when the input as a whole is unusable; a single bad frame is reported to the
///         quarantine the source was made with, and the next good one is returned.
class SampleSource {
public:
    virtual ~SampleSource() = default;

    /// The next sample, or nothing at the end (and at every later call).
    [[nodiscard]] virtual std::optional<Sample> next() = 0;
};

}  // namespace athanor
