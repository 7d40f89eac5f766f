// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/joint_end.hpp"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

int exit_code_of(std::exception const& error) {
    auto const* const ours = dynamic_cast<Error const*>(&error);
    return ours != nullptr ? ours->exit_code() : 4;
}

}  // namespace

JointEnd::JointEnd(MpiEnvironment const& mpi, double stall_timeout_seconds)
    : mpi_(mpi), stall_timeout_seconds_(stall_timeout_seconds) {
    MpiWatch::Options options;
    options.timeout = Seconds(stall_timeout_seconds);
    options.notice = [this](RankFailure const& failure) { say(failure); };
    options.end = [this](RankFailure const& failure) { mpi_.abort(failure.exit_code); };
    watch_.emplace(mpi, std::move(options));
}

JointEnd::~JointEnd() = default;

void JointEnd::name_stages(std::vector<std::string> names) {
    std::lock_guard const lock(mutex_);
    stages_ = std::move(names);
}

void JointEnd::tell(std::exception const& error) {
    // Whoever was told to stop has nothing to tell.
    if (dynamic_cast<StoppedError const*>(&error) != nullptr || watch_->failure()) return;
    RankFailure failure{.rank = mpi_.rank(), .exit_code = exit_code_of(error)};
    failure.reason = error.what();
    if (dynamic_cast<InterruptedError const*>(&error) != nullptr)
        failure.kind = RankFailure::Kind::interrupted;
    if (!said_.exchange(true))
        std::fprintf(stderr, "athanor: rank %d: %s\n", mpi_.rank().value(), error.what());
    watch_->report(std::move(failure));
}

void JointEnd::end(std::exception const& error) {
    tell(error);
    if (!watch_->failure()) {  // no watch, so the others hear of it through MPI alone
        if (dynamic_cast<InterruptedError const*>(&error) != nullptr)
            static_cast<void>(mpi_.all_arrive_within(MpiWatch::grace_of_signal));
        mpi_.abort(exit_code_of(error));
    }
    end_as_it_is();
}

void JointEnd::end_as_it_is() {
    watch_->closed();
    watch_->wait_for_end();
}

void JointEnd::say(RankFailure const& failure) {
    if (said_.exchange(true)) return;
    std::string const start = fmt::format("athanor: rank {}: ", mpi_.rank().value());
    std::string text = start + describe(failure) + "\n";
    if (failure.kind == RankFailure::Kind::silent || failure.kind == RankFailure::Kind::stuck)
        for (std::string const& line : channels_.describe()) text += start + line + "\n";
    std::fputs(text.c_str(), stderr);
}

std::string JointEnd::place_of(Rank rank) const {
    auto const r = static_cast<std::size_t>(rank.value());
    std::lock_guard const lock(mutex_);
    return fmt::format("rank {} ({}host {})", rank.value(),
                       r < stages_.size() ? "stage " + stages_[r] + ", " : "",
                       watch_->host_of(rank));
}

std::string JointEnd::describe(RankFailure const& failure) const {
    std::string const limit = fmt::format("/stall_timeout_seconds is {}", stall_timeout_seconds_);
    switch (failure.kind) {
        case RankFailure::Kind::silent:
            return fmt::format(
                "{} is silent: rank {} has had no heartbeat of it for {:.1f} s ({}); the process "
                "is stopped or its host cannot be reached. The campaign ends",
                place_of(failure.rank), failure.reported_by.value(), failure.seconds, limit);
        case RankFailure::Kind::stuck:
            return fmt::format(
                "{} stands still: its loop has not moved and nothing has computed there for {:.1f} "
                "s ({}); most often storage does not answer. The campaign ends",
                place_of(failure.rank), failure.seconds, limit);
        case RankFailure::Kind::interrupted:
        case RankFailure::Kind::failed:
            break;
    }
    return fmt::format("ends because {} {}{}", place_of(failure.rank),
                       failure.kind == RankFailure::Kind::failed ? "failed: " : "was ",
                       failure.reason);
}

}  // namespace athanor
