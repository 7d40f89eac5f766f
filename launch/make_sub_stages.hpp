// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "launch/campaign_plan.hpp"
#include "runtime/hook.hpp"
#include "stages/fused_stage.hpp"
#include "stages/pipeline_spec.hpp"

namespace athanor {

using MakeHooks =
    std::function<std::vector<std::shared_ptr<Hook>>(std::vector<HookSpec> const& specs)>;

/// The stages of an element, as its description has them. Throws: ConfigError for options out of
/// range, and what `make_hooks` throws.
[[nodiscard]] std::vector<SubStage> make_sub_stages(PipelineSpec const& pipeline, int element,
                                                    MakeHooks const& make_hooks);

/// Makes every element once as a run would, for a batch of one sample and with hooks that write
/// nothing, since much of what is wrong with a stage is known only with the fields of the input.
/// Throws: ConfigError, in the words of a run.
void rehearse_elements(CampaignPlan const& plan);

}  // namespace athanor
