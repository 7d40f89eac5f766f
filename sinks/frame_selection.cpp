// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/frame_selection.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

FrameSelection::FrameSelection(std::string_view text) {
    auto const refuse = [&] {
        throw ConfigError(
            fmt::format("\"{}\" selects no frames; give START:STOP:STEP as in Python, with a step "
                        "of 1 or more (\":\" is all, \"::10\" every tenth, \"-5:\" the last five)",
                        text));
    };
    std::vector<std::optional<std::int64_t>> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        std::size_t const end = std::min(text.find(':', begin), text.size());
        std::string_view const part = trimmed(text.substr(begin, end - begin));
        std::int64_t value = 0;
        auto const [stop, problem] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (part.empty())
            parts.emplace_back();
        else if (problem == std::errc{} && stop == part.data() + part.size())
            parts.emplace_back(value);
        else
            refuse();
        begin = end + 1;
    }
    if (parts.size() > 3 || (parts.size() == 1 && !parts[0])) refuse();
    start_ = parts[0].value_or(0);
    if (parts.size() == 1) {  // one frame; -1 is the last, whose slice has no end
        if (start_ != -1) stop_ = start_ + 1;
        return;
    }
    stop_ = parts[1];
    if (parts.size() == 3) step_ = parts[2].value_or(1);
    if (step_ < 1) refuse();
}

FrameSelection FrameSelection::resolved(std::int64_t frame_count) const {
    ATHANOR_EXPECTS(frame_count >= 0);
    FrameSelection fixed = *this;
    if (start_ < 0) fixed.start_ = std::max<std::int64_t>(0, frame_count + start_);
    if (stop_ && *stop_ < 0) fixed.stop_ = std::max<std::int64_t>(0, frame_count + *stop_);
    return fixed;
}

FrameSelection FrameSelection::share(int part, int parts) const {
    ATHANOR_EXPECTS(!needs_frame_count() && part >= 0 && part < parts);
    FrameSelection mine = *this;
    mine.start_ += step_ * part;
    mine.step_ *= parts;
    return mine;
}

std::string FrameSelection::text() const {
    return fmt::format("{}:{}:{}", start_, stop_ ? std::to_string(*stop_) : "", step_);
}

bool FrameSelection::contains(std::int64_t frame) const {
    ATHANOR_EXPECTS(!needs_frame_count());
    return frame >= start_ && !ends_before(frame) && (frame - start_) % step_ == 0;
}

}  // namespace athanor
