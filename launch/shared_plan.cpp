// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/shared_plan.hpp"

#include <exception>
#include <string>
#include <utility>

#include "runtime/error.hpp"
#include "runtime/ids.hpp"

namespace athanor {

std::string shared_text(MpiEnvironment const& mpi, std::function<std::string()> const& make) {
    std::string message;  // 'P' and the text, or 'E' and an exit code
    std::exception_ptr failure;
    if (mpi.rank() == Rank{0}) {
        try {
            message = "P" + make();
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
    return message.substr(1);
}

CampaignPlan shared_plan(MpiEnvironment const& mpi, std::function<CampaignPlan()> const& make) {
    CampaignPlan plan;
    std::string const bytes = shared_text(mpi, [&] {
        plan = make();
        return to_bytes(plan);
    });
    return mpi.rank() == Rank{0} ? plan : plan_from_bytes(bytes);
}

}  // namespace athanor
