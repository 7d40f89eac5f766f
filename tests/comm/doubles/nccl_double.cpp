// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Stands in for libnccl.so.2 in tests (README.md): the calls that the transport makes, between
/// processes of one machine over POSIX shared memory. It works in streams by cudaLaunchHostFunc
/// alone, so it never looks inside one. As strict as NCCL is in its documents, and stricter where
/// NCCL hangs: communicators must not block; while one is in progress nothing but a look at its
/// state is allowed; a send ends when its receive has all of it; both must name the same number of
/// bytes; buffers are device memory; a rank sends to itself in a group only; two ranks on one
/// device are refused; a use after the abort is an error; a peer that died or aborted while
/// something is under way is ncclRemoteError.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <cuda_runtime_api.h>
#include <fcntl.h>
#include <nccl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

constexpr int most_ranks = 4;
constexpr std::size_t chunk_bytes = 64 * 1024;
constexpr auto nap = std::chrono::microseconds(50);

/// From one rank to another: a chunk at a time, the next when this one was taken.
struct Mail {
    std::atomic<std::uint32_t> full;
    std::uint64_t total;
    std::uint64_t length;
    char data[chunk_bytes];
};
struct Member {
    std::atomic<int> pid;     // 0: not here yet
    std::atomic<int> device;  // written before pid
    std::atomic<int> aborted;
};
struct Shared {  // new shared memory is all zeros
    Member members[most_ranks];
    Mail mail[most_ranks][most_ranks];
};

struct Mapping {
    explicit Mapping(std::string const& name_) : name(name_) {
        int const file = shm_open(name.c_str(), O_RDWR | O_CREAT, 0600);
        if (file < 0) return;
        if (ftruncate(file, sizeof(Shared)) == 0) {
            void* const at =
                mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (at != MAP_FAILED) shared = static_cast<Shared*>(at);
        }
        close(file);
    }
    ~Mapping() {
        if (shared != nullptr) munmap(shared, sizeof(Shared));
    }
    std::string name;
    Shared* shared = nullptr;
};

bool lives(int pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    char state = 'X';
    stat >> word >> word >> state;  // "pid (name) state"; our programs have no blank in their names
    return stat && state != 'Z' && state != 'X';
}

struct Operation {
    bool is_send;
    char* data;
    std::size_t bytes;
    int peer;
    std::size_t moved = 0;
    bool begun = false;
    bool finished = false;
};

}  // namespace

struct ncclComm {
    int rank = 0, size = 0, device = 0;
    std::shared_ptr<Mapping> mapping;
    std::atomic<int> state{ncclInProgress};
    std::atomic<bool> aborted{false};
    std::thread worker;  // joins, or puts operations into a stream a little later
    cudaStream_t stream = nullptr;
    int launches = 0;
    std::mutex mutex;
    std::string last_words;

    void fail(ncclResult_t result, std::string const& why) {
        std::scoped_lock const lock(mutex);
        last_words = why;
        state = result;
    }
};

