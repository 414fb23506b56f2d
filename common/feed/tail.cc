#include "common/feed/tail.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/status/macros.h"

namespace brygga::feed {
namespace {

constexpr absl::Duration kAfterFailure = absl::Milliseconds(200);

}  // namespace

Tail::Tail(sql::Database& database, const TailOptions& options)
    : database_(database), options_(options), thread_([this] { Follow(); }), subscription_(database.changes(), [this] {
        const std::lock_guard lock(mutex_);
        news_ = true;
        changed_.notify_one();
      }) {}

Tail::~Tail() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

Tail::Watcher::Watcher(Tail& tail, std::function<void()> wake) : tail_(tail), wake_(std::move(wake)) {
  const std::lock_guard lock(tail_.mutex_);
  tail_.watchers_.insert(this);
  tail_.changed_.notify_one();
}

Tail::Watcher::~Watcher() {
  const std::lock_guard lock(tail_.mutex_);
  tail_.watchers_.erase(this);
}

std::optional<int64_t> Tail::Find(const sql::LogPosition& position) const {
  const std::lock_guard lock(mutex_);
  if (!placed_ || position.until || start_.end().IsAfter(position.seen)) return std::nullopt;
  const auto ahead = std::find_if(pages_.begin(), pages_.end(),
                                  [&](const auto& page) { return page->next.end().IsAfter(position.seen); });
  return first_ + (ahead - pages_.begin());
}

Tail::Look Tail::At(int64_t number) const {
  const std::lock_guard lock(mutex_);
  const int64_t index = number - first_;
  if (!placed_ || index < 0) return {.lost = true};
  Look look{.end = end_, .as_of = as_of_};
  if (index < static_cast<int64_t>(pages_.size())) look.page = pages_[static_cast<size_t>(index)];
  return look;
}

Tail::Lag Tail::lag() const {
  const absl::Time now = database_.Now();
  const std::lock_guard lock(mutex_);
  Lag lag{.watchers = static_cast<int64_t>(watchers_.size())};
  if (placed_ && as_of_ != absl::InfinitePast()) lag.horizon = std::max(absl::ZeroDuration(), now - as_of_);
  for (const Watcher* watcher : watchers_) {
    const int64_t as_of_us = watcher->as_of_us_;
    if (as_of_us != 0) lag.slowest = std::max(lag.slowest, now - absl::FromUnixMicros(as_of_us));
  }
  return lag;
}

void Tail::Follow() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (watchers_.empty()) {
      Forget();
      changed_.wait(lock, [this] { return stopping_ || !watchers_.empty(); });
      continue;
    }
    news_ = false;
    const absl::Duration pause = ReadOn(lock);
    // News wait for the gap at least: many commits are read at once.
    const auto wait = [&](absl::Duration duration, bool for_news) {
      changed_.wait_for(lock, absl::ToChronoNanoseconds(duration),
                        [&] { return stopping_ || watchers_.empty() || (for_news && news_); });
    };
    wait(std::min(pause, options_.gap), false);
    if (pause > options_.gap) wait(pause - options_.gap, true);
  }
}

absl::Duration Tail::ReadOn(std::unique_lock<std::mutex>& lock) {
  const bool placed = placed_;
  const sql::LogPosition from = end_;
  sql::LogPage page;
  lock.unlock();
  const absl::Status read =
      database_.Read(absl::Now() + options_.read_timeout, [&](sql::Reader& reader) -> absl::Status {
        if (placed) {
          BRYGGA_ASSIGN_OR_RETURN(page, ReadLog(reader, from, options_.page));
        } else {
          BRYGGA_ASSIGN_OR_RETURN(page.next, LogEnd(reader));
        }
        return absl::OkStatus();
      });
  lock.lock();
  if (!read.ok()) {
    if (absl::IsOutOfRange(read)) Forget();
    return kAfterFailure;
  }
  const bool more = page.more, found = !page.changes.empty() || !placed;
  if (!placed) {
    start_ = page.next;
    as_of_ = absl::InfinitePast();
    placed_ = true;
  }
  if (page.as_of) as_of_ = std::max(as_of_, *page.as_of);
  end_ = page.next;
  if (!page.changes.empty()) Keep(std::move(page));
  if (found) {
    for (const Watcher* watcher : watchers_) watcher->wake_();
  }
  return more ? absl::ZeroDuration() : PauseAfter(found);
}

void Tail::Keep(sql::LogPage page) {
  kept_ += page.changes.size();
  pages_.push_back(std::make_shared<const sql::LogPage>(std::move(page)));
  while (kept_ > options_.kept && pages_.size() > 1) {
    kept_ -= pages_.front()->changes.size();
    start_ = pages_.front()->next;
    pages_.pop_front();
    ++first_;
  }
}

void Tail::Forget() {
  placed_ = false;
  first_ += static_cast<int64_t>(pages_.size()) + 1;
  pages_.clear();
  kept_ = 0;
}

// While something was found more is likely.
absl::Duration Tail::PauseAfter(bool found) {
  if (!options_.others_write) return options_.refresh;
  if (found) return pause_ = options_.busy_poll;
  return pause_ = std::clamp(2 * pause_, options_.busy_poll, options_.idle_poll);
}

}  // namespace brygga::feed
