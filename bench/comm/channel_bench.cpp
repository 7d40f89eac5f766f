// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Packing, checksum, and a channel between two threads. Bytes are those of the messages.
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "comm/credit_channel.hpp"
#include "comm/in_process_transport.hpp"
#include "runtime/crc32c.hpp"
#include "runtime/packed_samples.hpp"
#include "runtime/sample_packer.hpp"

namespace athanor {
namespace {

SchemaPtr schema() {
    static auto const built_in = std::make_shared<Schema const>();
    return built_in;
}

Batch batch_of(int systems, int atoms_each) {
    Batch batch(schema(), {systems, systems * atoms_each, 0});
    for (int s = 0; s < systems; ++s) batch.allocate(atoms_each, 0, "sample");
    return batch;
}

std::vector<SystemIndex> all_systems(int systems) {
    std::vector<SystemIndex> all;
    for (int s = 0; s < systems; ++s) all.emplace_back(s);
    return all;
}

ChannelOptions options(int systems, int atoms_each) {
    return {EdgeId{0}, schema(), {systems, systems * atoms_each, 0, 0, 3}};
}

void set_bytes(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
    state.counters["message_bytes"] = static_cast<double>(bytes);
}

void copy_memory(benchmark::State& state) {  // the limit that packing is held against
    std::vector<std::byte> from(static_cast<std::size_t>(state.range(0))), to(from.size());
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), from.size());
        benchmark::DoNotOptimize(to.data());
        benchmark::ClobberMemory();
    }
    set_bytes(state, from.size());
}
BENCHMARK(copy_memory)->Arg(1 << 14)->Arg(1 << 20)->Arg(1 << 24);

using ByProcessor = std::optional<std::uint32_t> (*)(std::span<std::byte const>, std::uint32_t);

void checksum(benchmark::State& state, ByProcessor by_processor) {
    if (!by_processor({}, 0)) {
        state.SkipWithError("this processor cannot");
        return;
    }
    std::vector<std::byte> const bytes(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(by_processor(bytes, 0));
    set_bytes(state, bytes.size());
}
BENCHMARK_CAPTURE(checksum, by_folding, detail::crc32c_by_folding)
    ->Arg(1 << 10)
    ->Arg(1 << 14)
    ->Arg(1 << 20)
    ->Arg(1 << 24);
BENCHMARK_CAPTURE(checksum, by_instruction, detail::crc32c_by_instruction)
    ->Arg(1 << 10)
    ->Arg(1 << 14)
    ->Arg(1 << 20)
    ->Arg(1 << 24);

void checksum_by_table(benchmark::State& state) {
    std::vector<std::byte> const bytes(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(detail::crc32c_by_table(bytes));
    set_bytes(state, bytes.size());
}
BENCHMARK(checksum_by_table)->Arg(1 << 20);

void pack(benchmark::State& state) {
    int const systems = static_cast<int>(state.range(0)), atoms = static_cast<int>(state.range(1));
    Batch const batch = batch_of(systems, atoms);
    auto const all = all_systems(systems);
    Slot slot(slot_room(*schema(), options(systems, atoms).buffers).payload_bytes);
    std::size_t bytes = 0;
    for (auto _ : state) bytes = pack_samples(*schema(), batch, all, slot.payload());
    set_bytes(state, bytes);
}
BENCHMARK(pack)->Args({1, 13})->Args({16, 13})->Args({16, 128})->Args({1, 4000})->Args({64, 4000});

void unpack(benchmark::State& state) {
    int const systems = static_cast<int>(state.range(0)), atoms = static_cast<int>(state.range(1));
    Batch const from = batch_of(systems, atoms);
    Batch to = batch_of(systems, atoms);
    auto const all = all_systems(systems);
    Slot slot(slot_room(*schema(), options(systems, atoms).buffers).payload_bytes);
    std::size_t const bytes = pack_samples(*schema(), from, all, slot.payload());
    PackedSamples packed(schema());
    for (auto _ : state) {
        to.clear();
        packed.read(count_packed(from, all), slot.payload().first(bytes));
        for (int k = 0; k < systems; ++k) packed.append_to(to, k);
    }
    set_bytes(state, bytes);
}
BENCHMARK(unpack)->Args({1, 13})->Args({16, 13})->Args({16, 128})->Args({1, 4000})->Args({64,
                                                                                          4000});

/// One thread, one message through the whole path: pack, seal, check, unpack, credit.
void one_message(benchmark::State& state) {
    int const systems = static_cast<int>(state.range(0)), atoms = static_cast<int>(state.range(1));
    auto const setup = options(systems, atoms);
    auto link = in_process_link(slot_room(*schema(), setup.buffers));
    CreditChannelSender sender(setup, std::move(link.sender));
    CreditChannelReceiver receiver(setup, std::move(link.receiver));
    Batch const from = batch_of(systems, atoms);
    Batch to = batch_of(systems, atoms);
    auto const all = all_systems(systems);
    for (auto _ : state) {
        to.clear();
        benchmark::DoNotOptimize(sender.try_send(from, all));
        while (receiver.poll() == ReceiveStatus::received) receiver.take(to);
    }
    set_bytes(state, static_cast<std::size_t>(sender.metrics().bytes / state.iterations()));
}
BENCHMARK(one_message)->Args({1, 13})->Args({16, 13})->Args({16, 128})->Args({1, 4000});

/// Two threads: the other one receives as fast as it can.
void stream_between_threads(benchmark::State& state) {
    int const systems = static_cast<int>(state.range(0)), atoms = static_cast<int>(state.range(1));
    auto const setup = options(systems, atoms);
    auto link = in_process_link(slot_room(*schema(), setup.buffers));
    CreditChannelSender sender(setup, std::move(link.sender));
    CreditChannelReceiver receiver(setup, std::move(link.receiver));
    std::jthread const consumer([&] {
        Batch to = batch_of(systems, atoms);
        to.clear();
        for (;;) switch (receiver.poll()) {
                case ReceiveStatus::received:
                    if (!to.fits(receiver.next_atoms(), 0)) to.clear();
                    receiver.take(to);
                    break;
                case ReceiveStatus::nothing_yet:
                    std::this_thread::yield();
                    break;
                case ReceiveStatus::ended:
                    return;
            }
    });
    Batch const from = batch_of(systems, atoms);
    auto const all = all_systems(systems);
    for (auto _ : state)
        while (sender.try_send(from, all) == 0) std::this_thread::yield();
    set_bytes(state, static_cast<std::size_t>(sender.metrics().bytes / state.iterations()));
    sender.close();
    while (!sender.progress()) std::this_thread::yield();
}
BENCHMARK(stream_between_threads)
    ->Args({1, 13})
    ->Args({16, 13})
    ->Args({16, 128})
    ->Args({1, 4000})
    ->UseRealTime();

/// What a turn of a stage's loop pays when nothing moves.
void look_at_an_idle_channel(benchmark::State& state) {
    auto const setup = options(16, 128);
    auto link = in_process_link(slot_room(*schema(), setup.buffers));
    CreditChannelSender sender(setup, std::move(link.sender));
    CreditChannelReceiver receiver(setup, std::move(link.receiver));
    for (auto _ : state) {
        benchmark::DoNotOptimize(sender.credit());
        benchmark::DoNotOptimize(receiver.poll());
    }
}
BENCHMARK(look_at_an_idle_channel);

}  // namespace
}  // namespace athanor

BENCHMARK_MAIN();
