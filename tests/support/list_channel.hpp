// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A channel over a plain list, for loops that run in turns on one thread.
#pragma once

#include <deque>
#include <memory>

#include "runtime/channel.hpp"

namespace athanor::test {

struct ListLink {
    std::deque<Sample> under_way;
    int slots = 2;
    bool closed = false;
    std::int64_t sent = 0;
};

/// One sample per message; a slot is free again when its sample was taken.
class ListSender final : public ChannelSender {
public:
    explicit ListSender(ListLink& link) : link_(link) {}
    int try_send(Batch const& batch, std::span<SystemIndex const> systems) override {
        if (systems.empty() || credit() == 0) return 0;
        link_.under_way.push_back(batch.extract(systems[0]));
        ++link_.sent;
        return 1;
    }
    int credit() override { return link_.slots - static_cast<int>(link_.under_way.size()); }
    void close() override { link_.closed = true; }
    bool progress() override { return true; }
    [[nodiscard]] ChannelMetrics metrics() const override { return {}; }

private:
    ListLink& link_;
};

class ListReceiver final : public ChannelReceiver {
public:
    explicit ListReceiver(ListLink& link) : link_(link) {}
    ReceiveStatus poll() override {
        if (!link_.under_way.empty()) return ReceiveStatus::received;
        return link_.closed ? ReceiveStatus::ended : ReceiveStatus::nothing_yet;
    }
    [[nodiscard]] int next_atoms() const override { return link_.under_way.front().atom_count(); }
    [[nodiscard]] int next_edges() const override { return link_.under_way.front().edge_count(); }
    SystemIndex take(Batch& batch) override {
        SystemIndex const s = batch.append(link_.under_way.front());
        link_.under_way.pop_front();
        return s;
    }
    [[nodiscard]] ChannelMetrics metrics() const override { return {}; }

private:
    ListLink& link_;
};

}  // namespace athanor::test
