// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/campaign.hpp"

#include "runtime/error.hpp"

namespace athanor {

int run_campaign(Config const&, RunOptions const&) {
    throw CampaignError("run: not available in this version; check the file with athanor validate");
}

}  // namespace athanor
