// A server under test, in a process of its own.
#ifndef BRYGGA_TESTS_BENCH_CONTENDER_H_
#define BRYGGA_TESTS_BENCH_CONTENDER_H_

#include <sys/types.h>

#include <string>
#include <string_view>

namespace brygga::bench {

// Starts this program again as `--serve NAME FOLDER` and reads from it where it
// listens. Ends the process when destroyed. Not thread-safe.
class Contender {
 public:
  // `folder` is where the contenders of one run keep keys and databases.
  Contender(const std::string& program, std::string_view name, const std::string& folder);
  Contender(const Contender&) = delete;
  Contender& operator=(const Contender&) = delete;
  ~Contender();

  const std::string& name() const { return name_; }
  const std::string& address() const { return address_; }
  pid_t process() const { return process_; }

 private:
  const std::string name_;
  std::string address_;
  pid_t process_ = 0;
  int stdin_ = -1;
};

// The other side: serves as contender `name` until standard input ends. Prints
// its address on a line of its own when it is ready. Returns the exit code.
int Serve(std::string_view name, const std::string& folder);

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_CONTENDER_H_
