// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/ids.hpp"

namespace athanor {

/// A set of samples, as ranges of their ids: small where neighbours in the input share a fate.
class IdRanges {
public:
    IdRanges() = default;
    /// In any order, also several times.
    explicit IdRanges(std::vector<std::int64_t> ids);
    /// "0-99,105,107-110". Expects: the text of to_text().
    [[nodiscard]] static IdRanges from_text(std::string const& text);

    [[nodiscard]] bool contains(SampleId sample) const;
    [[nodiscard]] std::int64_t size() const;
    [[nodiscard]] std::string to_text() const;
    bool operator==(IdRanges const&) const = default;

private:
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges_;  ///< first and last, ascending
};

}  // namespace athanor
