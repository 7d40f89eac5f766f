// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/campaign.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <set>
#include <thread>
#include <type_traits>

#include <fmt/format.h>
#include <sys/resource.h>

#include "comm/credit_channel.hpp"
#include "comm/in_process_transport.hpp"
#include "comm/mpi_board.hpp"
#include "comm/mpi_transport.hpp"
#include "kernels/parallel_for.hpp"
#include "launch/element_run.hpp"
#include "launch/final_table.hpp"
#include "launch/readable.hpp"
#include "launch/stop_signals.hpp"
#include "launch/version.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

using Clock = std::chrono::steady_clock;

/// One element's figures as a line on the board: plain numbers, the same on every rank.
struct BoardLine {
    std::int64_t in, active, out, converged, budget_spent, failed, steps, sample_steps, atom_steps;
    std::int64_t quarantined;     ///< of the whole process
    std::int64_t peak_kilobytes;  ///< of the whole process
    double seconds[time_part_count];
    double wall_seconds;
    double fill;
};
static_assert(std::is_trivially_copyable_v<BoardLine>);

std::int64_t peak_memory_kilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

BoardLine line_of(ElementRun const& element, Quarantine const& quarantine) {
    StageMetrics const& m = element.metrics();
    BoardLine line{};
    line.in = m.samples_in.load();
    line.active = m.samples_active.load();
    line.out = m.samples_out.load();
    line.converged = m.converged.load();
    line.budget_spent = m.budget_spent.load();
    line.failed = m.failed.load();
    line.steps = m.steps.load();
    line.sample_steps = m.sample_steps.load();
    line.atom_steps = m.atom_steps.load();
    line.quarantined = quarantine.count();
    line.peak_kilobytes = peak_memory_kilobytes();
    for (int part = 0; part < time_part_count; ++part)
        line.seconds[part] = m.seconds(static_cast<TimePart>(part));
    line.wall_seconds = element.seconds();
    line.fill = m.fill();
    return line;
}

StageFigures figures_of(BoardLine const& line, std::string const& name, Rank rank) {
    StageFigures figures;
    figures.name = name;
    figures.rank = rank.value();
    figures.in = line.in;
    figures.active = line.active;
    figures.out = line.out;
    figures.failed = line.failed;
    figures.steps = line.steps;
    figures.atom_steps = line.atom_steps;
    figures.seconds = line.wall_seconds;
    figures.waiting_input_seconds = line.seconds[static_cast<int>(TimePart::wait_for_input)];
    figures.waiting_room_seconds = line.seconds[static_cast<int>(TimePart::wait_for_room)];
    return figures;
}

StageSummary summary_of(BoardLine const& line, std::string const& name, Rank rank) {
    auto const part = [&line](TimePart which) { return line.seconds[static_cast<int>(which)]; };
    StageSummary summary;
    summary.figures = figures_of(line, name, rank);
    summary.parts = {
        part(TimePart::forces), part(TimePart::neighbors),
        part(TimePart::update), part(TimePart::hooks),
        part(TimePart::pack),   part(TimePart::wait_for_input) + part(TimePart::wait_for_room),
        part(TimePart::write)};
    summary.converged = line.converged;
    summary.budget_spent = line.budget_spent;
    summary.fill = line.fill;
    return summary;
}

/// Both halves of an edge, or the half that this rank has.
struct EdgeHalves {
    std::unique_ptr<ChannelSender> sender;
    std::unique_ptr<ChannelReceiver> receiver;
};

class CampaignRun {
public:
    CampaignRun(MpiEnvironment const& mpi, CampaignPlan const& plan, RunOptions const& options)
        : mpi_(mpi),
          plan_(plan),
          options_(options),
          placement_(plan.config.pipeline, mpi.size()),
          sinks_(plan.config, placement_, mpi.rank(), plan.schema, provenance(plan)),
          quarantine_(plan.config.quarantine),
          board_(mpi, sizeof(BoardLine)) {
        if (mpi.size() > 1) transport_ = std::make_unique<MpiTransport>();
        auto const mine = placement_.elements_of(mpi.rank());
        std::vector<EdgeHalves> edges;
        for (int edge = 0; edge + 1 < placement_.element_count(); ++edge)
            edges.push_back(make_edge(edge));
        for (int element : mine) {
            std::unique_ptr<ChannelReceiver> input;
            std::unique_ptr<ChannelSender> output;
            if (element > 0) input = std::move(edges[element - 1].receiver);
            if (element + 1 < placement_.element_count()) output = std::move(edges[element].sender);
            elements_.push_back(std::make_unique<ElementRun>(
                ElementRun::Surroundings{plan, mpi.rank(), element, sinks_, quarantine_,
                                         std::move(input), std::move(output)}));
        }
    }

