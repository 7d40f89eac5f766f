// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/campaign.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "comm/mpi_board.hpp"
#include "kernels/parallel_for.hpp"
#include "launch/board_line.hpp"
#include "launch/campaign_links.hpp"
#include "launch/channel_figures.hpp"
#include "launch/device_choice.hpp"
#include "launch/element_run.hpp"
#include "launch/final_table.hpp"
#include "launch/joint_end.hpp"
#include "launch/metrics_file.hpp"
#include "launch/quarantine_ledger.hpp"
#include "launch/readable.hpp"
#include "launch/stop_signals.hpp"
#include "launch/version.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

using Clock = std::chrono::steady_clock;
/// Half of MpiWatch::grace, so that the other half is left to close files.
constexpr std::chrono::seconds longest_wait_for_a_step{3};

/// For the others to save what is under way, once a signal has asked this rank to end.
constexpr std::chrono::seconds longest_wait_for_ranks{30};
constexpr int exit_after_checkpoint = 75;

std::unique_ptr<MemorySpace> make_memory_of_buffers(Config const& config,
                                                    MpiEnvironment const& mpi) {
    bool const wanted = std::any_of(
        config.sinks.begin(), config.sinks.end(),
        [](auto const& named) { return std::holds_alternative<DeviceBufferSpec>(named.second); });
    return wanted ? make_device_memory(config.device, mpi.local_rank()) : nullptr;
}

class CampaignRun {
public:
    CampaignRun(MpiEnvironment const& mpi, JointEnd& ending, CampaignPlan const& plan,
                RunOptions const& options)
        : mpi_(mpi),
          ending_(ending),
          plan_(plan),
          options_(options),
          placement_(plan.config.pipeline, mpi.nodes()),
          board_(mpi, sizeof(BoardLine)),
          links_(mpi, placement_, plan, ending.channels()),
          buffer_memory_(make_memory_of_buffers(plan.config, mpi)),
          sinks_(plan.config, placement_, mpi.rank(), plan.schema, provenance(plan),
                 plan.resumption.has_value(), memory_of_buffers()),
          quarantine_(plan.config.quarantine) {
        if (plan.resumption)
            quarantine_.know(read_quarantine(plan.config.quarantine, TornFrame::keep));
        for (int i : placement_.instances_of(mpi.rank()))
            runs_.push_back(std::make_unique<ElementRun>(ElementRun::Surroundings{
                plan, placement_.instances()[i], sinks_, quarantine_, links_.inputs_of(i),
                links_.outputs_of(i), mpi.local_rank(), memory_of_buffers()}));
        ending_.name_stages(stages_by_rank());
    }
    ~CampaignRun() {
        stop_.request_stop();  // should an exception have ended it
        ending_.watch().watch_loop({});
    }
    CampaignRun(CampaignRun const&) = delete;
    CampaignRun& operator=(CampaignRun const&) = delete;

    int run() {
        start_ = Clock::now();
        ProgressStyle const style =
            mpi_.rank() == Rank{0}
                ? choose_progress_style(options_.progress, standard_error_is_terminal())
                : ProgressStyle::off;
        ProgressDisplay display(std::cerr, style);
        begin_timeline();
        for (auto& run : runs_) run->start(threads_per_instance(), stop_.get_token());
        ending_.watch().watch_loop([this] { return progress_of_loops(); });
        wait_for_runs(display);
        for (auto& run : runs_) run->join();
        if (any_failed()) display.clear();
        rethrow_failure();
        sinks_.close();
        quarantine_.close();
        closed_.store(true);
        ending_.watch().closed();
        if (!all_came_to_their_end(display)) return exit_after_checkpoint;
        return finish(display);
    }

private:
    static std::string provenance(CampaignPlan const& plan) {
        return fmt::format(R"({{"athanor":"{}","physics":"{:016x}","config":{}}})", version(),
                           physics_hash(plan.config), to_json(plan.config));
    }

