// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/cuda_queue.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kernels/device/kernel_entry.hpp"
#include "runtime/cuda_error.hpp"
#include "runtime/cuda_handles.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace detail {
namespace {

struct CudaRecording final : RecordedWork {
    explicit CudaRecording(CudaGraph const& graph) {
        check_cuda(cudaGraphInstantiate(exec.put(), graph.get(), 0), "make a graph executable");
    }
    CudaGraphExec exec;
};

std::string words_for_device(int device) {
    cudaDeviceProp properties{};
    check_cuda(cudaGetDeviceProperties(&properties, device), "ask what a device is");
    return fmt::format("CUDA device {}: {}, compute capability {}.{}", device, properties.name,
                       properties.major, properties.minor);
}

/// See cuda_queue.hpp. States: doing <-> recording, by begin_recording() and end_recording().
class CudaQueue final : public DeviceQueue {
public:
    explicit CudaQueue(int device)
        : device_((use_device(device), device)), words_(words_for_device(device)), pool_(device) {}
    ~CudaQueue() override;

    void* allocate(std::size_t bytes) override;
    void deallocate(void* memory, std::size_t bytes) noexcept override;
    void* allocate_pinned(std::size_t bytes) override;
    void deallocate_pinned(void* memory, std::size_t bytes) noexcept override;
    std::size_t free_bytes() override;
    void launch(KernelLaunch const& launch) override;
    void copy(void* to, void const* from, std::size_t bytes) override;
    std::unique_ptr<QueueMark> mark() override;
    void wait() override;
    std::unique_ptr<DeviceQueue> make_beside() override {
        return std::make_unique<CudaQueue>(device_);
    }
    void hold_back(QueueMark const& mark) override;
    void begin_recording() override;
    std::unique_ptr<RecordedWork> end_recording() override;
    void enqueue(RecordedWork& work) override;
    char const* describe() const override { return words_.c_str(); }

private:
    class Mark;
    void give_back_late() noexcept;

    int device_;
    std::string words_;
    CudaMemoryPool pool_;
    CudaStream stream_;
    std::vector<CudaEvent> free_events_;
    bool recording_ = false;
    // Given back in the middle of a recording, which may not do that.
    std::vector<void*> late_;
    std::vector<std::pair<void*, std::size_t>> late_pinned_;
};

/// An event of the queue's, which takes it back.
class CudaQueue::Mark final : public QueueMark {
public:
    Mark(CudaQueue& queue, CudaEvent event) : queue_(queue), event_(std::move(event)) {}
    ~Mark() override { queue_.free_events_.push_back(std::move(event_)); }
    Mark(Mark const&) = delete;
    Mark& operator=(Mark const&) = delete;

