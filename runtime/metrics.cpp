// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics.hpp"

namespace athanor {

void StageClock::show_on(Trace* trace) {
    trace_ = trace;
    if (trace_ == nullptr) return;
    auto const add = [this](TimePart part, TraceCategory category) {
        names_[static_cast<std::size_t>(part)] =
            trace_->add_name(name_of(part), category, /*joins=*/true);
    };
    for (TimePart const part : {TimePart::forces, TimePart::neighbors, TimePart::update})
        add(part, TraceCategory::kernel);
    for (TimePart const part : {TimePart::pack, TimePart::wait_for_input, TimePart::wait_for_room})
        add(part, TraceCategory::channel);
    add(TimePart::write, TraceCategory::sink);
}

}  // namespace athanor