namespace {

/// Communicators stay for ever, so that a use after the abort is found rather than met.
std::vector<std::shared_ptr<ncclComm>>& all_communicators() {
    static auto& all = *std::make_unique<std::vector<std::shared_ptr<ncclComm>>>().release();
    return all;
}
std::mutex all_mutex;
thread_local std::string last_words_of_thread;

ncclResult_t refuse(ncclResult_t result, std::string const& why) {
    last_words_of_thread = why;
    return result;
}

std::shared_ptr<ncclComm> find(ncclComm_t handle) {
    std::scoped_lock const lock(all_mutex);
    for (auto const& communicator : all_communicators())
        if (communicator.get() == handle) return communicator;
    return nullptr;
}

/// Something is under way and this peer will never move it.
bool check_peer(ncclComm& mine, int peer) {
    Member const& member = mine.mapping->shared->members[peer];
    if (member.aborted != 0) {
        mine.fail(ncclRemoteError, "rank " + std::to_string(peer) + " aborted its communicator");
        return false;
    }
    if (member.pid != 0 && !lives(member.pid)) {
        mine.fail(ncclRemoteError, "the process of rank " + std::to_string(peer) + " is gone");
        return false;
    }
    return true;
}

void join(std::shared_ptr<ncclComm> const& mine) {
    auto& members = mine->mapping->shared->members;
    members[mine->rank].device = mine->device;
    members[mine->rank].pid = getpid();
    for (int turn = 0; !mine->aborted; ++turn) {
        int here = 0;
        for (int r = 0; r < mine->size; ++r) here += members[r].pid != 0 ? 1 : 0;
        if (here == mine->size) break;
        for (int r = 0; r < mine->size && turn % 100 == 99; ++r)
            if (!check_peer(*mine, r)) return;
        std::this_thread::sleep_for(nap);
    }
    shm_unlink(mine->mapping->name.c_str());  // whoever had to find it has
    if (mine->aborted) return;
    for (int r = 0; r < mine->size; ++r)
        if (r != mine->rank && members[r].device == mine->device)
            return mine->fail(ncclInvalidUsage, "Duplicate GPU detected: ranks " +
                                                    std::to_string(mine->rank) + " and " +
                                                    std::to_string(r) + " both on device " +
                                                    std::to_string(mine->device));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    mine->state = ncclSuccess;
}

struct Job {
    std::shared_ptr<ncclComm> communicator;
    std::vector<Operation> operations;
};

bool move_send(Operation& send, Mail& mail) {
    if (mail.full != 0) return false;
    if (send.begun && send.moved == send.bytes) {
        send.finished = true;
        return true;
    }
    send.begun = true;
    mail.total = send.bytes;
    mail.length = std::min(chunk_bytes, send.bytes - send.moved);
    std::memcpy(mail.data, send.data + send.moved, mail.length);
    send.moved += mail.length;
    mail.full = 1;
    return true;
}

bool move_receive(ncclComm& mine, Operation& receive, Mail& mail) {
    if (mail.full == 0) return false;
    if (mail.total != receive.bytes) {
        mine.fail(ncclInvalidUsage, "a send of " + std::to_string(mail.total) +
                                        " bytes met a receive of " + std::to_string(receive.bytes));
        return false;
    }
    std::memcpy(receive.data + receive.moved, mail.data, mail.length);
    receive.moved += mail.length;
    receive.finished = receive.moved == receive.bytes;
    mail.full = 0;
    return true;
}

/// Operations of one group side by side, a chunk of each per turn.
void run(void* data) {
    std::unique_ptr<Job> const job(static_cast<Job*>(data));
    ncclComm& mine = *job->communicator;
    auto const left = [&] {
        return std::any_of(job->operations.begin(), job->operations.end(),
                           [](Operation const& o) { return !o.finished; });
    };
    for (int idle = 0; left() && !mine.aborted && mine.state != ncclRemoteError &&
                       mine.state != ncclInvalidUsage;) {
        bool moved = false;
        for (Operation& o : job->operations) {
            auto& mail = mine.mapping->shared->mail;
            if (o.finished) continue;
            moved |= o.is_send ? move_send(o, mail[mine.rank][o.peer])
                               : move_receive(mine, o, mail[o.peer][mine.rank]);
        }
        idle = moved ? 0 : idle + 1;
        if (idle > 0) std::this_thread::sleep_for(nap);
        if (idle % 100 != 99) continue;
        for (Operation const& o : job->operations)
            if (!o.finished && o.peer != mine.rank && !check_peer(mine, o.peer)) return;
    }
}

struct Group {
    int depth = 0;
    std::shared_ptr<ncclComm> communicator;
    cudaStream_t stream = nullptr;
    std::vector<Operation> operations;
};
thread_local Group group;

/// Every third time the operation gets into its stream only later, as it may on NCCL when a
/// connection has to be made first.
ncclResult_t launch() {
    Group const now = std::exchange(group, {});
    if (now.operations.empty()) return ncclSuccess;
    auto const& mine = now.communicator;
    int to_self = 0;
    for (Operation const& o : now.operations)
        if (o.peer == mine->rank) to_self += o.is_send ? 1 : -1;
    if (to_self != 0)
        return refuse(ncclInvalidUsage, "a send to self without a matching receive in its group");
    if (mine->stream != nullptr && mine->stream != now.stream)
        return refuse(ncclInvalidUsage, "one communicator on two streams");
    mine->stream = now.stream;
    auto const put = [mine, stream = now.stream, operations = now.operations] {
        auto job = std::make_unique<Job>(Job{mine, operations});
        cudaLaunchHostFunc(stream, run, job.release());
    };
    if (mine->launches++ % 3 != 0) {
        put();
        return ncclSuccess;
    }
    if (mine->worker.joinable()) mine->worker.join();
    mine->state = ncclInProgress;
    mine->worker = std::thread([mine, put] {
        std::this_thread::sleep_for(4 * nap);
        if (mine->aborted) return;
        put();
        int expected = ncclInProgress;
        mine->state.compare_exchange_strong(expected, ncclSuccess);
    });
    return ncclInProgress;
}

ncclResult_t add(Operation const& operation, ncclComm_t handle, cudaStream_t stream) {
    auto const mine = find(handle);
    if (mine == nullptr || mine->aborted)
        return refuse(ncclInvalidUsage, "a communicator was used after its abort");
    if (mine->state != ncclSuccess)
        return refuse(ncclInvalidUsage, "a communicator was used that is in progress or broken");
    if (operation.peer < 0 || operation.peer >= mine->size)
        return refuse(ncclInvalidArgument, "no such peer: " + std::to_string(operation.peer));
    cudaPointerAttributes attributes{};
    if (operation.bytes > 0 &&
        (cudaPointerGetAttributes(&attributes, operation.data) != cudaSuccess ||
         attributes.type != cudaMemoryTypeDevice))
        return refuse(ncclInvalidArgument, "a buffer is no device memory");
    if (group.communicator != nullptr && (group.communicator != mine || group.stream != stream))
        return refuse(ncclInvalidUsage, "the double takes one communicator and stream per group");
    group.communicator = mine;
    group.stream = stream;
    group.operations.push_back(operation);
    return group.depth > 0 ? ncclSuccess : launch();
}

}  // namespace

