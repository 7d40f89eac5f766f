// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Transports that do wrong on purpose, over any real one.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "comm/transport.hpp"
#include "runtime/crc32c.hpp"

namespace athanor::test {

enum class Fault {
    flip_payload_bit,
    flip_shown_bit,  ///< in a part that the receiver may look at while the rest is packed
    flip_header_bit,
    cut_short,
    repeat,
    overtake,        ///< the message after the victim comes in its place
    another_version  ///< of the wire format
};

/// Does `fault` to message number `victim` after the channel has sealed it.
class FaultySender : public TransportSender {
public:
    FaultySender(std::unique_ptr<TransportSender> real, Fault fault, int victim)
        : real_(std::move(real)), fault_(fault), victim_(victim) {}

    int slot_count() const override { return real_->slot_count(); }
    Slot& slot(int k) override { return real_->slot(k); }
    void progress() override { real_->progress(); }
    bool has_left(int k) const override { return real_->has_left(k); }
    std::uint64_t credits() const override { return real_->credits(); }

    void show(int k, std::size_t payload_bytes, std::size_t of_bytes) override {
        if (fault_ == Fault::flip_shown_bit && count_ == victim_ && !flipped_) {
            slot(k).payload()[payload_bytes / 2] ^= std::byte{4};
            flipped_ = true;
        }
        real_->show(k, payload_bytes, of_bytes);
    }
    void post(int k, std::size_t payload_bytes) override {
        auto const bytes = slot(k).bytes().first(message_header_bytes + payload_bytes);
        if (count_ == victim_) {
            if (fault_ == Fault::flip_payload_bit) bytes[bytes.size() / 2] ^= std::byte{4};
            if (fault_ == Fault::flip_header_bit) bytes[44] ^= std::byte{1};  // the atom count
            if (fault_ == Fault::cut_short) payload_bytes -= 16;
            if (fault_ == Fault::repeat) std::memcpy(bytes.data(), last_.data(), last_.size());
            if (fault_ == Fault::repeat) payload_bytes = last_.size() - message_header_bytes;
            if (fault_ == Fault::overtake)
                put_sequence(bytes, static_cast<std::uint64_t>(victim_) + 1);
            if (fault_ == Fault::another_version) bytes[8] ^= std::byte{2};
        }
        last_.assign(bytes.begin(), bytes.end());
        ++count_;
        real_->post(k, payload_bytes);
    }

private:
    /// Seals the message anew, so that nothing but its number is wrong.
    static void put_sequence(std::span<std::byte> message, std::uint64_t sequence) {
        std::memcpy(message.data() + 16, &sequence, sizeof sequence);
        std::uint32_t const checksum =
            crc32c(message.subspan(message_header_bytes), crc32c(message.first(60)));
        std::memcpy(message.data() + 60, &checksum, sizeof checksum);
    }

    std::unique_ptr<TransportSender> real_;
    Fault fault_;
    int victim_;
    int count_ = 0;
    bool flipped_ = false;
    std::vector<std::byte> last_;
};

/// Says that `extra` slots more were given back than were, once `from` messages have been posted.
class FalseCreditSender : public TransportSender {
public:
    FalseCreditSender(std::unique_ptr<TransportSender> real, std::int64_t extra, int from)
        : real_(std::move(real)), extra_(extra), from_(from) {}

    int slot_count() const override { return real_->slot_count(); }
    Slot& slot(int k) override { return real_->slot(k); }
    void progress() override { real_->progress(); }
    bool has_left(int k) const override { return real_->has_left(k); }
    std::uint64_t credits() const override {
        return real_->credits() + static_cast<std::uint64_t>(posted_ >= from_ ? extra_ : 0);
    }
    void post(int k, std::size_t payload_bytes) override {
        ++posted_;
        real_->post(k, payload_bytes);
    }

private:
    std::unique_ptr<TransportSender> real_;
    std::int64_t extra_;
    int from_;
    int posted_ = 0;
};

/// Gives a slot back as soon as a message is in it: the mistake that credits exist to prevent.
class EarlyCreditReceiver : public TransportReceiver {
public:
    explicit EarlyCreditReceiver(std::unique_ptr<TransportReceiver> real)
        : real_(std::move(real)), known_(static_cast<std::size_t>(real_->slot_count()), 0) {}

    int slot_count() const override { return real_->slot_count(); }
    Slot& slot(int k) override { return real_->slot(k); }
    void progress() override { real_->progress(); }
    std::optional<std::size_t> arrived(int k) const override {
        auto& known = known_[static_cast<std::size_t>(k)];
        if (known > 0) return known;
        auto const bytes = real_->arrived(k);
        if (!bytes) return bytes;
        known = *bytes;
        real_->give_back(k);
        return bytes;
    }
    void give_back(int k) override { known_[static_cast<std::size_t>(k)] = 0; }

private:
    std::unique_ptr<TransportReceiver> real_;
    mutable std::vector<std::size_t> known_;
};

}  // namespace athanor::test
