// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/channel_figures.hpp"

#include <cstring>
#include <map>
#include <type_traits>

#include <fmt/format.h>

#include "launch/readable.hpp"

namespace athanor {

static_assert(std::is_trivially_copyable_v<ChannelHalf>);

std::string to_bytes(std::vector<ChannelHalf> const& halves) {
    std::string bytes(halves.size() * sizeof(ChannelHalf), '\0');
    if (!halves.empty()) std::memcpy(bytes.data(), halves.data(), bytes.size());
    return bytes;
}

std::vector<ChannelFigures> join_halves(std::vector<std::string> const& gathered,
                                        Placement const& placement) {
    std::vector<ChannelFigures> channels;
    for (InstanceEdge const& edge : placement.edges()) channels.push_back({edge});
    for (std::string const& bytes : gathered)
        for (std::size_t at = 0; at + sizeof(ChannelHalf) <= bytes.size();
             at += sizeof(ChannelHalf)) {
            ChannelHalf half;
            std::memcpy(&half, bytes.data() + at, sizeof half);
            ChannelFigures& channel = channels.at(static_cast<std::size_t>(half.channel));
            if (half.sends == 0) {
                channel.seconds_without_input = half.metrics.seconds_without_input;
                continue;
            }
            channel.messages = half.metrics.messages;
            channel.samples = half.metrics.samples;
            channel.bytes = half.metrics.bytes;
            channel.seconds_without_credit = half.metrics.seconds_without_credit;
        }
    return channels;
}

std::string channel_table(std::vector<ChannelFigures> const& channels, PipelineSpec const& pipeline,
                          Placement const& placement, double wall_seconds) {
    if (channels.empty()) return "";
    struct Sum {
        int channels = 0;
        ChannelFigures all;
    };
    std::map<int, Sum> by_producer;  // an element sends to the next one only
    for (ChannelFigures const& channel : channels) {
        Sum& sum = by_producer[placement.instances()[channel.edge.from].element];
        ++sum.channels;
        sum.all.messages += channel.messages;
        sum.all.samples += channel.samples;
        sum.all.bytes += channel.bytes;
        sum.all.seconds_without_credit += channel.seconds_without_credit;
        sum.all.seconds_without_input += channel.seconds_without_input;
    }
    std::vector<std::vector<std::string>> rows{{"from", "to", "channels", "messages", "samples",
                                                "MiB", "without credit", "without input"}};
    for (auto const& [producer, sum] : by_producer) {
        double const whole = wall_seconds * sum.channels;
        rows.push_back({element_name(pipeline.elements[producer]),
                        element_name(pipeline.elements[producer + 1]),
                        fmt::format("{}", sum.channels), readable_count(sum.all.messages),
                        readable_count(sum.all.samples),
                        fmt::format("{:.1f}", static_cast<double>(sum.all.bytes) / 1048576.0),
                        readable_share(sum.all.seconds_without_credit, whole),
                        readable_share(sum.all.seconds_without_input, whole)});
    }
    std::string text = "Channels\n";
    for (std::string const& line : align_columns(rows)) text += "  " + line + "\n";
    return text;
}

}  // namespace athanor
