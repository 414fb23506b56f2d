// The reference of every server figure: a bare echo through gRPC's own
// generated callback API. No authentication, metrics, logs or validation.
#ifndef BRYGGA_TESTS_BENCH_ECHO_REFERENCE_H_
#define BRYGGA_TESTS_BENCH_ECHO_REFERENCE_H_

#include <functional>
#include <string>

namespace brygga::bench {

// Listens on a free port, tells `ready` the address, and serves until `wait`
// returns.
void ServeEchoReference(const std::function<void(const std::string& address)>& ready,
                        const std::function<void()>& wait);

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_ECHO_REFERENCE_H_
