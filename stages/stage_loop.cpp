// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/stage_loop.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

/// Hooks are closed whatever ends the loop.
class OpenHooks {
public:
    explicit OpenHooks(FusedStage& stage) : stage_(stage) { stage_.open_hooks(); }
    ~OpenHooks() {
        try {
            close();
        } catch (...) {  // the error that ends the loop is the one to report
        }
    }
    void close() {
        if (std::exchange(closed_, true)) return;
        stage_.close_hooks();
    }

private:
    FusedStage& stage_;
    bool closed_ = false;
};

constexpr int idle_turns_before_sleep = 50;
constexpr std::chrono::microseconds idle_sleep{50};

}  // namespace

StageLoop::StageLoop(FusedStage& stage, StagePorts ports, StageMetrics& metrics)
    : stage_(stage), ports_(std::move(ports)), metrics_(metrics), clock_(metrics, stage.trace()) {
    if (Trace* const trace = stage.trace()) {
        save_ = trace->add_name("save", TraceCategory::sink);
        receive_ = trace->add_name("receive", TraceCategory::channel);
        refill_ = trace->add_name("refill", TraceCategory::channel);
        send_ = trace->add_name("send", TraceCategory::channel);
        quarantine_ = trace->add_name("quarantine", TraceCategory::sink);
        stress_ = trace->add_name("stress", TraceCategory::sink);
        write_ = trace->add_name("write", TraceCategory::sink);
    }
    ATHANOR_EXPECTS((ports_.sampler != nullptr) != !ports_.inputs.empty());
    ATHANOR_EXPECTS(ports_.outputs.empty() != ports_.sinks.empty());
    leaving_.reserve(static_cast<std::size_t>(stage_.batch().capacity().systems));
    if (!ports_.sinks.empty()) stage_.expect_writing();
    if (!ports_.overflow.empty()) {
        BatchCapacity const most = stage_.batch().capacity();
        aside_.emplace(stage_.batch().schema_ptr(), BatchCapacity{1, most.atoms, most.edges});
    }
}

void StageLoop::run(std::stop_token stop) {
    OpenHooks hooks(stage_);
    clock_.give_to(TimePart::other);
    while (!finished()) {
        if (stop.stop_requested()) throw StoppedError("stopped because another stage failed");
        save_if_asked();
        bool moved = restore();
        if (ports_.restored.empty()) moved = receive() || refill() || moved;
        if (may_step()) {
            if (!inputs_ended_) count_fill();
            stage_.step(clock_);
            input_seen_ = false;
            moved = true;
        }
        moved = graduate() || moved;
        metrics_.samples_active.store(stage_.active_count(), std::memory_order_relaxed);
        idle(moved);
    }
    hooks.close();
    clock_.give_to(TimePart::hooks);
    finish_sending(stop);
}

void StageLoop::save_if_asked() {
    if (ports_.save_request == nullptr) return;
    SaveRequest asked = ports_.save_request->load();
    if (asked == SaveRequest::none) return;
    save();
    if (asked == SaveRequest::save_and_stop) throw StoppedError("stopped after a checkpoint");
    // One that came while this one was served stays.
    ports_.save_request->compare_exchange_strong(asked, SaveRequest::none);
}

void StageLoop::save() {
    stage_.bring_back_rows(clock_);
    // Some may have been found to have failed: they are quarantine's, not a checkpoint's.
    static_cast<void>(set_failed_aside());
    leaving_.clear();
    for (int s = 0; s < stage_.batch().system_count(); ++s) leaving_.emplace_back(s);
    std::vector<Sample> others(ports_.restored.begin(), ports_.restored.end());
    auto const add = [&others](std::vector<Sample> samples) {
        std::ranges::move(samples, std::back_inserter(others));
    };
    for (DrainableSink const* sink : ports_.overflow) add(sink->copies());
    for (ChannelSender* output : ports_.outputs) add(output->unreceived());
    clock_.give_to(TimePart::other);
    ports_.save({stage_.batch(), leaving_, others});
    clock_.give_to(TimePart::write, save_,
                   static_cast<std::int64_t>(leaving_.size() + others.size()));
}

bool StageLoop::restore() {
    std::int64_t moved = 0;
    Batch& batch = stage_.batch();
    while (!ports_.restored.empty()) {
        input_seen_ = true;  // nothing else is waited for meanwhile
        Sample const& sample = ports_.restored.front();
        if (!batch.fits(sample.atom_count(), sample.edge_count())) {
            if (batch.fits_empty(sample.atom_count(), sample.edge_count())) break;
            throw ConfigError(fmt::format(
                "a saved sample, \"{}\", has {} atoms and the batch holds {} now; raise "
                "/sampler/max_atoms to what it was",
                sample.name(), sample.atom_count(), batch.capacity().atoms));
        }
        stage_.resume(batch.append(sample));
        ports_.restored.pop_front();
        ++moved;
    }
    if (moved > 0) clock_.give_to(TimePart::pack, refill_, moved);
    return moved > 0;
}

