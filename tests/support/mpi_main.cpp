// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// main() of tests that run on several ranks: only rank 0 prints progress, every rank prints its
/// own failures, and all ranks leave with the same exit code.
#include <cstdio>

#include <gtest/gtest.h>
#include <mpi.h>

namespace {

class FailuresOfThisRank : public ::testing::EmptyTestEventListener {
public:
    explicit FailuresOfThisRank(int rank) : rank_(rank) {}

private:
    void OnTestPartResult(::testing::TestPartResult const& result) override {
        if (result.failed())
            std::fprintf(stderr, "[rank %d] %s:%d: %s\n", rank_, result.file_name(),
                         result.line_number(), result.message());
    }
    int rank_;
};

}  // namespace

int main(int argc, char** argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    ::testing::InitGoogleTest(&argc, argv);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
    if (rank > 0) {
        delete listeners.Release(listeners.default_result_printer());
        listeners.Append(new FailuresOfThisRank(rank));
    }
    int const mine = RUN_ALL_TESTS();
    int all = 0;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    MPI_Finalize();
    return all;
}
