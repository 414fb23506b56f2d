#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "brygga/events/v1/change_service.pb.h"
#include "brygga/matching/v1/change_service.pb.h"
#include "brygga/participant/v1/change_service.pb.h"
#include "brygga/partner/v1/change_service.pb.h"
#include "cli/app/findings.h"
#include "cli/app/interruptible.h"
#include "cli/app/words.h"
#include "cli/commands/commands.h"
#include "cli/output/text.h"
#include "common/time/local_time.h"

namespace brygga::cli {
namespace {

using common::v1::Change;

constexpr absl::Duration kBetweenLooks = absl::Milliseconds(20);
constexpr absl::Duration kBeforeAnotherTry = absl::Milliseconds(500);

struct WatchFlags {
  std::vector<std::string> services, collections;
  std::string from;
  int seconds = 0;
};

// What the streams share: the screen, and whether to go on. Safe for concurrent
// use.
class Screen {
 public:
  explicit Screen(Context& context) : context_(context) {}

  void Show(const std::string& service, const Change& change, const std::string& token) {
    const std::lock_guard lock(mutex_);
    if (context_.json) {
      ShowJson(service, change, token);
      return;
    }
    if (!headed_) Line("Time", "Service", "What", "Rev", "Resource");
    headed_ = true;
    Line(StockholmSecond(change.change_time()), service, WordOf(change.kind()), absl::StrCat(change.revision()),
         Printable(change.resource()));
  }

  // A word to the person who watches.
  void Say(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (!context_.json) context_.err() << text << "\n";
  }

 private:
  static std::string StockholmSecond(const google::protobuf::Timestamp& time) {
    const auto local = LocalAt(absl::FromUnixSeconds(time.seconds()), kDefaultZone);
    return local.ok() ? absl::StrReplaceAll(FormatLocalTime(local->time), {{"T", " "}}) : "";
  }

  void Line(const std::string& time, const std::string& service, const std::string& what, const std::string& revision,
            const std::string& resource) {
    context_.out() << absl::StreamFormat("%-19s  %-11s  %-7s  %4s  %s\n", time, service, what, revision, resource)
                   << std::flush;
  }

  void ShowJson(const std::string& service, const Change& change, const std::string& token) {
    std::string text;
    const auto printed = google::protobuf::util::MessageToJsonString(change, &text);
    context_.out() << "{\"service\":\"" << service << "\",\"resumeToken\":\"" << token
                   << "\",\"change\":" << (printed.ok() ? text : "null") << "}\n"
                   << std::flush;
  }

  Context& context_;
  std::mutex mutex_;
  bool headed_ = false;  // Guarded by mutex_.
};

// One service's stream, on a thread of its own.
class Following {
 public:
  Following(std::string service, std::string token, Screen& screen)
      : service_(std::move(service)), screen_(screen), token_(std::move(token)) {}

  // Follows until Stop, or until it cannot.
  template <typename Request, typename Response>
  void Run(const Api& api, const std::string& method, const std::vector<std::string>& collections) {
    for (bool away = false; !stopping_;) {
      Request request;
      request.set_resume_token(token_);
      request.mutable_collections()->Add(collections.begin(), collections.end());
      auto stream = api.Open<Response>(method, request);
      SetCancel([&stream] { stream.Cancel(); });
      Response response;
      while (!stopping_ && stream.Read(&response)) {
        away = false;
        stands_ = true;
        for (const Change& change : response.changes()) screen_.Show(service_, change, response.resume_token());
        token_ = response.resume_token();
      }
      SetCancel(nullptr);
      const absl::Status status = stream.Finish();
      if (stopping_) return;
      if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) {
        ended_ = status;
        done_ = true;
        return;
      }
      if (!away) screen_.Say(absl::StrCat(service_, " is away; going on from the last change as soon as it is back."));
      away = true;
      for (absl::Duration slept; slept < kBeforeAnotherTry && !stopping_; slept += kBetweenLooks) {
        absl::SleepFor(kBetweenLooks);
      }
    }
  }

  // From another thread.
  void Stop() {
    stopping_ = true;
    const std::lock_guard lock(mutex_);
    if (cancel_) cancel_();
  }
  bool done() const { return done_; }
  // Once every later change is shown.
  bool stands() const { return stands_; }

  // Once the thread has ended.
  const std::string& service() const { return service_; }
  const std::string& token() const { return token_; }
  const absl::Status& ended() const { return ended_; }

 private:
  void SetCancel(std::function<void()> cancel) {
    const std::lock_guard lock(mutex_);
    cancel_ = std::move(cancel);
    if (stopping_ && cancel_) cancel_();
  }

