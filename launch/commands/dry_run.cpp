// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/dry_run.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "launch/commands/validate.hpp"
#include "launch/device_choice.hpp"
#include "launch/device_info.hpp"
#include "launch/readable.hpp"
#include "launch/shared_plan.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

/// Where a rank is: position on its node, number of devices there, host.
std::string place_of_rank(MpiEnvironment const& mpi) {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
    return fmt::format("{} {} {}", mpi.local_rank(), cuda_device_count(), host.data());
}

void print_places(std::vector<std::string> const& places) {
    std::vector<std::vector<std::string>> rows{{"rank", "host", "device"}};
    bool any_device = false;
    for (std::size_t rank = 0; rank < places.size(); ++rank) {
        std::istringstream place(places[rank]);
        int local_rank = 0, devices = 0;
        std::string host;
        place >> local_rank >> devices >> host;
        any_device = any_device || devices > 0;
        rows.push_back({std::to_string(rank), host,
                        devices > 0
                            ? fmt::format("{} of {}", device_of_rank(local_rank, devices), devices)
                            : "none"});
    }
    if (places.size() == 1 && !any_device) return;
    if (!any_device)
        for (auto& row : rows) row.pop_back();
    fmt::print("\n");
    for (std::string const& line : align_columns(rows)) fmt::print("  {}\n", line);
}

/// Nodes by number from 0, in the order of their first ranks.
std::vector<int> numbered(std::vector<int> const& nodes) {
    std::vector<int> firsts = nodes;
    std::ranges::sort(firsts);
    firsts.erase(std::unique(firsts.begin(), firsts.end()), firsts.end());
    std::vector<int> numbers;
    for (int const node : nodes)
        numbers.push_back(
            static_cast<int>(std::ranges::lower_bound(firsts, node) - firsts.begin()));
    return numbers;
}

}  // namespace

void dry_run(MpiEnvironment const& mpi, std::string const& label,
             std::function<CampaignPlan()> const& make_plan) {
    auto const places = mpi.gather(place_of_rank(mpi));
    static_cast<void>(shared_text(mpi, [&] {
        print_plan(label, make_plan(), numbered(mpi.nodes()));
        print_places(places);
        return std::string();
    }));
}

}  // namespace athanor
