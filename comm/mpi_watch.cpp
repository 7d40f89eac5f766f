// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_watch.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <mpi.h>

#include "comm/loop_liveness.hpp"
#include "comm/mpi_error.hpp"
#include "comm/peer_liveness.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {

using detail::check_mpi;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds tick{20};
constexpr std::chrono::milliseconds leave_limit{1000};
/// The rank that noticed ends first, so that the launcher names it and kills the others: several
/// that abort at once can crash that of Open MPI 4.1.
constexpr std::chrono::milliseconds precedence{2000};
constexpr std::size_t host_bytes = 64;

enum class Word : std::int32_t { beat, goodbye, closed, failure };

/// All that the watch ever sends. Only of a failure does the rest travel.
struct Message {
    Word word = Word::beat;
    RankFailure::Kind kind = RankFailure::Kind::failed;
    std::int32_t rank = 0;
    std::int32_t exit_code = 0;
    double seconds = 0.0;
    std::int32_t reason_bytes = 0;
    std::array<char, RankFailure::longest_reason> reason{};
};
constexpr int short_message = sizeof(Word);

Message message_of(RankFailure const& failure) {
    Message message{Word::failure, failure.kind, failure.rank.value(), failure.exit_code,
                    failure.seconds};
    std::size_t const bytes = std::min(failure.reason.size(), message.reason.size());
    message.reason_bytes = static_cast<std::int32_t>(bytes);
    std::copy_n(failure.reason.begin(), bytes, message.reason.begin());
    return message;
}

RankFailure failure_of(Message const& message, Rank reported_by) {
    auto const bytes = std::clamp<std::int32_t>(message.reason_bytes, 0,
                                                static_cast<std::int32_t>(message.reason.size()));
    return {message.kind,
            Rank{message.rank},
            message.exit_code,
            message.seconds,
            std::string(message.reason.data(), static_cast<std::size_t>(bytes)),
            reported_by};
}

Seconds clock_seconds(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return Seconds(static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec));
}

/// Processor time of all threads but the calling one.
Seconds cpu_of_the_others() {
    return clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - clock_seconds(CLOCK_THREAD_CPUTIME_ID);
}

std::vector<Rank> links_of(int rank, int size) {
    std::vector<int> numbers{(rank + 1) % size, (rank + size - 1) % size, 0};
    if (rank == 0)
        for (int other = 1; other < size; ++other) numbers.push_back(other);
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    std::vector<Rank> links;
    for (int number : numbers)
        if (number != rank) links.emplace_back(number);
    return links;
}

}  // namespace

struct MpiWatch::State {
    Options options;
    Rank me{0};
    int size = 1;
    MPI_Comm communicator = MPI_COMM_NULL;
    std::vector<std::string> hosts;

    mutable std::mutex mutex;
    std::condition_variable_any wake;
    std::function<std::optional<std::uint64_t>()> progress;
    std::optional<RankFailure> failure;
    SteadyTime failed_at;
    bool is_closed = false;

    std::jthread thread;  // last: ends before the rest goes
};

/// What the thread of the watch does; it alone calls MPI, between constructor and destructor.
class MpiWatch::Loop {
public:
    explicit Loop(State& state)
        : state_(state),
          links_(links_of(state.me.value(), state.size)),
          peers_(links_, state.options.timeout, Clock::now()),
          own_loop_(state.options.timeout, Clock::now()),
          closed_(static_cast<std::size_t>(state.size), 0),
          beats_(links_.size(), MPI_REQUEST_NULL) {}

    void run(std::stop_token const& stop) {
        try {
            listen();
            while (!stop.stop_requested()) {
                turn(Clock::now());
                std::unique_lock lock(state_.mutex);
                bool const knew = state_.failure.has_value(), was_closed = state_.is_closed;
                state_.wake.wait_for(lock, stop, tick, [&] {
                    return state_.failure.has_value() != knew || state_.is_closed != was_closed;
                });
            }
            take_leave();
        } catch (Error const& error) {
            RankFailure failure{.rank = state_.me, .reason = error.what()};
            failure.reported_by = state_.me;
            state_.options.end(failure);
        }
    }

private:
    void listen() {
        check_mpi(MPI_Irecv(&incoming_, sizeof incoming_, MPI_BYTE, MPI_ANY_SOURCE, 0,
                            state_.communicator, &receive_),
                  "wait for a heartbeat");
    }

    void send(Rank to, Message const& message, int bytes, MPI_Request& request) {
        check_mpi(
            MPI_Isend(&message, bytes, MPI_BYTE, to.value(), 0, state_.communicator, &request),
            "send a heartbeat to rank " + std::to_string(to.value()));
    }

