// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Stands in for libcudart.so.13 in tests (README.md): the calls of the NCCL transport and of
/// CudaQueue, over host memory. A stream is a thread with a queue, so that what is asynchronous on
/// a device is so here; a graph is a list of what was captured. Stricter than CUDA where CUDA would
/// only be slow or wrong: a copy must go between pinned and device memory, within what was
/// allocated, in the direction it says; device memory is garbage until written; nothing is
/// allocated, freed or waited for while a stream is captured. It runs no device code: kernels do
/// what a test has told it (cuda_double.hpp), and launches of others fail.
#include "tests/comm/doubles/cuda_double.hpp"

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
#include <set>
#include <thread>
#include <tuple>
#include <vector>

#include <cuda_runtime_api.h>

namespace {

constexpr int fresh = 0xa5, freed = 0xdd;  // what memory holds that nobody wrote

constexpr std::size_t usual_memory = std::size_t{64} << 30;  // of all devices together

std::size_t memory_at_first() {
    char const* const wanted = std::getenv("ATHANOR_CUDA_DOUBLE_MEMORY");
    return wanted == nullptr ? usual_memory : std::strtoull(wanted, nullptr, 10);
}

struct Mark {
    std::atomic<std::uint64_t> wanted{0}, reached{0};
};

struct Work {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    bool busy = false;
    bool closed = false;
    std::atomic<cudaError_t> error{cudaSuccess};  ///< of a kernel; stays

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

/// What stands for a kernel (cuda_double.hpp).
struct Kernel {
    std::size_t argument_bytes = 0;
    AthanorDoubleRun run = nullptr;
    void const* context = nullptr;
};

/// Everything that exists; never destroyed, for streams may outlive main().
struct Registry {
    std::mutex mutex;
    std::map<char const*, std::size_t> device, pinned;
    std::size_t device_memory = memory_at_first();

    /// Expects: the mutex is locked.
    [[nodiscard]] std::size_t free_device_memory() const {
        std::size_t used = 0;
        for (auto const& [begin, bytes] : device) used += bytes;
        return used < device_memory ? device_memory - used : 0;
    }
    std::vector<std::weak_ptr<Work>> streams;
    std::set<void const*> functions;  ///< kernels of the program
    std::map<void const*, Kernel> kernels;
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
thread_local int captures = 0;  ///< streams that this thread captures at present

cudaError_t allocate(void** memory, std::size_t bytes, std::map<char const*, std::size_t>& ranges) {
    if (captures > 0) return cudaErrorStreamCaptureUnsupported;
    std::scoped_lock const lock(registry().mutex);
    std::size_t const room =
        &ranges == &registry().device ? registry().free_device_memory() : usual_memory;
    *memory = bytes > room ? nullptr : std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (*memory == nullptr) return cudaErrorMemoryAllocation;
    std::memset(*memory, fresh, bytes);
    ranges[static_cast<char const*>(*memory)] = bytes;
    return cudaSuccess;
}

cudaError_t forget(void* memory, std::map<char const*, std::size_t>& ranges) {
    std::scoped_lock const lock(registry().mutex);
    auto const found = ranges.find(static_cast<char const*>(memory));
    if (found == ranges.end()) return cudaErrorInvalidValue;
    std::memset(memory, freed, found->second);
    ranges.erase(found);
    std::free(memory);
    return cudaSuccess;
}

cudaError_t release(void* memory, std::map<char const*, std::size_t>& ranges) {
    if (memory == nullptr) return cudaSuccess;
    if (captures > 0) return cudaErrorStreamCaptureUnsupported;
    cudaDeviceSynchronize();
    return forget(memory, ranges);
}

/// Whether a copy may go that way.
bool may_copy(void const* to, void const* from, std::size_t bytes, cudaMemcpyKind kind) {
    std::scoped_lock const lock(registry().mutex);
    auto const& [device, pinned] = std::tie(registry().device, registry().pinned);
    switch (kind) {
        case cudaMemcpyHostToDevice:
            return holds(device, to, bytes) && holds(pinned, from, bytes);
        case cudaMemcpyDeviceToHost:
            return holds(pinned, to, bytes) && holds(device, from, bytes);
        case cudaMemcpyDeviceToDevice:
            return holds(device, to, bytes) && holds(device, from, bytes);
        case cudaMemcpyDefault:
            return (holds(device, to, bytes) || holds(pinned, to, bytes)) &&
                   (holds(device, from, bytes) || holds(pinned, from, bytes));
        default:
            return false;
    }
}

}  // namespace

struct CUgraph_st {
    std::vector<std::function<void()>> jobs;
};
struct CUgraphExec_st {
    std::shared_ptr<CUgraph_st const> graph;
};
struct CUmemPoolHandle_st {};
struct CUstream_st {
    std::shared_ptr<Work> work = std::make_shared<Work>();
    std::unique_ptr<CUgraph_st> captured;  ///< while it is captured

