// Who changes what, under which request id: what every mutating method of a
// store port takes, and what the one door writes beside the change itself.
#ifndef BRYGGA_COMMON_MUTATION_MUTATION_H_
#define BRYGGA_COMMON_MUTATION_MUTATION_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace brygga {

enum class ChangeKind { kCreated, kUpdated, kDeleted };

// The word that the change log and the audit log keep: "CREATED", ...
const char* NameOf(ChangeKind kind);

// Where a mutation comes from.
struct Origin {
  std::string actor;           // Subject of the verified token, or "service:matching". Never a name.
  std::string method;          // "brygga.partner.v1.PartnerService/CreateOrganisation" or "work/sweep".
  std::string request_id;      // UUID that the caller chose. Empty for work of our own: then nothing is replayed.
  std::string request_digest;  // SHA-256, hex, of the request without its request_id.
  std::string reason;          // A reason code, or empty.
  absl::Time deadline = absl::InfiniteFuture();
  bool validate_only = false;  // Decide and answer as if, but leave no trace.
};

// One change and how its answer is kept, so that a repeated request gets the
// first answer. T is what the store's method returns.
//
// `render` makes the bytes that are stored beside the change and handed back
// on a repeat: for an RPC the serialised response. It is called inside the
// transaction and is pure.
template <typename T>
struct Mutation : Origin {
  std::function<std::string(const T&)> render;
};

// What a store answers to a repeated request: an error that carries the first
// answer, so that it returns early through every layer. common/rpc turns it
// into that answer. kAlreadyExists, in case somebody looks.
absl::Status Replay(const std::string& first_answer);

// The first answer in a status made by Replay; nullopt in any other.
std::optional<std::string> ReplayedAnswer(const absl::Status& status);

// kInvalidArgument, reason REQUEST_ID_REUSED: this request id came with another
// request before.
absl::Status RequestIdReused();

}  // namespace brygga

#endif  // BRYGGA_COMMON_MUTATION_MUTATION_H_