    void turn(SteadyTime now) {
        receive(now);
        std::unique_lock lock(state_.mutex);
        if (!state_.failure) {
            lock.unlock();
            judge(now);
            lock.lock();
        }
        auto const failure = state_.failure;
        bool const closed = state_.is_closed;
        SteadyTime const failed_at = state_.failed_at;
        lock.unlock();
        if (now >= next_beat_) beat(now);
        if (!failure) return;
        tell(*failure, closed);
        if (!std::exchange(noticed_, true) && state_.options.notice)
            state_.options.notice(*failure);
        if (time_to_end(*failure, closed, failed_at, now)) state_.options.end(*failure);
    }

    void receive(SteadyTime now) {
        for (;;) {
            int arrived = 0;
            MPI_Status status;
            check_mpi(MPI_Test(&receive_, &arrived, &status), "receive a heartbeat");
            if (arrived == 0) return;
            take(Rank{status.MPI_SOURCE}, now);
            listen();
        }
    }

    void take(Rank from, SteadyTime now) {
        peers_.heard(from, now);
        switch (incoming_.word) {
            case Word::beat:
                break;
            case Word::goodbye:
                peers_.left(from);
                break;
            case Word::closed:
                closed_[static_cast<std::size_t>(from.value())] = 1;
                break;
            case Word::failure:
                learn(failure_of(incoming_, from), now);
                break;
        }
    }

    void learn(RankFailure const& failure, SteadyTime now) {
        std::lock_guard const lock(state_.mutex);
        if (!state_.failure) state_.failed_at = now;
        if (!state_.failure || failure.reported_by < state_.failure->reported_by)
            state_.failure = failure;
    }

    void judge(SteadyTime now) {
        if (auto const silent = peers_.silent(now))
            learn({.kind = RankFailure::Kind::silent,
                   .rank = silent->rank,
                   .seconds = silent->seconds,
                   .reported_by = state_.me},
                  now);
        if (now < next_beat_) return;
        std::optional<std::uint64_t> progress;
        {
            std::lock_guard const lock(state_.mutex);
            if (state_.progress) progress = state_.progress();
        }
        if (!progress) {
            own_loop_.restart(now);
        } else if (auto const seconds = own_loop_.stuck(*progress, cpu_of_the_others(), now)) {
            learn({.kind = RankFailure::Kind::stuck,
                   .rank = state_.me,
                   .seconds = *seconds,
                   .reported_by = state_.me},
                  now);
        }
    }

    void beat(SteadyTime now) {
        next_beat_ = now + std::chrono::duration_cast<Clock::duration>(state_.options.interval);
        for (std::size_t k = 0; k < links_.size(); ++k) {
            int has_left = 1;
            check_mpi(MPI_Test(&beats_[k], &has_left, MPI_STATUS_IGNORE), "send a heartbeat");
            if (has_left != 0) send(links_[k], beat_, short_message, beats_[k]);
        }
    }

    /// Each once: what this rank noticed, and that it has closed.
    void tell(RankFailure const& failure, bool closed) {
        if (failure.reported_by == state_.me && notices_.empty()) {
            notice_ = message_of(failure);
            tell_all(notice_, sizeof notice_, notices_);
        }
        if (closed && closings_.empty()) tell_all(closing_, short_message, closings_);
    }

    void tell_all(Message const& message, int bytes, std::vector<MPI_Request>& requests) {
        requests.assign(static_cast<std::size_t>(state_.size), MPI_REQUEST_NULL);
        for (int rank = 0; rank < state_.size; ++rank)
            if (rank != state_.me.value())
                send(Rank{rank}, message, bytes, requests[static_cast<std::size_t>(rank)]);
    }

    /// Whoever is silent will not close.
    [[nodiscard]] bool everyone_closed(RankFailure const& failure, bool closed) const {
        for (int rank = 0; rank < state_.size; ++rank) {
            if (failure.kind == RankFailure::Kind::silent && rank == failure.rank.value()) continue;
            if (rank == state_.me.value() ? !closed : closed_[static_cast<std::size_t>(rank)] == 0)
                return false;
        }
        return true;
    }

    [[nodiscard]] bool time_to_end(RankFailure const& failure, bool closed, SteadyTime failed_at,
                                   SteadyTime now) {
        auto const limit = failure.kind == RankFailure::Kind::interrupted ? grace_of_signal : grace;
        if (!all_closed_at_ && everyone_closed(failure, closed)) all_closed_at_ = now;
        auto const due =
            all_closed_at_ ? std::min(*all_closed_at_, failed_at + limit) : failed_at + limit;
        // Enough turns for what was just told to be on its way.
        return now >= due + (failure.reported_by == state_.me ? 2 * tick : precedence);
    }

