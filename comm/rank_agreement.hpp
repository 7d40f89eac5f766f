// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "comm/mpi_environment.hpp"

namespace athanor {

/// What all ranks must have in common: name and value, "version of athanor" and "0.1.0". A rank
/// that cannot say, with an empty value, agrees with every other.
using AgreedFacts = std::vector<std::pair<std::string, std::string>>;

/// Collective. Throws ConfigError on every rank when a fact of some rank differs from rank 0's. On
/// rank 0 it names the first such rank with its host, the fact and both values, then other ranks
/// that differ, and ends with `advice`; on the others it says nothing, for one message is enough.
/// Facts travel as text, so that builds that share nothing else can still compare them.
void expect_same_on_all_ranks(MpiEnvironment const& mpi, AgreedFacts const& facts,
                              std::string const& advice);

}  // namespace athanor
