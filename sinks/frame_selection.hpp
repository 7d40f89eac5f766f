// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace athanor {

/// Frames of a file as Python's slices name them: ":" all, "10:20", "::5", "-3:", or one, "7".
/// The step is 1 or more, for a stream goes forwards.
class FrameSelection {
public:
    /// Everything.
    FrameSelection() = default;
    /// Throws ConfigError, without a place, when `text` is no such slice.
    explicit FrameSelection(std::string_view text);

    /// True when the meaning depends on how many frames there are ("-3:").
    [[nodiscard]] bool needs_frame_count() const { return start_ < 0 || (stop_ && *stop_ < 0); }
    /// The same frames, counted from the front. Expects: frame_count >= 0.
    [[nodiscard]] FrameSelection resolved(std::int64_t frame_count) const;
    /// Of the selected frames, those whose place among them is `part` modulo `parts`: what one of
    /// several readers takes. Expects: !needs_frame_count(), 0 <= part < parts.
    [[nodiscard]] FrameSelection share(int part, int parts) const;
    /// As the constructor takes it, "3:20:4"; of one frame a slice that has only that one.
    [[nodiscard]] std::string text() const;
    /// Expects: !needs_frame_count().
    [[nodiscard]] bool contains(std::int64_t frame) const;
    /// True when neither `frame` nor a later one is selected. Expects: !needs_frame_count().
    [[nodiscard]] bool ends_before(std::int64_t frame) const { return stop_ && frame >= *stop_; }

private:
    std::int64_t start_ = 0;
    std::optional<std::int64_t> stop_;
    std::int64_t step_ = 1;
};

}  // namespace athanor