    // Turned to its device: the first call of a thread would make a context on device 0 otherwise.
    bool reached() override {
        use_device(queue_.device_);
        return event_.reached();
    }
    void wait() override {
        use_device(queue_.device_);
        event_.wait();
    }
    void set_again() override {
        ATHANOR_EXPECTS(!queue_.recording_);
        use_device(queue_.device_);
        event_.record(queue_.stream_);
    }
    void hold_back(CudaStream const& stream) const { event_.hold_back(stream); }

private:
    CudaQueue& queue_;
    CudaEvent event_;
};

CudaQueue::~CudaQueue() {
    static_cast<void>(cudaSetDevice(device_));
    if (recording_) {
        CudaGraph graph;
        static_cast<void>(cudaStreamEndCapture(stream_.get(), graph.put()));
        recording_ = false;
    }
    give_back_late();
    static_cast<void>(cudaStreamSynchronize(stream_.get()));  // whatever the work uses may go now
}

void CudaQueue::give_back_late() noexcept {
    for (void* const memory : late_) pool_.deallocate(memory, stream_);
    late_.clear();
    for (auto const& [memory, bytes] : std::exchange(late_pinned_, {}))
        deallocate_pinned(memory, bytes);
}

void* CudaQueue::allocate(std::size_t bytes) {
    ATHANOR_EXPECTS(!recording_);
    use_device(device_);
    void* const memory = pool_.allocate(bytes, stream_);
    if (bytes > 0)
        check_cuda(cudaMemsetAsync(memory, 0, bytes, stream_.get()), "set device memory to zero");
    return memory;
}

void CudaQueue::deallocate(void* memory, std::size_t) noexcept {
    if (recording_)  // or it would be given back whenever the recording is enqueued
        late_.push_back(memory);
    else
        pool_.deallocate(memory, stream_);
}

void* CudaQueue::allocate_pinned(std::size_t bytes) {
    ATHANOR_EXPECTS(!recording_);
    use_device(device_);
    return pinned_memory().allocate(bytes);
}

/// Waits for the queue: the device may still read or write there, and CUDA does not promise to.
void CudaQueue::deallocate_pinned(void* memory, std::size_t bytes) noexcept {
    if (memory == nullptr) return;
    if (recording_) {
        late_pinned_.emplace_back(memory, bytes);
        return;
    }
    static_cast<void>(cudaStreamSynchronize(stream_.get()));
    pinned_memory().deallocate(memory, bytes);
}

std::size_t CudaQueue::free_bytes() {
    ATHANOR_EXPECTS(!recording_);
    use_device(device_);
    stream_.wait();  // what was given back in its order is free only then
    return pool_.free_bytes();
}

void CudaQueue::launch(KernelLaunch const& launch) {
    ATHANOR_EXPECTS(launch.blocks > 0);
    use_device(device_);
    KernelEntry const& entry = *launch.entry;
    void* arguments[] = {const_cast<void*>(launch.arguments)};  // CUDA copies them now
    cudaError_t const code =
        cudaLaunchKernel(entry.cuda_function, dim3(static_cast<unsigned>(launch.blocks)),
                         dim3(static_cast<unsigned>(entry.threads)), arguments, 0, stream_.get());
    if (code != cudaSuccess)  // words are put together only then
        check_cuda(code, fmt::format("launch kernel {} in {} blocks of {} threads on {}",
                                     entry.name, launch.blocks, entry.threads, words_));
}

/// Plain host memory would make a copy that CUDA calls asynchronous wait for the stream.
void expect_known(void const* memory) {
    cudaPointerAttributes attributes{};
    check_cuda(cudaPointerGetAttributes(&attributes, memory), "ask what memory is");
    if (attributes.type == cudaMemoryTypeUnregistered)
        throw CudaError("a copy names host memory that is not pinned; take it from the queue");
}

void CudaQueue::copy(void* to, void const* from, std::size_t bytes) {
    if (bytes == 0) return;
    use_device(device_);
    if (!recording_) {  // where no other call is made than those that are recorded
        expect_known(to);
        expect_known(from);
    }
    check_cuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream_.get()),
               "copy from or to the device");
}

std::unique_ptr<QueueMark> CudaQueue::mark() {
    ATHANOR_EXPECTS(!recording_);
    use_device(device_);
    if (free_events_.empty()) free_events_.emplace_back();
    free_events_.back().record(stream_);
    auto mark = std::make_unique<Mark>(*this, std::move(free_events_.back()));
    free_events_.pop_back();
    return mark;
}

void CudaQueue::wait() {
    ATHANOR_EXPECTS(!recording_);
    use_device(device_);
    stream_.wait();
}

void CudaQueue::hold_back(QueueMark const& mark) {
    ATHANOR_EXPECTS(!recording_);
    use_device(device_);
    dynamic_cast<Mark const&>(mark).hold_back(stream_);
}

void CudaQueue::begin_recording() {
    ATHANOR_EXPECTS(!recording_);
    use_device(device_);
    // Of this thread alone: others allocate and ask as they please.
    check_cuda(cudaStreamBeginCapture(stream_.get(), cudaStreamCaptureModeThreadLocal),
               "begin to record work");
    recording_ = true;
}

std::unique_ptr<RecordedWork> CudaQueue::end_recording() {
    ATHANOR_EXPECTS(recording_);
    CudaGraph graph;
    recording_ = false;
    cudaError_t const code = cudaStreamEndCapture(stream_.get(), graph.put());
    give_back_late();
    check_cuda(code, "record work");
    return std::make_unique<CudaRecording>(graph);
}

void CudaQueue::enqueue(RecordedWork& work) {
    ATHANOR_EXPECTS(!recording_);
    use_device(device_);
    check_cuda(cudaGraphLaunch(dynamic_cast<CudaRecording&>(work).exec.get(), stream_.get()),
               "launch a graph");
}

}  // namespace
}  // namespace detail

std::unique_ptr<DeviceQueue> make_cuda_queue(int device) {
    detail::CudaDevices const devices = detail::cuda_devices();
    if (devices.count == 0)
        throw CudaError("no CUDA device: " + devices.absence + "; use --device cpu");
    if (device < 0 || device >= devices.count)
        throw CudaError(fmt::format(
            "no CUDA device {}: this process sees {}, counted from 0 (CUDA_VISIBLE_DEVICES, or the "
            "batch system, may hide others); use --device cpu or one of those",
            device, devices.count));
    return std::make_unique<detail::CudaQueue>(device);
}

bool cuda_queue_available() { return detail::cuda_devices().count > 0; }

}  // namespace athanor