    [[nodiscard]] std::vector<std::string> stages_by_rank() const {
        std::vector<std::string> names(static_cast<std::size_t>(mpi_.size()));
        for (Instance const& instance : placement_.instances()) {
            std::string& name = names[instance.rank.value()];
            name += (name.empty() ? "" : " | ") + instance_name(plan_.config.pipeline, instance);
        }
        return names;
    }

    /// Every turn of a loop gives an account of its time; nothing when all files are closed.
    [[nodiscard]] std::optional<std::uint64_t> progress_of_loops() const {
        if (closed_.load()) return std::nullopt;
        std::int64_t sum = 0;
        for (auto const& run : runs_)
            for (auto const& part : run->metrics().nanoseconds)
                sum += part.load(std::memory_order_relaxed);
        return static_cast<std::uint64_t>(sum);
    }

    /// Until every instance has ended, by itself or because something asks it to.
    void wait_for_runs(ProgressDisplay& display) {
        std::optional<Clock::time_point> asked;
        while (!all_done()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            bool const others_failed = ending_.watch().failure().has_value();
            if (!asked && (any_failed() || others_failed || StopSignals::received() != 0)) {
                if (any_failed() && mpi_.size() > 1) tell_failure(display);
                ask_to_stop();
                asked = Clock::now();
            }
            if (!asked) {
                save_when_due();
                show(display);
            }
            // An instance inside a long step, or stuck, does not hear; its thread cannot be left.
            if (asked && others_failed && Clock::now() > *asked + longest_wait_for_a_step)
                ending_.end_as_it_is();
        }
    }

    /// Where there are checkpoints, whoever was asked by a signal saves what is under way first.
    void ask_to_stop() {
        auto const other = ending_.watch().failure();
        bool const by_signal = other ? other->kind == RankFailure::Kind::interrupted ||
                                           other->exit_code == exit_after_checkpoint
                                     : StopSignals::received() != 0;
        if (!plan_.config.checkpoint || !by_signal || any_failed()) {
            stop_.request_stop();
            return;
        }
        for (auto& run : runs_) run->ask_to_save(SaveRequest::save_and_stop);
    }

    void save_when_due() {
        if (!plan_.config.checkpoint) return;
        std::chrono::duration<double> const interval(plan_.config.checkpoint->interval_seconds);
        bool const asked = StopSignals::take_save_request();
        if (!asked && Clock::now() < last_save_ + interval) return;
        last_save_ = Clock::now();
        for (auto& run : runs_) run->ask_to_save(SaveRequest::save);
    }

    /// Waits for the other ranks. False when some were asked to end before they were done; all then
    /// leave together, for the launcher kills the others when the first has left.
    [[nodiscard]] bool all_came_to_their_end(ProgressDisplay& display) {
        auto const limit = Clock::now() + longest_wait_for_ranks;
        auto const worst = mpi_.max_when_all_come(interrupted_ ? 1 : 0, [&] {
            if (!interrupted_) show(display);
            return interrupted_ && Clock::now() > limit;
        });
        if (!worst)
            ending_.end(Error(
                fmt::format("interrupted by SIGUSR1, which not all ranks have heard or answered in "
                            "{} s; the last checkpoints of each are kept",
                            longest_wait_for_ranks.count()),
                exit_after_checkpoint));
        if (*worst == 0) return true;
        display.clear();
        if (mpi_.rank() == Rank{0})
            std::fputs(
                "athanor: interrupted by SIGUSR1; everything under way is in the checkpoint, "
                "and `athanor resume` goes on with it\n",
                stderr);
        return false;
    }

    /// The others hear of it before this rank closes its files.
    void tell_failure(ProgressDisplay& display) {
        display.clear();
        try {
            throw_failure();
        } catch (std::exception const& error) {
            ending_.tell(error);
        }
    }

