// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_node.hpp"

#include <chrono>
#include <cstdint>
#include <numeric>

#include <fmt/format.h>
#include <mpi.h>
#include <unistd.h>

#include "comm/mpi_error.hpp"

namespace athanor::detail {
namespace {

std::vector<int> all_ranks(int size) {
    std::vector<int> ranks(static_cast<std::size_t>(size));
    std::iota(ranks.begin(), ranks.end(), 0);
    return ranks;
}

}  // namespace

MpiNode::MpiNode() {
    MPI_Comm node = MPI_COMM_NULL;
    int size = 0, node_size = 0;
    check_mpi(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node),
              "find the ranks of this node");
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_size(node, &node_size);
    MPI_Group everybody = MPI_GROUP_NULL, mates = MPI_GROUP_NULL;
    MPI_Comm_group(MPI_COMM_WORLD, &everybody);
    MPI_Comm_group(node, &mates);
    std::vector<int> const local = all_ranks(node_size);
    std::vector<int> ranks(local.size());
    MPI_Group_translate_ranks(mates, node_size, local.data(), everybody, ranks.data());
    here_.assign(static_cast<std::size_t>(size), 0);
    for (int rank : ranks) here_[static_cast<std::size_t>(rank)] = 1;
    MPI_Group_free(&mates);
    MPI_Group_free(&everybody);
    MPI_Comm_free(&node);

    std::uint64_t stamp[2] = {
        static_cast<std::uint64_t>(getpid()),
        static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())};
    check_mpi(MPI_Bcast(stamp, 2, MPI_UINT64_T, 0, MPI_COMM_WORLD), "agree on a name");
    key_ = fmt::format("{:x}-{:x}", stamp[0], stamp[1]);
}

bool MpiNode::holds(Rank rank) const {
    auto const r = static_cast<std::size_t>(rank.value());
    return rank.value() >= 0 && r < here_.size() && here_[r] != 0;
}

}  // namespace athanor::detail
