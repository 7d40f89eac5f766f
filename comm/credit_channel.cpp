// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/credit_channel.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

ChannelOptions checked(ChannelOptions options) {
    ATHANOR_EXPECTS(options.schema != nullptr);
    options.buffers = checked(options.buffers);
    return options;
}

template <class Transport>
void expect_room(Transport& transport, ChannelOptions const& options) {
    SlotRoom const room = slot_room(*options.schema, options.buffers);
    ATHANOR_EXPECTS(transport.slot_count() == room.slots);
    for (int k = 0; k < room.slots; ++k)
        ATHANOR_EXPECTS(transport.slot(k).payload().size() >= room.payload_bytes);
}

double seconds_since(std::chrono::steady_clock::time_point then) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

std::shared_ptr<ChannelState> make_state(ChannelOptions const& options, ChannelSide side) {
    if (options.states == nullptr) return std::make_shared<ChannelState>();
    return options.states->add(options.edge, side, options.buffers.slots, options.link);
}

std::size_t text_bytes(Batch const& batch, SystemIndex s) {
    return batch.name(s).size() + batch.text(s).size();
}

}  // namespace

CreditChannelSender::CreditChannelSender(ChannelOptions options,
                                         std::unique_ptr<TransportSender> transport)
    : options_(checked(std::move(options))),
      transport_(std::move(transport)),
      fingerprint_(options_.schema->fingerprint()),
      next_(options_.buffers.slots),
      counts_of_slot_(static_cast<std::size_t>(options_.buffers.slots)),
      packer_(options_.schema, edge_rows()),
      show_([this](std::size_t bytes) { transport_->show(next_.slot(), bytes, packed_bytes_); }),
      state_(make_state(options_, ChannelSide::sender)) {
    expect_room(*transport_, options_);
}

CreditChannelSender::~CreditChannelSender() = default;

EdgeRows CreditChannelSender::edge_rows() const {
    return options_.buffers.edges > 0 ? EdgeRows::travel : EdgeRows::stay;
}

/// Messages that occupy a slot, as far as the receiver has said.
int CreditChannelSender::under_way() const {
    int const slots = options_.buffers.slots;
    std::uint64_t const credits = transport_->credits();
    if (credits > next_.messages() ||
        next_.messages() - credits > static_cast<std::uint64_t>(slots))
        throw CampaignError(fmt::format(
            "channel {}: {} messages were sent through {} slots and {} are said to be emptied; the "
            "receiver's credits are wrong",
            options_.edge.value(), next_.messages(), slots, credits));
    return static_cast<int>(next_.messages() - credits);
}

int CreditChannelSender::free_slots() const {
    int const empty = options_.buffers.slots - under_way();
    int free = 0;
    for (int k = next_.slot(); free < empty && transport_->has_left(k); k = next_.behind(k)) ++free;
    return free;
}

bool CreditChannelSender::next_is_free() const {
    return under_way() < options_.buffers.slots && transport_->has_left(next_.slot());
}

void CreditChannelSender::look() {
    transport_->progress();
    state_->answered.store(transport_->credits(), std::memory_order_relaxed);
}

int CreditChannelSender::count_fitting(Batch const& batch,
                                       std::span<SystemIndex const> systems) const {
    BufferConfig const& room = options_.buffers;
    std::int64_t atoms = 0, edges = 0, text = 0;
    int count = 0;
    for (SystemIndex s : systems) {
        atoms += batch.atom_count(s);
        if (edge_rows() == EdgeRows::travel) edges += batch.edge_count(s);
        text += static_cast<std::int64_t>(text_bytes(batch, s));
        if (count == room.systems || atoms > room.atoms || edges > room.edges ||
            text > room.text_bytes)
            break;
        ++count;
    }
    return count;
}

void CreditChannelSender::refuse_oversized(Batch const& batch, SystemIndex system) const {
    auto const refuse_if_above = [&](std::int64_t size, int room, char const* what,
                                     char const* key) {
        if (size > room)
            throw CampaignError(fmt::format(
                "channel {}: sample \"{}\" has {} {}, a slot holds {}; raise /buffers/{} or leave "
                "the sample out",
                options_.edge.value(), batch.name(system), size, what, room, key));
    };
    BufferConfig const& room = options_.buffers;
    refuse_if_above(batch.atom_count(system), room.atoms, "atoms", "atoms");
    if (edge_rows() == EdgeRows::travel)
        refuse_if_above(batch.edge_count(system), room.edges, "edges", "edges");
    refuse_if_above(static_cast<std::int64_t>(text_bytes(batch, system)), room.text_bytes,
                    "bytes of name and text", "text_bytes");
}

