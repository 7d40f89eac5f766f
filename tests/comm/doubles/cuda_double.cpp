// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Stands in for libcudart.so.13 in tests (README.md): the calls of the NCCL transport, over host
/// memory. A stream is a thread with a queue, so that what is asynchronous on a device is so
/// here. Stricter than CUDA where CUDA would only be slow or wrong: a copy must go between pinned
/// and device memory, within what was allocated, in the direction it says; device memory is
/// garbage until written.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <cuda_runtime_api.h>

namespace {

constexpr int fresh = 0xa5, freed = 0xdd;  // what memory holds that nobody wrote

constexpr std::size_t most_bytes = std::size_t{64} << 30;  // of one allocation

struct Mark {
    std::atomic<std::uint64_t> wanted{0}, reached{0};
};

struct Work {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    bool busy = false;
    bool closed = false;

    void push(std::function<void()> job) {
        std::scoped_lock const lock(mutex);
        jobs.push_back(std::move(job));
        changed.notify_all();
    }
    void wait_until_idle() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return jobs.empty() && !busy; });
    }
    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [this] { return closed || !jobs.empty(); });
            if (jobs.empty()) return;
            auto const job = std::move(jobs.front());
            jobs.pop_front();
            busy = true;
            lock.unlock();
            job();
            lock.lock();
            busy = false;
            changed.notify_all();
        }
    }
};

/// Everything that exists; never destroyed, for streams may outlive main().
struct Registry {
    std::mutex mutex;
    std::map<char const*, std::size_t> device, pinned;
    std::vector<std::weak_ptr<Work>> streams;
};

Registry& registry() {
    static Registry& all = *std::make_unique<Registry>().release();
    return all;
}

bool holds(std::map<char const*, std::size_t> const& ranges, void const* begin, std::size_t bytes) {
    auto const* const at = static_cast<char const*>(begin);
    auto const next = ranges.upper_bound(at);
    if (next == ranges.begin()) return false;
    auto const& [first, size] = *std::prev(next);
    return at + bytes <= first + size;
}

int device_count() {
    char const* const wanted = std::getenv("ATHANOR_CUDA_DOUBLE_DEVICES");
    return wanted == nullptr ? 8 : std::atoi(wanted);
}
thread_local int current_device = 0;

cudaError_t allocate(void** memory, std::size_t bytes, std::map<char const*, std::size_t>& ranges) {
    *memory = bytes > most_bytes ? nullptr : std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (*memory == nullptr) return cudaErrorMemoryAllocation;
    std::memset(*memory, fresh, bytes);
    std::scoped_lock const lock(registry().mutex);
    ranges[static_cast<char const*>(*memory)] = bytes;
    return cudaSuccess;
}

cudaError_t release(void* memory, std::map<char const*, std::size_t>& ranges) {
    if (memory == nullptr) return cudaSuccess;
    cudaDeviceSynchronize();
    std::scoped_lock const lock(registry().mutex);
    auto const found = ranges.find(static_cast<char const*>(memory));
    if (found == ranges.end()) return cudaErrorInvalidValue;
    std::memset(memory, freed, found->second);
    ranges.erase(found);
    std::free(memory);
    return cudaSuccess;
}

}  // namespace

struct CUstream_st {
    std::shared_ptr<Work> work = std::make_shared<Work>();
};
struct CUevent_st {
    std::shared_ptr<Mark> mark = std::make_shared<Mark>();
};

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
    *count = device_count();
    return *count > 0 ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaSetDevice(int device) {
    if (device < 0 || device >= device_count()) return cudaErrorInvalidDevice;
    current_device = device;
    return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
    *device = current_device;
    return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
    std::vector<std::shared_ptr<Work>> streams;
    {
        std::scoped_lock const lock(registry().mutex);
        auto& all = registry().streams;
        std::erase_if(all, [](auto const& stream) { return stream.expired(); });
        for (auto const& stream : all)
            if (auto work = stream.lock()) streams.push_back(std::move(work));
    }
    for (auto const& stream : streams) stream->wait_until_idle();
    return cudaSuccess;
}
char const* cudaGetErrorName(cudaError_t code) {
    return code == cudaSuccess ? "cudaSuccess" : "cudaErrorOfTheDouble";
}
char const* cudaGetErrorString(cudaError_t code) {
    switch (code) {
        case cudaSuccess:
            return "no error";
        case cudaErrorInvalidValue:
            return "invalid argument";
        case cudaErrorInvalidDevice:
            return "invalid device ordinal";
        case cudaErrorMemoryAllocation:
            return "out of memory";
        case cudaErrorNoDevice:
            return "no CUDA-capable device is detected";
        default:
            return "an error of the CUDA double";
    }
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
    return allocate(memory, bytes, registry().device);
}
cudaError_t cudaFree(void* memory) { return release(memory, registry().device); }
cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned) {
    return allocate(memory, bytes, registry().pinned);
}
cudaError_t cudaFreeHost(void* memory) { return release(memory, registry().pinned); }

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, void const* memory) {
    std::scoped_lock const lock(registry().mutex);
    *attributes = {};
    attributes->type = holds(registry().device, memory, 1)   ? cudaMemoryTypeDevice
                       : holds(registry().pinned, memory, 1) ? cudaMemoryTypeHost
                                                             : cudaMemoryTypeUnregistered;
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
    *stream = std::make_unique<CUstream_st>().release();
    auto const work = (*stream)->work;
    std::thread([work] { work->run(); }).detach();
    std::scoped_lock const lock(registry().mutex);
    registry().streams.push_back(work);
    return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    std::unique_ptr<CUstream_st> const owned(stream);
    std::scoped_lock const lock(owned->work->mutex);
    owned->work->closed = true;
    owned->work->changed.notify_all();
    return cudaSuccess;
}
cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
    stream->work->push([=] { function(data); });
    return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, void const* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
    {
        std::scoped_lock const lock(registry().mutex);
        auto const& all = registry();
        bool const allowed = kind == cudaMemcpyHostToDevice
                                 ? holds(all.device, to, bytes) && holds(all.pinned, from, bytes)
                             : kind == cudaMemcpyDeviceToHost
                                 ? holds(all.pinned, to, bytes) && holds(all.device, from, bytes)
                                 : false;
        if (!allowed) return cudaErrorInvalidValue;
    }
    stream->work->push([=] { std::memcpy(to, from, bytes); });
    return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
    *event = std::make_unique<CUevent_st>().release();
    return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
    std::unique_ptr<CUevent_st> const owned(event);
    return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    auto const mark = event->mark;
    auto const number = ++mark->wanted;
    stream->work->push([=] { mark->reached = number; });
    return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
    return event->mark->reached >= event->mark->wanted ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    auto const mark = event->mark;
    std::uint64_t const number = mark->wanted;
    stream->work->push([=] {
        while (mark->reached < number) std::this_thread::sleep_for(std::chrono::microseconds(20));
    });
    return cudaSuccess;
}

}  // extern "C"