    int run() {
        start_ = Clock::now();
        ProgressStyle const style =
            mpi_.rank() == Rank{0}
                ? choose_progress_style(options_.progress, standard_error_is_terminal())
                : ProgressStyle::off;
        ProgressDisplay display(std::cerr, style);
        for (auto& element : elements_) element->start(threads_per_element(), stop_.get_token());
        while (!all_done()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            if (any_failed() || StopSignals::received() != 0) stop_.request_stop();
            show(display);
        }
        for (auto& element : elements_) element->join();
        if (any_failed()) display.clear();
        rethrow_failure();
        sinks_.close();
        quarantine_.close();
        return finish(display);
    }

private:
    static std::string provenance(CampaignPlan const& plan) {
        return fmt::format(R"({{"athanor":"{}","physics":"{:016x}","config":{}}})", version(),
                           physics_hash(plan.config), to_json(plan.config));
    }

    EdgeHalves make_edge(int edge) {
        ChannelOptions const options{EdgeId{edge}, plan_.schema, checked(buffer_config(plan_))};
        SlotRoom const room = slot_room(*plan_.schema, options.buffers);
        Rank const from = placement_.rank_of(edge);
        Rank const to = placement_.rank_of(edge + 1);
        EdgeHalves halves;
        if (from == to) {
            InProcessLink link = in_process_link(room);
            halves.sender = std::make_unique<CreditChannelSender>(options, std::move(link.sender));
            halves.receiver =
                std::make_unique<CreditChannelReceiver>(options, std::move(link.receiver));
        } else if (from == mpi_.rank()) {
            halves.sender = std::make_unique<CreditChannelSender>(
                options, transport_->sender_to(to, options.edge, room));
        } else if (to == mpi_.rank()) {
            halves.receiver = std::make_unique<CreditChannelReceiver>(
                options, transport_->receiver_from(from, options.edge, room));
        }
        return halves;
    }

    /// Cores are shared by the ranks of a node, then by the elements of a process; OMP_NUM_THREADS
    /// says how many a rank has.
    [[nodiscard]] int threads_per_element() const {
        int cores = thread_count();
        if (std::getenv("OMP_NUM_THREADS") == nullptr) cores /= mpi_.local_size();
        return std::max(1, cores / static_cast<int>(elements_.size()));
    }

    [[nodiscard]] bool all_done() const {
        for (auto const& element : elements_)
            if (!element->done()) return false;
        return true;
    }
    [[nodiscard]] bool any_failed() const {
        for (auto const& element : elements_)
            if (element->done() && element->failure()) return true;
        return false;
    }

    /// The failure that came first is the cause; those that were told to stop say nothing new.
    void rethrow_failure() {
        std::exception_ptr told_to_stop;
        for (auto const& element : elements_) {
            if (!element->failure()) continue;
            try {
                std::rethrow_exception(element->failure());
            } catch (StoppedError const&) {
                told_to_stop = element->failure();
            } catch (Error const& error) {
                throw Error(fmt::format("stage {}: {}", element->name(), error.what()),
                            error.exit_code());
            }
        }
        if (told_to_stop && StopSignals::received() != 0) end_interrupted();
        if (told_to_stop) std::rethrow_exception(told_to_stop);
    }