/// The loop turns while it waits, so that credits move and a stop is heard.
bool StageLoop::may_step() {
    if (stage_.active_count() == 0) return false;
    if (ports_.mode == ChannelMode::fully_async) return true;
    if (sent_) {
        for (ChannelSender* output : ports_.outputs)
            if (!output->progress()) return false;
        sent_ = false;
    }
    return ports_.mode == ChannelMode::async_recv || ports_.inputs.empty() || inputs_ended_ ||
           input_seen_ || !stage_.batch().fits(1, 0);
}

void StageLoop::count_fill() {
    Batch const& batch = stage_.batch();
    metrics_.held_atoms.fetch_add(batch.used_atoms(), std::memory_order_relaxed);
    metrics_.room_for_atoms.fetch_add(batch.capacity().atoms, std::memory_order_relaxed);
}

bool StageLoop::receive() {
    if (ports_.inputs.empty()) return false;
    std::int64_t received = take_back();
    bool all_ended = true;
    std::size_t const inputs = ports_.inputs.size();
    // Each turn begins with another producer, so that none of several is kept waiting for ever.
    for (std::size_t k = 0; k < inputs; ++k) {
        ReceiveStatus status;
        received += receive_from(*ports_.inputs[(first_input_ + k) % inputs], status);
        all_ended = all_ended && status == ReceiveStatus::ended;
    }
    if (received > 0) first_input_ = (first_input_ + 1) % inputs;
    inputs_ended_ = all_ended;
    if (received > 0) clock_.give_to(TimePart::pack, receive_, received);
    return received > 0;
}

std::int64_t StageLoop::receive_from(ChannelReceiver& input, ReceiveStatus& status) {
    std::int64_t received = 0;
    Batch& batch = stage_.batch();
    while ((status = input.poll()) == ReceiveStatus::received) {
        input_seen_ = true;
        if (batch.fits(input.next_atoms(), input.next_edges())) {
            stage_.enter(input.take(batch));
        } else {
            if (!batch.fits_empty(input.next_atoms(), input.next_edges()))
                throw CampaignError(
                    fmt::format("a sample of {} atoms arrived, the batch holds {}; raise "
                                "/sampler/max_atoms",
                                input.next_atoms(), batch.capacity().atoms));
            if (!set_aside(input)) break;
        }
        ++received;
    }
    return received;
}

bool StageLoop::set_aside(ChannelReceiver& input) {
    for (DrainableSink* sink : ports_.overflow) {
        if (sink->room() < 1) continue;
        SystemIndex const system = input.take(*aside_);
        sink->write(*aside_, {&system, 1}, RowKind::frame);
        aside_->remove(system);
        metrics_.overflowed.fetch_add(1, std::memory_order_relaxed);
        return true;
    }
    return false;
}

std::int64_t StageLoop::take_back() {
    std::int64_t taken = 0;
    for (DrainableSink* sink : ports_.overflow)
        while (auto sample = sink->take_oldest_for(stage_.batch())) {
            stage_.enter(stage_.batch().append(*sample));
            ++taken;
        }
    return taken;
}

bool StageLoop::refill() {
    if (ports_.sampler == nullptr) return false;
    // An empty batch waits for nobody.
    if (turns_++ % ports_.refill_frequency != 0 && stage_.active_count() > 0) return false;
    std::int64_t moved = 0;
    for (;;) {
        if (auto refused = ports_.sampler->take_refused()) {
            ports_.refuse(*refused);
        } else if (auto sample = ports_.sampler->draw(stage_.batch())) {
            stage_.enter(stage_.batch().append(*sample));
        } else {
            break;
        }
        ++moved;
    }
    inputs_ended_ = ports_.sampler->exhausted();
    if (moved > 0) clock_.give_to(TimePart::pack, refill_, moved);
    return moved > 0;
}

bool StageLoop::graduate() {
    bool const failed = set_failed_aside();
    for (ChannelSender* output : ports_.outputs) output->progress();
    bool const left = ports_.outputs.empty() ? write_out() : send_on();
    return failed || left;
}

