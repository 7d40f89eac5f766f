// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/shared_plan.hpp"

#include <exception>
#include <string>

#include "runtime/error.hpp"
#include "runtime/ids.hpp"

namespace athanor {

CampaignPlan shared_plan(MpiEnvironment const& mpi, std::function<CampaignPlan()> const& make) {
    std::string message;  // 'P' and a plan, or 'E' and an exit code
    CampaignPlan plan;
    std::exception_ptr failure;
    if (mpi.rank() == Rank{0}) {
        try {
            plan = make();
            message = "P" + to_bytes(plan);
        } catch (Error const& error) {
            failure = std::current_exception();
            message = "E" + std::to_string(error.exit_code());
        } catch (...) {
            failure = std::current_exception();
            message = "E4";
        }
    }
    message = mpi.broadcast(std::move(message));
    if (failure) std::rethrow_exception(failure);
    if (message[0] == 'E') throw Error("", std::stoi(message.substr(1)));
    return mpi.rank() == Rank{0} ? plan : plan_from_bytes(message.substr(1));
}

}  // namespace athanor
