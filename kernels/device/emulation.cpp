// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/emulation.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kernels/device/fiber.hpp"
#include "kernels/device/kernel_entry.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace detail {
namespace {

class BlockRunner;
thread_local BlockRunner* running = nullptr;

/// One thread of the block. States: ready -> (runs) -> waiting or done; waiting -> ready.
struct EmulatedState {
    enum class Status : std::uint8_t { ready, waiting, done } status = Status::ready;
    MeetKind kind{};
    std::uint64_t value = 0;
    GroupValues answer{};
    Fiber* fiber = nullptr;  ///< runs it until it meets others; while it has begun and is not done
};

char const* name_of(MeetKind kind) {
    switch (kind) {
        case MeetKind::ballot:
            return "ballot";
        case MeetKind::shuffle:
            return "shuffle";
        case MeetKind::sync:
            break;
    }
    return "sync";
}

/// Runs the blocks of one launch after each other. Threads: one; each thread has its own.
class BlockRunner {
public:
    void run(KernelLaunch const& launch, EmulationOrder const& order);

    GroupValues meet(MeetKind kind, std::uint64_t value) {
        EmulatedState& self = states_[static_cast<std::size_t>(place_.thread)];
        self.kind = kind;
        self.value = value;
        self.status = EmulatedState::Status::waiting;
        Fiber::change(*self.fiber, scheduler_);
        return self.answer;
    }
    [[nodiscard]] EmulatedPlace place() const { return place_; }

private:
    using Status = EmulatedState::Status;

    static void fiber_main();
    void run_block(int block, std::vector<int> const& turns);
    void resume(int thread);
    [[nodiscard]] bool let_go_of_those_who_met();
    [[nodiscard]] bool group_met(std::size_t first) const;
    [[noreturn]] void report_no_meeting() const;
    Fiber& free_fiber();

    KernelLaunch launch_;
    EmulatedPlace place_{};
    Fiber scheduler_;
    std::vector<std::unique_ptr<Fiber>> fibers_;
    std::vector<Fiber*> free_;
    std::vector<EmulatedState> states_;
    std::vector<std::byte> scratch_;
    std::exception_ptr thrown_;
};

/// Every fiber runs this for ever: one emulated thread after another.
void BlockRunner::fiber_main() {
    for (;;) {
        BlockRunner& runner = *running;
        EmulatedState& self = runner.states_[static_cast<std::size_t>(runner.place_.thread)];
        try {
            runner.launch_.entry->emulate(runner.launch_.arguments, runner.scratch_.data());
        } catch (...) {
            runner.thrown_ = std::current_exception();
        }
        Fiber& fiber = *self.fiber;
        self.status = Status::done;
        self.fiber = nullptr;
        runner.free_.push_back(&fiber);
        Fiber::change(fiber, runner.scheduler_);
    }
}

Fiber& BlockRunner::free_fiber() {
    if (free_.empty()) {
        fibers_.push_back(std::make_unique<Fiber>(&BlockRunner::fiber_main));
        free_.push_back(fibers_.back().get());
    }
    Fiber& fiber = *free_.back();
    free_.pop_back();
    return fiber;
}

void BlockRunner::resume(int thread) {
    EmulatedState& state = states_[static_cast<std::size_t>(thread)];
    if (state.fiber == nullptr) state.fiber = &free_fiber();
    place_.thread = thread;
    Fiber::change(scheduler_, *state.fiber);
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

bool BlockRunner::group_met(std::size_t first) const {
    EmulatedState const& lead = states_[first];
    if (lead.kind == MeetKind::sync) return false;
    for (std::size_t t = first; t < first + 8; ++t)
        if (states_[t].status != Status::waiting || states_[t].kind != lead.kind) return false;
    return true;
}

bool BlockRunner::let_go_of_those_who_met() {
    bool any = false;
    for (std::size_t first = 0; first < states_.size(); first += 8) {
        if (!group_met(first)) continue;
        GroupValues values{};
        for (std::size_t k = 0; k < 8; ++k) values.lane[k] = states_[first + k].value;
        for (std::size_t t = first; t < first + 8; ++t) {
            states_[t].answer = values;
            states_[t].status = Status::ready;
        }
        any = true;
    }
    if (any) return true;
    for (EmulatedState const& state : states_)
        if (state.status != Status::waiting || state.kind != MeetKind::sync) return false;
    for (EmulatedState& state : states_) state.status = Status::ready;
    return true;
}

void BlockRunner::report_no_meeting() const {
    for (std::size_t t = 0; t < states_.size(); ++t)
        if (states_[t].status == Status::waiting)
            throw CampaignError(fmt::format(
                "kernel {}, block {}: thread {} waits in {}() for others that left or wait "
                "elsewhere; all of its group, or block, must call it",
                launch_.entry->name, place_.block, t, name_of(states_[t].kind)));
    std::terminate();
}

void BlockRunner::run_block(int block, std::vector<int> const& turns) {
    place_.block = block;
    states_.assign(static_cast<std::size_t>(place_.threads), {});
    // NaNs, whatever type they are read as: nobody may count on what is there.
    std::fill(scratch_.begin(), scratch_.end(), std::byte{0xff});
    for (;;) {
        for (int const thread : turns)
            if (states_[static_cast<std::size_t>(thread)].status == Status::ready) resume(thread);
        bool const all_done = std::all_of(states_.begin(), states_.end(), [](auto const& state) {
            return state.status == Status::done;
        });
        if (all_done) return;
        if (!let_go_of_those_who_met()) report_no_meeting();
    }
}

std::vector<int> turns_of(int count, EmulationOrder const& order, std::uint64_t salt) {
    std::vector<int> turns(static_cast<std::size_t>(count));
    std::iota(turns.begin(), turns.end(), 0);
    if (order.kind == EmulationOrder::Kind::descending) std::reverse(turns.begin(), turns.end());
    if (order.kind == EmulationOrder::Kind::shuffled) {
        std::uint64_t state = order.seed * 0x9e3779b97f4a7c15ULL + salt;
        for (std::size_t k = turns.size(); k > 1; --k) {  // splitmix64, Fisher-Yates
            state += 0x9e3779b97f4a7c15ULL;
            std::uint64_t z = state;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
            std::swap(turns[k - 1], turns[(z ^ (z >> 31)) % k]);
        }
    }
    return turns;
}

void BlockRunner::run(KernelLaunch const& launch, EmulationOrder const& order) {
    launch_ = launch;
    place_.threads = launch.entry->threads;
    scratch_.resize(launch.entry->scratch_bytes);
    for (int const block : turns_of(launch.blocks, order, 0))
        run_block(block, turns_of(place_.threads, order, 1 + static_cast<std::uint64_t>(block)));
}

}  // namespace

GroupValues meet(MeetKind kind, std::uint64_t value) { return running->meet(kind, value); }
EmulatedPlace emulated_place() { return running->place(); }

}  // namespace detail

void emulate(KernelLaunch const& launch, EmulationOrder const& order) {
    // Kept for the next launch, unless one ends in the middle: then its stacks hold what nobody
    // will finish.
    thread_local std::unique_ptr<detail::BlockRunner> kept;
    if (!kept) kept = std::make_unique<detail::BlockRunner>();
    std::unique_ptr<detail::BlockRunner> runner = std::move(kept);
    detail::running = runner.get();
    runner->run(launch, order);
    kept = std::move(runner);
}

}  // namespace athanor
