// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/pipeline_spec.hpp"

#include <utility>

namespace athanor {

int PipelineSpec::stage_count() const {
    int count = 0;
    for (ElementSpec const& element : elements) count += static_cast<int>(element.stages.size());
    return count;
}

ElementSpec operator+(ElementSpec first, StageSpec const& second) {
    first.stages.push_back(second);
    return first;
}
ElementSpec operator+(StageSpec const& first, StageSpec const& second) {
    return ElementSpec{{first}} + second;
}
ElementSpec operator+(StageSpec const& first, ElementSpec const& second) {
    ElementSpec fused{{first}};
    for (StageSpec const& stage : second.stages) fused = std::move(fused) + stage;
    return fused;
}

PipelineSpec operator|(PipelineSpec first, ElementSpec const& second) {
    first.elements.push_back(second);
    return first;
}
PipelineSpec operator|(PipelineSpec first, StageSpec const& second) {
    return std::move(first) | ElementSpec{{second}};
}
PipelineSpec operator|(ElementSpec const& first, ElementSpec const& second) {
    return PipelineSpec{{first, second}};
}
PipelineSpec operator|(StageSpec const& first, StageSpec const& second) {
    return ElementSpec{{first}} | ElementSpec{{second}};
}
PipelineSpec operator|(StageSpec const& first, ElementSpec const& second) {
    return ElementSpec{{first}} | second;
}
PipelineSpec operator|(ElementSpec const& first, StageSpec const& second) {
    return first | ElementSpec{{second}};
}

}  // namespace athanor
