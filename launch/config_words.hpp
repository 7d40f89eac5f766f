// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "launch/config.hpp"

namespace athanor::detail {

/// The words of the configuration for each value of an enumeration.
template <class Enum>
struct EnumWords;

template <class Enum, std::size_t count>
using WordTable = std::array<std::pair<Enum, std::string_view>, count>;

template <>
struct EnumWords<DeviceChoice> {
    static constexpr WordTable<DeviceChoice, 4> table{{{DeviceChoice::automatic, "auto"},
                                                       {DeviceChoice::cpu, "cpu"},
                                                       {DeviceChoice::cuda, "cuda"},
                                                       {DeviceChoice::emulated, "emulated"}}};
};
template <>
struct EnumWords<Precision> {
    static constexpr WordTable<Precision, 2> table{
        {{Precision::float64, "double"}, {Precision::mixed, "mixed"}}};
};
template <>
struct EnumWords<ChannelMode> {
    static constexpr WordTable<ChannelMode, 3> table{{{ChannelMode::sync, "sync"},
                                                      {ChannelMode::async_recv, "async_recv"},
                                                      {ChannelMode::fully_async, "fully_async"}}};
};
template <>
struct EnumWords<SlotTransport> {
    static constexpr WordTable<SlotTransport, 2> table{
        {{SlotTransport::host, "host"}, {SlotTransport::nccl, "nccl"}}};
};
template <>
struct EnumWords<FusedOrder> {
    static constexpr WordTable<FusedOrder, 2> table{
        {{FusedOrder::standard, "standard"}, {FusedOrder::documented, "documented"}}};
};
template <>
struct EnumWords<Packing> {
    static constexpr WordTable<Packing, 2> table{
        {{Packing::first_fit, "input"}, {Packing::largest_first, "largest_first"}}};
};
template <>
struct EnumWords<OversizedPolicy> {
    static constexpr WordTable<OversizedPolicy, 2> table{
        {{OversizedPolicy::refuse, "refuse"}, {OversizedPolicy::quarantine, "quarantine"}}};
};
template <>
struct EnumWords<DegreesOfFreedom> {
    static constexpr WordTable<DegreesOfFreedom, 2> table{
        {{DegreesOfFreedom::automatic, "auto"}, {DegreesOfFreedom::three_n, "3N"}}};
};
template <>
struct EnumWords<LogBackend> {
    static constexpr WordTable<LogBackend, 2> table{
        {{LogBackend::csv, "csv"}, {LogBackend::tensorboard, "tensorboard"}}};
};
template <>
struct EnumWords<LogColumn> {
    static constexpr WordTable<LogColumn, 3> table{{{LogColumn::kinetic_energy, "kinetic_energy"},
                                                    {LogColumn::volume, "volume"},
                                                    {LogColumn::pressure, "pressure"}}};
};
template <>
struct EnumWords<PressureCoupling> {
    static constexpr WordTable<PressureCoupling, 3> table{
        {{PressureCoupling::isotropic, "isotropic"},
         {PressureCoupling::anisotropic, "anisotropic"},
         {PressureCoupling::triclinic, "triclinic"}}};
};
template <>
struct EnumWords<StoreDtype> {
    static constexpr WordTable<StoreDtype, 2> table{
        {{StoreDtype::float64, "float64"}, {StoreDtype::float32, "float32"}}};
};
template <>
struct EnumWords<StoreCodec> {
    static constexpr WordTable<StoreCodec, 8> table{{{StoreCodec::none, "none"},
                                                     {StoreCodec::blosclz, "blosclz"},
                                                     {StoreCodec::lz4, "lz4"},
                                                     {StoreCodec::lz4hc, "lz4hc"},
                                                     {StoreCodec::zlib, "zlib"},
                                                     {StoreCodec::zstd, "zstd"},
                                                     {StoreCodec::plain_zstd, "plain_zstd"},
                                                     {StoreCodec::gzip, "gzip"}}};
};
template <>
struct EnumWords<StoreShuffle> {
    static constexpr WordTable<StoreShuffle, 3> table{{{StoreShuffle::none, "none"},
                                                       {StoreShuffle::shuffle, "shuffle"},
                                                       {StoreShuffle::bitshuffle, "bitshuffle"}}};
};
template <>
struct EnumWords<Durability> {
    static constexpr WordTable<Durability, 3> table{{{Durability::none, "none"},
                                                     {Durability::commit, "commit"},
                                                     {Durability::strict, "strict"}}};
};
template <>
struct EnumWords<RowReduction> {
    static constexpr WordTable<RowReduction, 6> table{{{RowReduction::norm, "norm"},
                                                       {RowReduction::max_abs, "max_abs"},
                                                       {RowReduction::max, "max"},
                                                       {RowReduction::min, "min"},
                                                       {RowReduction::sum, "sum"},
                                                       {RowReduction::mean, "mean"}}};
};

template <>
struct EnumWords<ProfilerRanges> {
    static constexpr WordTable<ProfilerRanges, 2> table{
        {{ProfilerRanges::all, "all"}, {ProfilerRanges::step, "step"}}};
};

template <>
struct EnumWords<NanDetectorOptions::Action> {
    static constexpr WordTable<NanDetectorOptions::Action, 2> table{
        {{NanDetectorOptions::Action::quarantine, "quarantine"},
         {NanDetectorOptions::Action::stop, "stop"}}};
};

template <>
struct EnumWords<EnergyDriftMonitorOptions::Metric> {
    static constexpr WordTable<EnergyDriftMonitorOptions::Metric, 2> table{
        {{EnergyDriftMonitorOptions::Metric::per_atom_per_step, "per_atom_per_step"},
         {EnergyDriftMonitorOptions::Metric::absolute, "absolute"}}};
};
template <>
struct EnumWords<EnergyDriftMonitorOptions::Action> {
    static constexpr WordTable<EnergyDriftMonitorOptions::Action, 3> table{
        {{EnergyDriftMonitorOptions::Action::warn, "warn"},
         {EnergyDriftMonitorOptions::Action::raise, "raise"},
         {EnergyDriftMonitorOptions::Action::stop, "stop"}}};
};

template <>
struct EnumWords<WallBiasOptions::Axis> {
    static constexpr WordTable<WallBiasOptions::Axis, 3> table{{{WallBiasOptions::Axis::x, "x"},
                                                                {WallBiasOptions::Axis::y, "y"},
                                                                {WallBiasOptions::Axis::z, "z"}}};
};
template <>
struct EnumWords<WallBiasOptions::Side> {
    static constexpr WordTable<WallBiasOptions::Side, 2> table{
        {{WallBiasOptions::Side::below, "below"}, {WallBiasOptions::Side::above, "above"}}};
};

template <class Enum>
[[nodiscard]] constexpr std::string_view word_of(Enum value) {
    for (auto const& [known, word] : EnumWords<Enum>::table)
        if (known == value) return word;
    return "";
}

/// Expects: `word` is one of the table; the checker has seen to it.
template <class Enum>
[[nodiscard]] constexpr Enum value_of(std::string_view word) {
    for (auto const& [value, known] : EnumWords<Enum>::table)
        if (known == word) return value;
    return EnumWords<Enum>::table.front().first;
}

}  // namespace athanor::detail