  const std::string service_;
  Screen& screen_;
  std::string token_;
  absl::Status ended_;
  std::atomic<bool> stopping_ = false, stands_ = false, done_ = false;
  std::mutex mutex_;
  std::function<void()> cancel_;  // Guarded by mutex_.
};

using Follow = std::function<void(Following&, const Api&, const std::vector<std::string>&)>;

template <typename Request, typename Response>
Follow FollowBy(const std::string& method) {
  return [method](Following& following, const Api& api, const std::vector<std::string>& collections) {
    following.Run<Request, Response>(api, method, collections);
  };
}

const std::map<std::string, Follow>& Services() {
  static const auto* const services = new std::map<std::string, Follow>{
      {"partner", FollowBy<partner::v1::WatchPartnerChangesRequest, partner::v1::WatchPartnerChangesResponse>(
                      "brygga.partner.v1.ChangeService/WatchPartnerChanges")},
      {"participant",
       FollowBy<participant::v1::WatchParticipantChangesRequest, participant::v1::WatchParticipantChangesResponse>(
           "brygga.participant.v1.ChangeService/WatchParticipantChanges")},
      {"matching", FollowBy<matching::v1::WatchMatchingChangesRequest, matching::v1::WatchMatchingChangesResponse>(
                       "brygga.matching.v1.ChangeService/WatchMatchingChanges")},
      {"events", FollowBy<events::v1::WatchEventsChangesRequest, events::v1::WatchEventsChangesResponse>(
                     "brygga.events.v1.ChangeService/WatchEventsChanges")}};
  return *services;
}

ExitCode Watch(Context& context, const WatchFlags& flags) {
  std::vector<std::string> services = flags.services;
  if (services.empty()) services = {"partner", "participant", "matching", "events"};
  if (!flags.from.empty() && services.size() > 1) {
    return context.Fail(UsageError("--from", "is a place in one service's feed: name that service alone"));
  }
  BRYGGA_CLI_ASSIGN(const Api* api, context.api());
  const Interruptible interruptible;
  Screen screen(context);
  std::vector<std::unique_ptr<Following>> followings;
  std::vector<std::thread> threads;
  for (const std::string& service : services) {
    followings.push_back(std::make_unique<Following>(service, flags.from, screen));
    threads.emplace_back([&, following = followings.back().get()] {
      Services().at(following->service())(*following, *api, flags.collections);
    });
  }
  const absl::Time end = flags.seconds > 0 ? absl::Now() + absl::Seconds(flags.seconds) : absl::InfiniteFuture();
  const auto one_is_done = [&] {
    return std::any_of(followings.begin(), followings.end(), [](const auto& following) { return following->done(); });
  };
  const auto all_stand = [&] {
    return std::all_of(followings.begin(), followings.end(), [](const auto& following) { return following->stands(); });
  };
  for (bool said = false; !Interruptible::interrupted() && absl::Now() < end && !one_is_done();) {
    if (!said && all_stand()) {
      screen.Say(flags.from.empty() ? "Watching from now on; Ctrl-C ends." : "Watching from there on; Ctrl-C ends.");
      said = true;
    }
    absl::SleepFor(kBetweenLooks);
  }
  for (const auto& following : followings) following->Stop();
  for (std::thread& thread : threads) thread.join();
  for (const auto& following : followings) {
    if (!following->ended().ok()) return context.Fail(following->ended());
  }
  for (const auto& following : followings) {
    if (following->token().empty()) continue;
    screen.Say(absl::StrCat("Go on from here: brygga watch ", following->service(), " --from ", following->token()));
  }
  return kDone;
}

void BindWatch(CLI::App& command, WatchFlags& flags) {
  command
      .add_option("SERVICE", flags.services, "partner, participant, matching, events; all of them where none is named")
      ->check(CLI::IsMember({"partner", "participant", "matching", "events"}));
  command.add_option("--from", flags.from, "Where to go on: what an earlier watch ended with. Of one service");
  command.add_option("--collection", flags.collections, "Only resources in it, such as consents; may be repeated");
  command.add_option("--for", flags.seconds, "End after so many seconds")->check(CLI::Range(1, 86400));
}

}  // namespace

void AddWatch(const Program& program) {
  AddCommand<WatchFlags>(program, program.app, "watch",
                         "Show what changes in the services, as it happens. Names and kinds of change, no contents. "
                         "Ends by telling where to go on.",
                         "  brygga watch\n"
                         "  brygga watch participant --collection consents --collection enrolments\n"
                         "  brygga watch partner --from AQ3k…",
                         &BindWatch, &Watch);
}

}  // namespace brygga::cli
