// The forms of text that options.proto names.
#ifndef BRYGGA_COMMON_RPC_FORMATS_H_
#define BRYGGA_COMMON_RPC_FORMATS_H_

#include <string_view>

#include "brygga/common/v1/options.pb.h"

namespace brygga::rpc {

// True where `text` has the form. Whether a code exists in the reference data
// is for the services to say.
bool HasFormat(std::string_view text, common::v1::Format format);

// What the form asks for, as the end of a sentence: "must be a UUID of 36
// characters".
std::string_view FormatHelp(common::v1::Format format);

}  // namespace brygga::rpc

#endif  // BRYGGA_COMMON_RPC_FORMATS_H_
