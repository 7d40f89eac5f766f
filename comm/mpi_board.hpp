// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "comm/mpi_environment.hpp"

namespace athanor {

/// A notice board while a campaign runs: every rank writes its own line, rank 0 reads the newest
/// line of each. Nobody waits for anybody, and lines that came too fast are skipped.
/// Bound:   one message per rank under way.
/// Threads: one thread per rank, which may be another than the one that drives the stage.
/// Throws:  MpiError.
class MpiBoard {
public:
    /// Collective. Every line has `line_bytes` bytes, zero until written.
    MpiBoard(MpiEnvironment const& mpi, std::size_t line_bytes);
    ~MpiBoard();

    /// Puts up this rank's line; returns at once. Expects: line_bytes bytes.
    void write(std::span<std::byte const> line);
    /// On rank 0, the newest line of `rank` that has arrived.
    [[nodiscard]] std::span<std::byte const> read(Rank rank);
    /// Collective: the last lines of all ranks have arrived at rank 0 afterwards.
    void finish(std::span<std::byte const> line);

private:
    struct State;
    MpiEnvironment const& mpi_;
    std::size_t line_bytes_;
    std::vector<std::vector<std::byte>> lines_;  ///< on rank 0, by rank
    std::unique_ptr<State> state_;
};

}  // namespace athanor