extern "C" {

ncclResult_t ncclGetVersion(int* version) {
    *version = NCCL_VERSION_CODE;
    return ncclSuccess;
}
char const* ncclGetErrorString(ncclResult_t result) {
    switch (result) {
        case ncclSuccess:
            return "no error";
        case ncclInvalidArgument:
            return "invalid argument";
        case ncclInvalidUsage:
            return "invalid usage";
        case ncclRemoteError:
            return "remote process exited or there was a network error";
        case ncclInProgress:
            return "NCCL operation in progress";
        default:
            return "an error of the NCCL double";
    }
}
char const* ncclGetLastError(ncclComm_t handle) {
    auto const mine = handle == nullptr ? nullptr : find(handle);
    if (mine == nullptr) return last_words_of_thread.c_str();
    std::scoped_lock const lock(mine->mutex);
    if (!mine->last_words.empty()) last_words_of_thread = mine->last_words;
    return last_words_of_thread.c_str();
}

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
    static std::atomic<int> count{0};
    auto const now = std::chrono::steady_clock::now().time_since_epoch().count();
    *id = {};
    std::snprintf(id->internal, sizeof id->internal, "/athanor_nccl_double_%d_%d_%lld", getpid(),
                  ++count, static_cast<long long>(now));
    return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* handle, int size, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
    *handle = nullptr;
    if (config == nullptr || config->magic != 0xcafebeef || config->blocking != 0)
        return refuse(ncclInvalidArgument, "the double takes no communicator that blocks");
    if (size < 1 || size > most_ranks || rank < 0 || rank >= size)
        return refuse(ncclInvalidArgument, "rank or size");
    auto const mine = std::make_shared<ncclComm>();
    mine->rank = rank;
    mine->size = size;
    cudaGetDevice(&mine->device);
    mine->mapping = std::make_shared<Mapping>(id.internal);
    if (mine->mapping->shared == nullptr) return refuse(ncclSystemError, "no shared memory");
    mine->worker = std::thread([mine] { join(mine); });
    std::scoped_lock const lock(all_mutex);
    all_communicators().push_back(mine);
    *handle = mine.get();
    return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t handle, ncclResult_t* result) {
    auto const mine = find(handle);
    if (mine == nullptr || mine->aborted)
        return refuse(ncclInvalidUsage, "a communicator was looked at after its abort");
    *result = static_cast<ncclResult_t>(mine->state.load());
    return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t handle) {
    auto const mine = find(handle);
    if (mine == nullptr || mine->aborted.exchange(true))
        return refuse(ncclInvalidUsage, "a communicator was aborted twice");
    if (mine->worker.joinable()) mine->worker.join();
    mine->mapping->shared->members[mine->rank].aborted = 1;
    shm_unlink(mine->mapping->name.c_str());
    return ncclSuccess;
}

ncclResult_t ncclGroupStart() {
    ++group.depth;
    return ncclSuccess;
}
ncclResult_t ncclGroupEnd() {
    if (group.depth == 0) return refuse(ncclInvalidUsage, "the end of a group that did not begin");
    return --group.depth == 0 ? launch() : ncclSuccess;
}

ncclResult_t ncclSend(void const* data, std::size_t count, ncclDataType_t type, int peer,
                      ncclComm_t handle, cudaStream_t stream) {
    if (type != ncclUint8) return refuse(ncclInvalidArgument, "the double moves bytes only");
    return add({true, const_cast<char*>(static_cast<char const*>(data)), count, peer}, handle,
               stream);
}
ncclResult_t ncclRecv(void* data, std::size_t count, ncclDataType_t type, int peer,
                      ncclComm_t handle, cudaStream_t stream) {
    if (type != ncclUint8) return refuse(ncclInvalidArgument, "the double moves bytes only");
    return add({false, static_cast<char*>(data), count, peer}, handle, stream);
}

}  // extern "C"