    /// Cores are shared by the ranks of a node, then by the instances of a process; OMP_NUM_THREADS
    /// says how many a rank has.
    [[nodiscard]] int threads_per_instance() const {
        int cores = thread_count();
        if (std::getenv("OMP_NUM_THREADS") == nullptr) cores /= mpi_.local_size();
        return std::max(1, cores / static_cast<int>(runs_.size()));
    }

    [[nodiscard]] bool all_done() const {
        for (auto const& run : runs_)
            if (!run->done()) return false;
        return true;
    }
    [[nodiscard]] bool any_failed() const {
        for (auto const& run : runs_)
            if (run->done() && run->failure()) return true;
        return false;
    }

    /// The failure that came first is the cause; those that were told to stop say nothing new.
    void rethrow_failure() {
        std::exception_ptr const told_to_stop = throw_failure();
        if (told_to_stop && StopSignals::received() != 0 && !ending_.watch().failure()) {
            interrupted_ = StopSignals::received() == SIGUSR1 && plan_.config.checkpoint;
            if (interrupted_) return;
            end_interrupted();
        }
        if (told_to_stop) std::rethrow_exception(told_to_stop);
    }

    /// Throws what an element met; gives what one that was told to stop has to say.
    std::exception_ptr throw_failure() const {
        std::exception_ptr told_to_stop;
        for (auto const& run : runs_) {
            if (!run->done() || !run->failure()) continue;
            try {
                std::rethrow_exception(run->failure());
            } catch (StoppedError const&) {
                told_to_stop = run->failure();
            } catch (Error const& error) {
                throw Error(fmt::format("stage {}: {}", run->name(), error.what()),
                            error.exit_code());
            }
        }
        return told_to_stop;
    }