    /// The last message on each link is a goodbye, so that none is left for a later communicator.
    void take_leave() {
        std::vector<MPI_Request> goodbyes(links_.size(), MPI_REQUEST_NULL);
        Message const goodbye{Word::goodbye};
        auto const deadline = Clock::now() + leave_limit;
        for (std::size_t k = 0; k < links_.size(); ++k)
            send(links_[k], goodbye, short_message, goodbyes[k]);
        int all_left = 0;
        while (Clock::now() < deadline && !(peers_.everyone_left() && all_left != 0)) {
            receive(Clock::now());
            check_mpi(MPI_Testall(static_cast<int>(goodbyes.size()), goodbyes.data(), &all_left,
                                  MPI_STATUSES_IGNORE),
                      "take leave");
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        MPI_Cancel(&receive_);
        MPI_Wait(&receive_, MPI_STATUS_IGNORE);
        for (auto* requests : {&goodbyes, &beats_, &notices_, &closings_})
            for (MPI_Request& request : *requests)
                if (request != MPI_REQUEST_NULL) MPI_Request_free(&request);
    }

    State& state_;
    std::vector<Rank> links_;
    PeerLiveness peers_;
    LoopLiveness own_loop_;
    std::vector<char> closed_;  ///< by rank
    std::optional<SteadyTime> all_closed_at_;
    bool noticed_ = false;
    SteadyTime next_beat_ = Clock::now();
    Message incoming_;
    MPI_Request receive_ = MPI_REQUEST_NULL;
    Message const beat_{Word::beat};
    Message const closing_{Word::closed};
    Message notice_;
    std::vector<MPI_Request> beats_, notices_, closings_;
};

MpiWatch::MpiWatch(MpiEnvironment const& mpi, Options options) {
    ATHANOR_EXPECTS(options.timeout.count() > 0.0 && options.end);
    if (mpi.size() == 1 || !mpi.has_thread_multiple()) return;
    state_ = std::make_unique<State>();
    if (options.interval.count() <= 0.0)
        options.interval = std::min(options.timeout / 10, Seconds(1.0));
    state_->options = std::move(options);
    state_->me = mpi.rank();
    state_->size = mpi.size();
    check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &state_->communicator), "duplicate its communicator");
    MPI_Comm_set_errhandler(state_->communicator, MPI_ERRORS_RETURN);
    std::array<char, MPI_MAX_PROCESSOR_NAME + 1> name{};
    int length = 0;
    MPI_Get_processor_name(name.data(), &length);
    std::array<char, host_bytes> mine{};
    std::copy_n(name.begin(), std::min<std::size_t>(name.size(), host_bytes - 1), mine.begin());
    std::vector<char> all(host_bytes * static_cast<std::size_t>(state_->size));
    check_mpi(MPI_Allgather(mine.data(), host_bytes, MPI_CHAR, all.data(), host_bytes, MPI_CHAR,
                            state_->communicator),
              "gather the names of hosts");
    for (int rank = 0; rank < state_->size; ++rank)
        state_->hosts.emplace_back(all.data() + host_bytes * static_cast<std::size_t>(rank));
    state_->thread =
        std::jthread([&state = *state_](std::stop_token stop) { Loop(state).run(stop); });
}

MpiWatch::~MpiWatch() {
    if (!state_) return;
    state_->thread.request_stop();
    state_->thread.join();
    if (detail::mpi_is_running()) MPI_Comm_free(&state_->communicator);
}

void MpiWatch::watch_loop(std::function<std::optional<std::uint64_t>()> progress) {
    if (!state_) return;
    std::lock_guard const lock(state_->mutex);
    state_->progress = std::move(progress);
}

void MpiWatch::report(RankFailure failure) {
    if (!state_) return;
    failure.reported_by = state_->me;
    {
        std::lock_guard const lock(state_->mutex);
        if (state_->failure) return;
        state_->failure = std::move(failure);
        state_->failed_at = Clock::now();
    }
    state_->wake.notify_all();
}

std::optional<RankFailure> MpiWatch::failure() const {
    if (!state_) return std::nullopt;
    std::lock_guard const lock(state_->mutex);
    return state_->failure;
}

void MpiWatch::closed() {
    if (!state_) return;
    {
        std::lock_guard const lock(state_->mutex);
        state_->is_closed = true;
    }
    state_->wake.notify_all();
}

void MpiWatch::wait_for_end() {
    ATHANOR_EXPECTS(failure().has_value());
    for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
}

std::string MpiWatch::host_of(Rank rank) const {
    if (!state_) return "";
    return state_->hosts.at(static_cast<std::size_t>(rank.value()));
}

}  // namespace athanor