    [[noreturn]] void end_interrupted() {
        sinks_.close();
        quarantine_.close();
        int const number = StopSignals::received();
        throw InterruptedError(
            fmt::format("interrupted by {}; the rows and log lines written so far are complete, "
                        "samples under way are not among them",
                        number == SIGINT ? "SIGINT" : "SIGTERM"),
            number);
    }

    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(Clock::now() - start_).count();
    }

    /// Lines of all elements, in pipeline order; on rank 0 only when there are several ranks.
    [[nodiscard]] std::vector<BoardLine> lines() {
        std::vector<BoardLine> all;
        if (mpi_.size() == 1) {
            for (auto const& element : elements_) all.push_back(line_of(*element, quarantine_));
            return all;
        }
        for (int element = 0; element < placement_.element_count(); ++element) {
            BoardLine line{};
            auto const bytes = board_.read(placement_.rank_of(element));
            std::memcpy(&line, bytes.data(), sizeof line);
            all.push_back(line);
        }
        return all;
    }

    [[nodiscard]] ProgressFigures progress(std::vector<BoardLine> const& all) const {
        ProgressFigures figures;
        for (std::size_t e = 0; e < all.size(); ++e)
            figures.stages.push_back(figures_of(all[e],
                                                element_name(plan_.config.pipeline.elements[e]),
                                                placement_.rank_of(static_cast<int>(e))));
        figures.frames_total = plan_.selected_count;
        figures.frames_done = all.back().out;
        for (BoardLine const& line : all) figures.frames_done += line.failed;
        figures.seconds = seconds();
        return figures;
    }

    void show(ProgressDisplay& display) {
        if (mpi_.size() > 1 && !display.due(seconds()) && mpi_.rank() == Rank{0}) return;
        if (mpi_.size() > 1) {
            BoardLine const mine = line_of(*elements_[0], quarantine_);
            board_.write(std::as_bytes(std::span(&mine, 1)));
        }
        if (mpi_.rank() == Rank{0}) display.update(progress(lines()));
    }

    int finish(ProgressDisplay& display) {
        if (mpi_.size() > 1) {
            BoardLine const mine = line_of(*elements_[0], quarantine_);
            board_.finish(std::as_bytes(std::span(&mine, 1)));
        }
        double const wall = seconds();  // of the slowest rank: finish() waits for all
        std::int64_t quarantined = quarantine_.count();
        if (mpi_.rank() == Rank{0}) {
            merge_parts(plan_.config, placement_);
            auto const all = lines();
            display.finish(progress(all));
            if (mpi_.size() > 1) {
                quarantined = 0;
                for (BoardLine const& line : all) quarantined += line.quarantined;
            }
            if (options_.progress != ProgressMode::off) print_summary(all, quarantined, wall);
        }
        return mpi_.max(quarantined > 0 ? 5 : 0);
    }

    void print_summary(std::vector<BoardLine> const& all, std::int64_t quarantined,
                       double wall) const {
        std::vector<StageSummary> stages;
        for (std::size_t e = 0; e < all.size(); ++e)
            stages.push_back(summary_of(all[e], element_name(plan_.config.pipeline.elements[e]),
                                        placement_.rank_of(static_cast<int>(e))));
        std::string text = final_table(stages, wall);
        std::set<int> ranks;
        for (std::size_t e = 0; e < all.size(); ++e) {
            int const rank = placement_.rank_of(static_cast<int>(e)).value();
            if (!ranks.insert(rank).second) continue;
            text += fmt::format("peak memory rank {}: {:.1f} MiB\n", rank,
                                static_cast<double>(all[e].peak_kilobytes) / 1024.0);
        }
        if (quarantined > 0)
            text += fmt::format("{} of the samples are in quarantine, each with its reason: {}\n",
                                quarantined, plan_.config.quarantine.string());
        std::fputs(text.c_str(), stderr);
    }

    MpiEnvironment const& mpi_;
    CampaignPlan const& plan_;
    RunOptions options_;
    Placement placement_;
    SinkSet sinks_;
    Quarantine quarantine_;
    MpiBoard board_;
    std::unique_ptr<MpiTransport> transport_;
    std::vector<std::unique_ptr<ElementRun>> elements_;
    StopSignals signals_;
    std::stop_source stop_;
    Clock::time_point start_;
};

}  // namespace

int run_campaign(MpiEnvironment const& mpi, CampaignPlan const& plan, RunOptions const& options) {
    return CampaignRun(mpi, plan, options).run();
}

}  // namespace athanor
