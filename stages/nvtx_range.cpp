// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nvtx_range.hpp"

#include <nvtx3/nvToolsExt.h>

namespace athanor {
namespace {

nvtxDomainHandle_t domain() {
    static nvtxDomainHandle_t const handle = nvtxDomainCreateA("athanor");
    return handle;
}

}  // namespace

NvtxRange::NvtxRange(char const* label) : open_(label != nullptr) {
    if (!open_) return;
    nvtxEventAttributes_t attributes{};
    attributes.version = NVTX_VERSION;
    attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
    attributes.messageType = NVTX_MESSAGE_TYPE_ASCII;
    attributes.message.ascii = label;
    nvtxDomainRangePushEx(domain(), &attributes);
}

NvtxRange::~NvtxRange() {
    if (open_) nvtxDomainRangePop(domain());
}

}  // namespace athanor