int CreditChannelSender::try_send(Batch const& batch, std::span<SystemIndex const> systems) {
    ATHANOR_EXPECTS(!closed_);
    if (systems.empty()) return 0;
    refuse_oversized(batch, systems.front());
    look();
    if (!next_is_free()) {
        if (!refused_since_) refused_since_ = Clock::now();
        return 0;
    }
    auto const accepted = systems.first(count_fitting(batch, systems));
    post(&batch, accepted);
    metrics_ = metrics();
    refused_since_.reset();
    return static_cast<int>(accepted.size());
}

/// Without a batch: the end of the stream.
void CreditChannelSender::post(Batch const* batch, std::span<SystemIndex const> systems) {
    Slot& slot = transport_->slot(next_.slot());
    MessageHeader header;
    header.edge = options_.edge;
    header.sequence = next_.messages();
    header.schema_fingerprint = fingerprint_;
    header.end_of_stream = batch == nullptr;
    if (batch != nullptr) {
        header.counts = count_packed(*batch, systems, edge_rows());
        header.payload_bytes = packed_bytes(*options_.schema, header.counts);
    }
    packed_bytes_ = header.payload_bytes;
    counts_of_slot_[static_cast<std::size_t>(next_.slot())] = header.counts;
    std::uint32_t checksum = begin_header(header, slot.header());
    if (batch != nullptr)
        checksum = packer_.pack(*batch, systems, header.counts, slot.payload(), checksum, show_);
    seal_header(slot.header(), checksum);
    transport_->post(next_.slot(), header.payload_bytes);
    state_->sequence.store(next_.advance(), std::memory_order_relaxed);
    state_->ended.store(header.end_of_stream, std::memory_order_relaxed);
    metrics_.messages += 1;
    metrics_.samples += header.counts.systems;
    metrics_.bytes += static_cast<std::int64_t>(message_header_bytes + header.payload_bytes);
}

int CreditChannelSender::credit() {
    look();
    return free_slots();
}

void CreditChannelSender::close() {
    closed_ = true;
    progress();
}

bool CreditChannelSender::progress() {
    look();
    if (closed_ && !end_posted_ && next_is_free()) {
        post(nullptr, {});
        end_posted_ = true;
    }
    if (closed_ && !end_posted_) return false;
    for (int k = 0; k < options_.buffers.slots; ++k)
        if (!transport_->has_left(k)) return false;
    return true;
}

/// Slots keep their bytes until their credit has come, wherever the message is.
std::vector<Sample> CreditChannelSender::unreceived() {
    look();
    std::vector<Sample> samples;
    auto const slots = static_cast<std::uint64_t>(options_.buffers.slots);
    for (std::uint64_t message = transport_->credits(); message < next_.messages(); ++message) {
        auto const k = static_cast<std::size_t>(message % slots);
        if (counts_of_slot_[k].systems == 0) continue;
        PackedSamples const packed(options_.schema, counts_of_slot_[k],
                                   transport_->slot(static_cast<int>(k))
                                       .payload()
                                       .first(packed_bytes(*options_.schema, counts_of_slot_[k])));
        for (int n = 0; n < packed.system_count(); ++n) {
            Batch one(options_.schema, {1, packed.atom_count(n), packed.edge_count(n)});
            samples.push_back(one.extract(packed.append_to(one, n)));
        }
    }
    return samples;
}

ChannelMetrics CreditChannelSender::metrics() const {
    ChannelMetrics now = metrics_;
    if (refused_since_) now.seconds_without_credit += seconds_since(*refused_since_);
    return now;
}

CreditChannelReceiver::CreditChannelReceiver(ChannelOptions options,
                                             std::unique_ptr<TransportReceiver> transport)
    : options_(checked(std::move(options))),
      transport_(std::move(transport)),
      fingerprint_(options_.schema->fingerprint()),
      current_(options_.buffers.slots),
      samples_(options_.schema),
      arrived_(options_.buffers.slots),
      state_(make_state(options_, ChannelSide::receiver)) {
    expect_room(*transport_, options_);
    samples_.reserve(options_.buffers.systems);
}