bool StageLoop::set_failed_aside() {
    auto const failed = stage_.failed();
    if (failed.empty()) return false;
    leaving_.assign(failed.begin(), failed.end());
    for (SystemIndex system : leaving_)
        ports_.quarantine(stage_.batch(), system, stage_.failure_reason(system));
    // From the last row to the first: a removal moves the last row only.
    for (auto system = leaving_.rbegin(); system != leaving_.rend(); ++system) take_out(*system);
    clock_.give_to(TimePart::write, quarantine_, static_cast<std::int64_t>(leaving_.size()));
    return true;
}

bool StageLoop::send_on() {
    auto const departing = stage_.departing();
    if (departing.empty()) return false;
    leaving_.assign(departing.begin(), departing.end());
    std::size_t sent = 0;
    while (sent < leaving_.size()) {
        auto const best = std::max_element(
            ports_.outputs.begin(), ports_.outputs.end(),
            [](ChannelSender* a, ChannelSender* b) { return a->credit() < b->credit(); });
        int const taken =
            (*best)->try_send(stage_.batch(), std::span<SystemIndex const>(leaving_).subspan(sent));
        if (taken == 0) break;
        sent += static_cast<std::size_t>(taken);
    }
    if (sent == 0) return false;  // the time of trying counts as waiting, or as what comes next
    sent_ = true;
    for (std::size_t k = sent; k > 0; --k) take_out(leaving_[k - 1]);
    auto const samples = static_cast<std::int64_t>(sent);
    clock_.give_to(TimePart::pack, send_, samples);
    metrics_.samples_out.fetch_add(samples, std::memory_order_relaxed);
    return true;
}

bool StageLoop::write_out() {
    auto const departing = stage_.departing();
    if (departing.empty()) return false;
    leaving_.assign(departing.begin(), departing.end());
    stage_.fill_stress(leaving_);
    clock_.give_to(TimePart::forces, stress_, static_cast<std::int64_t>(leaving_.size()));
    std::span<SystemIndex const> rest = leaving_;
    for (Sink* sink : ports_.sinks) {
        rest = rest.subspan(write_to(*sink, rest));
        if (rest.empty()) break;
    }
    if (!rest.empty())
        throw StorageError(
            fmt::format("every output sink is full and {} finished samples have no place; raise "
                        "the capacity of "
                        "\"{}\" or add a sink to /output",
                        rest.size(), ports_.sinks.back()->describe()));
    for (auto system = leaving_.rbegin(); system != leaving_.rend(); ++system) take_out(*system);
    metrics_.samples_out.fetch_add(static_cast<std::int64_t>(leaving_.size()),
                                   std::memory_order_relaxed);
    clock_.give_to(TimePart::write, write_, static_cast<std::int64_t>(leaving_.size()));
    return true;
}

/// As many as there is room for; edges are found for some at a time.
std::size_t StageLoop::write_to(Sink& sink, std::span<SystemIndex const> systems) {
    std::size_t written = 0;
    while (written < systems.size() && sink.room() > 0) {
        auto const rest = systems.subspan(written);
        std::size_t const count = stage_.fill_edges(rest);
        ATHANOR_ENSURES(count > 0);
        std::size_t const fitted =
            sink.write_fitting(stage_.batch(), rest.first(count), RowKind::graduated);
        stage_.clear_edges(rest.first(count));
        written += fitted;
        if (fitted < count) break;
    }
    return written;
}

void StageLoop::take_out(SystemIndex system) {
    if (ports_.sampler != nullptr) ports_.sampler->released(stage_.batch().sample_id(system));
    stage_.remove(system);
}

bool StageLoop::finished() {
    return inputs_ended_ && ports_.restored.empty() && stage_.batch().empty() &&
           std::ranges::all_of(ports_.overflow, [](DrainableSink* sink) { return sink->empty(); });
}

void StageLoop::idle(bool moved) {
    if (moved) {
        idle_turns_ = 0;
        return;
    }
    if (++idle_turns_ > idle_turns_before_sleep) std::this_thread::sleep_for(idle_sleep);
    bool const for_input = stage_.batch().empty() || (stage_.active_count() > 0 && !sent_);
    clock_.give_to(for_input ? TimePart::wait_for_input : TimePart::wait_for_room);
}

void StageLoop::finish_sending(std::stop_token const& stop) {
    for (ChannelSender* output : ports_.outputs) output->close();
    bool done = false;
    while (!done) {
        if (stop.stop_requested()) throw StoppedError("stopped because another stage failed");
        save_if_asked();
        done = true;
        for (ChannelSender* output : ports_.outputs) done = output->progress() && done;
        if (!done) std::this_thread::sleep_for(idle_sleep);
        clock_.give_to(TimePart::wait_for_room);  // each turn: it shows that the loop moves
    }
}

}  // namespace athanor