    cudaError_t push(std::function<void()> job) {
        if (work->error != cudaSuccess) return work->error;
        if (captured)
            captured->jobs.push_back(std::move(job));
        else
            work->push(std::move(job));
        return cudaSuccess;
    }
};
struct CUevent_st {
    std::shared_ptr<Mark> mark = std::make_shared<Mark>();
    std::shared_ptr<Work> work;  ///< of the stream that it was recorded in
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
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
    if (device < 0 || device >= device_count()) return cudaErrorInvalidDevice;
    *properties = {};
    std::strcpy(properties->name, "CUDA double");
    return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
    *version = CUDART_VERSION;
    return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) { return cudaDriverGetVersion(version); }
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
        case cudaErrorLaunchFailure:
            return "unspecified launch failure";
        case cudaErrorInvalidDeviceFunction:
            return "invalid device function";
        case cudaErrorStreamCaptureUnsupported:
            return "operation not permitted when stream is capturing";
        case cudaErrorNoDevice:
            return "no CUDA-capable device is detected";
        default:
            return "an error of the CUDA double";
    }
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
    return allocate(memory, bytes, registry().device);
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    std::scoped_lock const lock(registry().mutex);
    *free = registry().free_device_memory();
    *total = registry().device_memory;
    return cudaSuccess;
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
    if (owned->captured) --captures;
    std::scoped_lock const lock(owned->work->mutex);
    owned->work->closed = true;
    owned->work->changed.notify_all();
    return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    if (stream->captured) return cudaErrorStreamCaptureUnsupported;
    stream->work->wait_until_idle();
    return stream->work->error;
}
cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
    return stream->push([=] { function(data); });
}
cudaError_t cudaMemcpyAsync(void* to, void const* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
    if (!may_copy(to, from, bytes, kind)) return cudaErrorInvalidValue;
    return stream->push([=] { std::memmove(to, from, bytes); });
}
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
    if (!may_copy(memory, memory, bytes, cudaMemcpyDeviceToDevice)) return cudaErrorInvalidValue;
    return stream->push([=] { std::memset(memory, value, bytes); });
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
    event->work = stream->work;
    return stream->push([=] { mark->reached = number; });
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
    if (event->work && event->work->error != cudaSuccess) return event->work->error;
    return event->mark->reached >= event->mark->wanted ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    if (captures > 0) return cudaErrorStreamCaptureUnsupported;
    while (event->mark->reached < event->mark->wanted)
        std::this_thread::sleep_for(std::chrono::microseconds(20));
    return cudaEventQuery(event);
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    auto const mark = event->mark;
    std::uint64_t const number = mark->wanted;
    return stream->push([=] {
        while (mark->reached < number) std::this_thread::sleep_for(std::chrono::microseconds(20));
    });
}

// --- memory in the order of a stream -------------------------------------------------------------

cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, cudaMemPoolProps const* properties) {
    if (properties->allocType != cudaMemAllocationTypePinned ||
        properties->location.type != cudaMemLocationTypeDevice)
        return cudaErrorInvalidValue;
    *pool = std::make_unique<CUmemPoolHandle_st>().release();
    return cudaSuccess;
}
cudaError_t cudaMemPoolDestroy(cudaMemPool_t pool) {
    std::unique_ptr<CUmemPoolHandle_st> const owned(pool);
    return cudaSuccess;
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
/// Keeps nothing, so that it has handed out all that it has.
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr attribute, void* value) {
    if (attribute != cudaMemPoolAttrReservedMemCurrent &&
        attribute != cudaMemPoolAttrUsedMemCurrent)
        return cudaErrorInvalidValue;
    *static_cast<std::uint64_t*>(value) = 0;
    return cudaSuccess;
}
cudaError_t cudaMallocFromPoolAsync(void** memory, std::size_t bytes, cudaMemPool_t,
                                    cudaStream_t stream) {
    if (stream->captured) return cudaErrorStreamCaptureUnsupported;
    return cudaMalloc(memory, bytes);
}
cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream) {
    if (stream->captured) return cudaErrorStreamCaptureUnsupported;
    if (!may_copy(memory, memory, 1, cudaMemcpyDeviceToDevice)) return cudaErrorInvalidValue;
    return stream->push([=] { static_cast<void>(forget(memory, registry().device)); });
}

// --- kernels and graphs --------------------------------------------------------------------------

void athanor_cuda_double_learn(void const* function, std::size_t argument_bytes,
                               AthanorDoubleRun run, void const* context) {
    std::scoped_lock const lock(registry().mutex);
    registry().kernels[function] = {argument_bytes, run, context};
}
void athanor_cuda_double_memory(std::size_t bytes) {
    std::scoped_lock const lock(registry().mutex);
    registry().device_memory = bytes;
}
cudaError_t cudaLaunchKernel(void const* function, dim3 grid, dim3 block, void** arguments,
                             std::size_t, cudaStream_t stream) {
    if (grid.x == 0 || block.x == 0 || block.x > 1024) return cudaErrorInvalidConfiguration;
    Kernel kernel;
    {
        std::scoped_lock const lock(registry().mutex);
        if (!registry().functions.contains(function)) return cudaErrorInvalidDeviceFunction;
        auto const found = registry().kernels.find(function);
        if (found == registry().kernels.end()) return cudaErrorNotSupported;
        kernel = found->second;
    }
    auto const* const begin = static_cast<std::byte const*>(arguments[0]);
    std::vector<std::byte> const bytes(begin, begin + kernel.argument_bytes);
    auto const work = stream->work;
    return stream->push([=] {
        if (work->error == cudaSuccess &&
            !kernel.run(kernel.context, bytes.data(), static_cast<int>(grid.x),
                        static_cast<int>(block.x)))
            work->error = cudaErrorLaunchFailure;
    });
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
    if (stream->captured) return cudaErrorIllegalState;
    stream->captured = std::make_unique<CUgraph_st>();
    ++captures;
    return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    if (!stream->captured) return cudaErrorIllegalState;
    *graph = stream->captured.release();
    --captures;
    return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
    *exec = std::make_unique<CUgraphExec_st>(std::make_shared<CUgraph_st>(*graph)).release();
    return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
    return stream->push([graph = exec->graph] {
        for (auto const& job : graph->jobs) job();
    });
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    std::unique_ptr<CUgraph_st> const owned(graph);
    return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
    std::unique_ptr<CUgraphExec_st> const owned(exec);
    return cudaSuccess;
}

// What the compiler puts into a program with kernels: it tells its device code before main(). Their
// signatures stand in no public header, so these are the plain types that calls come down to.
void** __cudaRegisterFatBinary(void*) {
    static void* handle = nullptr;
    return &handle;
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}
void __cudaRegisterFunction(void**, char const* host_function, char*, char const*, int, void*,
                            void*, void*, void*, int*) {
    std::scoped_lock const lock(registry().mutex);
    registry().functions.insert(host_function);
}
void __cudaRegisterVar(void**, char*, char*, char const*, int, std::size_t, int, int) {}
char __cudaInitModule(void**) { return 1; }
unsigned __cudaPushCallConfiguration(dim3, dim3, std::size_t, void*) {
    return cudaErrorNotSupported;  // of <<<>>>, which we do not write
}
cudaError_t __cudaPopCallConfiguration(dim3*, dim3*, std::size_t*, void*) {
    return cudaErrorNotSupported;
}
cudaError_t __cudaGetKernel(cudaKernel_t*, void const*) { return cudaErrorNotSupported; }
cudaError_t __cudaLaunchKernel(cudaKernel_t, dim3, dim3, void**, std::size_t, cudaStream_t) {
    return cudaErrorNotSupported;
}

}  // extern "C"