CreditChannelReceiver::~CreditChannelReceiver() = default;

ChannelMetrics CreditChannelReceiver::metrics() const {
    ChannelMetrics now = metrics_;
    if (in_vain_since_) now.seconds_without_input += seconds_since(*in_vain_since_);
    return now;
}

ReceiveStatus CreditChannelReceiver::poll() {
    polled_ = false;
    while (!ended_ && !slot_is_open()) {
        look();
        auto const message_bytes = transport_->arrived(current_.slot());
        if (!message_bytes) {
            check_ahead();
            if (!in_vain_since_) in_vain_since_ = Clock::now();
            return ReceiveStatus::nothing_yet;
        }
        metrics_ = metrics();
        in_vain_since_.reset();
        open_slot(*message_bytes);
        if (!slot_is_open()) empty_slot();
    }
    if (ended_) return ReceiveStatus::ended;
    polled_ = true;
    return ReceiveStatus::received;
}

void CreditChannelReceiver::look() {
    transport_->progress();
    auto const slots = static_cast<std::uint64_t>(options_.buffers.slots);
    while (arrived_.messages() < current_.messages() + slots &&
           transport_->arrived(arrived_.slot()).has_value())
        arrived_.advance();
    state_->answered.store(arrived_.messages(), std::memory_order_relaxed);
}

void CreditChannelReceiver::check_ahead() {
    std::size_t const shown = transport_->shown(current_.slot());
    if (shown == 0) return;
    Slot& slot = transport_->slot(current_.slot());
    checksum_.take(slot.header().first(checked_header_bytes), slot.payload().first(shown));
}

void CreditChannelReceiver::open_slot(std::size_t message_bytes) {
    auto const message =
        std::span<std::byte const>(transport_->slot(current_.slot()).bytes()).first(message_bytes);
    auto const header = message.first(std::min(message_bytes, message_header_bytes));
    auto const payload = message.subspan(header.size());
    MessageHeader const said = decode_message(
        header, payload, {options_.edge, current_.messages(), fingerprint_}, checksum_);
    samples_.read(said.counts, payload);
    std::copy_n(header.begin(), open_header_.size(), open_header_.begin());
    next_sample_ = 0;
    last_message_ = said.end_of_stream;
    state_->open_samples.store(samples_.system_count(), std::memory_order_relaxed);
    metrics_.messages += 1;
    metrics_.samples += said.counts.systems;
    metrics_.bytes += static_cast<std::int64_t>(message_bytes);
}

void CreditChannelReceiver::empty_slot() {
    transport_->give_back(current_.slot());
    current_.advance();
    ended_ = last_message_;
    state_->sequence.store(current_.messages(), std::memory_order_relaxed);
    state_->ended.store(ended_, std::memory_order_relaxed);
}

/// Where both ends share their slots, a credit too early lets the sender into the open one.
void CreditChannelReceiver::expect_untouched() {
    auto const header = transport_->slot(current_.slot()).header();
    if (std::memcmp(header.data(), open_header_.data(), open_header_.size()) != 0)
        throw CampaignError(fmt::format(
            "channel {}, message {}: its slot was overwritten before it was empty; the credits of "
            "this channel are wrong",
            options_.edge.value(), current_.messages()));
}

int CreditChannelReceiver::next_atoms() const {
    ATHANOR_EXPECTS(polled_);
    return samples_.atom_count(next_sample_);
}

int CreditChannelReceiver::next_edges() const {
    ATHANOR_EXPECTS(polled_);
    return samples_.edge_count(next_sample_);
}

SystemIndex CreditChannelReceiver::take(Batch& batch) {
    ATHANOR_EXPECTS(polled_);
    polled_ = false;
    expect_untouched();
    SystemIndex const system = samples_.append_to(batch, next_sample_);
    expect_untouched();  // a sender writes the header first, so the sample was whole
    ++next_sample_;
    state_->open_samples.store(samples_.system_count() - next_sample_, std::memory_order_relaxed);
    if (!slot_is_open()) empty_slot();
    return system;
}

}  // namespace athanor
