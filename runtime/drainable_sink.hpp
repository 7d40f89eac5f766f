// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "runtime/sample.hpp"
#include "runtime/sink.hpp"

namespace athanor {

/// A sink that gives samples back: room outside a batch for those that still have to run.
/// Threads: as Sink.
class DrainableSink : public Sink {
public:
    /// Takes out the sample that has been there longest, if `batch` has room for it.
    [[nodiscard]] virtual std::optional<Sample> take_oldest_for(Batch const& batch) = 0;
    [[nodiscard]] virtual bool empty() const = 0;
    /// Copies of all of them, in that order; they stay.
    [[nodiscard]] virtual std::vector<Sample> copies() const = 0;
};

}  // namespace athanor