    [[noreturn]] void end_interrupted() {
        sinks_.close();
        quarantine_.close();
        int const number = StopSignals::received();
        throw InterruptedError(
            fmt::format("interrupted by {}; the rows and log lines written so far are complete, {}",
                        number == SIGINT    ? "SIGINT"
                        : number == SIGTERM ? "SIGTERM"
                                            : "SIGUSR1",
                        plan_.config.checkpoint
                            ? "and samples under way are in the checkpoint: `athanor resume` goes "
                              "on with them"
                            : "samples under way are not among them"),
            number);
    }

    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(Clock::now() - start_).count();
    }

    /// Lines of all instances, in their order; on rank 0 only when there are several ranks.
    [[nodiscard]] std::vector<BoardLine> lines() {
        std::vector<BoardLine> all;
        if (mpi_.size() == 1) {
            for (auto const& run : runs_) all.push_back(line_of(*run, quarantine_));
            return all;
        }
        for (Instance const& instance : placement_.instances()) {
            BoardLine line{};
            auto const bytes = board_.read(instance.rank);
            std::memcpy(&line, bytes.data(), sizeof line);
            all.push_back(line);
        }
        return all;
    }

    /// One line per element: its replicas together.
    [[nodiscard]] ProgressFigures progress(std::vector<BoardLine> const& all) const {
        PipelineSpec const& pipeline = plan_.config.pipeline;
        ProgressFigures figures;
        for (std::size_t i = 0; i < all.size(); ++i) {
            Instance const& instance = placement_.instances()[i];
            ElementSpec const& element = pipeline.elements[instance.element];
            if (instance.replica == 0) {
                figures.stages.emplace_back();
                figures.stages.back().name = element_name(element);
                if (element.replicas > 1)
                    figures.stages.back().name += fmt::format(" x{}", element.replicas);
            }
            add_replica(figures_of(all[i], "", instance.rank), element.replicas,
                        figures.stages.back());
            figures.frames_done += all[i].failed + all[i].refused;
            if (pipeline.ends_chain(instance.element)) figures.frames_done += all[i].out;
        }
        if (plan_.resumption)
            figures.frames_done_before = plan_.resumption->finished +
                                         plan_.resumption->quarantined -
                                         plan_.resumption->bad_frames;
        figures.frames_done += figures.frames_done_before;
        figures.frames_total = plan_.selected_count * pipeline.chain_count();
        figures.seconds = seconds();
        return figures;
    }

    void show(ProgressDisplay& display) {
        bool const reads = mpi_.rank() == Rank{0};
        bool const for_timeline = timeline_ && timeline_->due(seconds());
        if (reads && !for_timeline && !display.due(seconds())) return;
        if (mpi_.size() > 1) {
            BoardLine const mine = line_of(*runs_[0], quarantine_);
            board_.write(std::as_bytes(std::span(&mine, 1)));
        }
        if (!reads) return;
        auto const all = lines();
        display.update(progress(all));
        if (for_timeline) timeline_->add(seconds(), figures_by_instance(all));
    }

    [[nodiscard]] std::vector<StageFigures> figures_by_instance(
        std::vector<BoardLine> const& all) const {
        std::vector<StageFigures> figures;
        for (std::size_t i = 0; i < all.size(); ++i)
            figures.push_back(figures_of(all[i], "", placement_.instances()[i].rank));
        return figures;
    }

    /// Where the metrics go; empty: nobody wants them.
    [[nodiscard]] std::filesystem::path metrics_path() const {
        if (!options_.metrics.empty()) return options_.metrics;
        return plan_.config.metrics ? plan_.config.metrics->path : std::filesystem::path{};
    }

    void begin_timeline() {
        if (mpi_.rank() != Rank{0} || metrics_path().empty()) return;
        constexpr std::size_t most_moments = 200'000;  // of all instances, 72 bytes each
        std::size_t const most = most_moments / placement_.instances().size();
        timeline_.emplace(plan_.config.metrics.value_or(MetricsSpec{}).interval_seconds,
                          std::clamp<std::size_t>(most, 16, 400));
        // Before the first step, so that what the first interval did counts from nothing.
        timeline_->add(0.0, std::vector<StageFigures>(placement_.instances().size()));
    }

    int finish(ProgressDisplay& display) {
        if (mpi_.size() > 1) {
            BoardLine const mine = line_of(*runs_[0], quarantine_);
            board_.finish(std::as_bytes(std::span(&mine, 1)));
        }
        double const wall = seconds();  // of the slowest rank: finish() waits for all
        auto const halves = mpi_.gather(to_bytes(channel_halves()));
        auto const sinks = mpi_.gather(to_bytes(sinks_.figures(plan_.config, mpi_.rank())));
        auto const ranks = mpi_.gather(to_text(facts_of_this_rank(threads_per_instance())));
        std::int64_t const before = plan_.resumption ? plan_.resumption->quarantined : 0;
        std::int64_t quarantined = quarantine_.count() + before;
        if (mpi_.rank() == Rank{0}) {
            merge_parts(plan_.config, placement_);
            record_quarantine(plan_.config, plan_.schema);
            if (plan_.config.checkpoint) {
                CheckpointFolder const folder(plan_.config.checkpoint->path);
                folder.remove(folder.files());  // every sample has left
            }
            auto const all = lines();
            display.finish(progress(all));
            RunFigures figures = run_figures(all, join_halves(halves, placement_), wall);
            figures.sinks = join_sinks(sinks);
            for (std::string const& text : ranks) figures.ranks.push_back(rank_facts_from(text));
            if (timeline_) timeline_->add(wall, figures_by_instance(all));
            figures.timeline = std::move(timeline_);
            quarantined = figures.quarantined + before;
            print_summary(figures);
            if (!metrics_path().empty()) write_metrics(metrics_path(), figures, plan_, placement_);
        }
        return mpi_.max(quarantined > 0 ? 5 : 0);
    }

    [[nodiscard]] std::vector<ChannelHalf> channel_halves() const {
        std::vector<ChannelHalf> halves;
        auto const add = [&halves](std::vector<int> const& edges, int sends,
                                   std::vector<ChannelMetrics> const& metrics) {
            for (std::size_t e = 0; e < edges.size(); ++e)
                halves.push_back({edges[e], sends, metrics[e]});
        };
        auto const mine = placement_.instances_of(mpi_.rank());
        for (std::size_t k = 0; k < mine.size(); ++k) {
            add(placement_.edges_to(mine[k]), 0, runs_[k]->input_metrics());
            add(placement_.edges_from(mine[k]), 1, runs_[k]->output_metrics());
        }
        return halves;
    }

    [[nodiscard]] RunFigures run_figures(std::vector<BoardLine> const& all,
                                         std::vector<ChannelFigures> channels, double wall) const {
        RunFigures figures{.channels = std::move(channels), .wall_seconds = wall};
        for (std::size_t i = 0; i < all.size(); ++i) {
            Instance const& instance = placement_.instances()[i];
            figures.stages.push_back(
                summary_of(all[i], instance_name(plan_.config.pipeline, instance), instance.rank));
        }
        for (int rank = 0; rank < mpi_.size(); ++rank) {
            BoardLine const& line = all[placement_.instances_of(Rank{rank})[0]];
            figures.peak_mebibytes.push_back(static_cast<double>(line.peak_kilobytes) / 1024.0);
            figures.quarantined += line.quarantined;
        }
        return figures;
    }

    void print_summary(RunFigures const& figures) const {
        if (options_.progress == ProgressMode::off) return;
        if (options_.progress == ProgressMode::json) {
            std::fputs((summary_line(figures, plan_, placement_) + "\n").c_str(), stderr);
            return;
        }
        std::string text = final_table(figures.stages, figures.wall_seconds);
        if (!figures.channels.empty())
            text += "\n" + channel_table(figures.channels, plan_.config.pipeline, placement_,
                                         figures.wall_seconds);
        if (!figures.sinks.empty())
            text += "\n" + sink_table(figures.sinks, plan_.config, figures.wall_seconds);
        for (std::size_t rank = 0; rank < figures.peak_mebibytes.size(); ++rank)
            text += fmt::format("peak memory rank {}: {:.1f} MiB\n", rank,
                                figures.peak_mebibytes[rank]);
        if (figures.quarantined > 0)
            text += fmt::format("{} of the samples are in quarantine, each with its reason: {}\n",
                                figures.quarantined, plan_.config.quarantine.string());
        std::fputs(text.c_str(), stderr);
    }

    [[nodiscard]] MemorySpace& memory_of_buffers() const {
        return buffer_memory_ ? *buffer_memory_ : host_memory();
    }

    MpiEnvironment const& mpi_;
    JointEnd& ending_;
    CampaignPlan const& plan_;
    RunOptions options_;
    Placement placement_;
    // What is made collectively comes before what may fail on one rank alone.
    MpiBoard board_;
    CampaignLinks links_;
    std::unique_ptr<MemorySpace> buffer_memory_;  ///< of device_buffer sinks; null: the host's
    SinkSet sinks_;
    Quarantine quarantine_;
    std::vector<std::unique_ptr<ElementRun>> runs_;
    StopSignals signals_{SIGINT, SIGTERM};
    std::stop_source stop_;
    std::optional<Timeline> timeline_;  ///< of rank 0, where metrics are wanted
    std::atomic<bool> closed_{false};
    bool interrupted_ = false;  ///< by SIGUSR1, after everything was saved
    Clock::time_point start_;
    Clock::time_point last_save_ = Clock::now();
};

}  // namespace

int run_campaign(MpiEnvironment const& mpi, JointEnd& ending, CampaignPlan const& plan,
                 RunOptions const& options) {
    try {
        CampaignRun campaign(mpi, ending, plan, options);
        try {
            return campaign.run();
        } catch (std::exception const& error) {
            if (mpi.size() > 1) ending.tell(error);  // before its threads are waited for
            throw;
        }
    } catch (std::exception const& error) {
        if (mpi.size() == 1) throw;
        ending.end(error);
    }
}

}  // namespace athanor
