#include "common/feed/erasure_holder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/testing/matchers.h"

namespace brygga::feed {
namespace {

using ::brygga::testing::IsOk;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Participant, as far as a holder sees it. A notification wakes who follows.
class FakeRequests final : public ErasureRequests {
 public:
  void Ask(const std::string& person, bool is_final = true) {
    MutexLock lock(&mutex_);
    waiting_.push_back({"dataSubjectRequests/" + person, "participants/" + person, is_final});
    news_ = true;
  }
  void MakeFinal() {
    MutexLock lock(&mutex_);
    for (ErasureRequest& request : waiting_) request.is_final = true;
  }
  // Whether it takes acknowledgements.
  void set_listening(bool listening) {
    MutexLock lock(&mutex_);
    listening_ = listening;
  }
  // Waits until nobody waits.
  bool AwaitNobody() {
    MutexLock lock(&mutex_);
    const auto nobody = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return waiting_.empty(); };
    return mutex_.AwaitWithTimeout(Condition(&nobody), absl::Seconds(20));
  }

  absl::StatusOr<std::vector<ErasureRequest>> Waiting(absl::Time) override {
    MutexLock lock(&mutex_);
    return waiting_;
  }
  absl::Status Acknowledge(const ErasureRequest& request, absl::Time) override {
    MutexLock lock(&mutex_);
    if (!listening_) return absl::UnavailableError("gone");
    std::erase(waiting_, request);
    return absl::OkStatus();
  }
  absl::Status Follow(absl::FunctionRef<void()> look) override {
    for (;;) {
      {
        MutexLock lock(&mutex_);
        const auto stirred = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return news_ || stopped_; };
        mutex_.Await(Condition(&stirred));
        if (stopped_) return absl::CancelledError("stopped");
        news_ = false;
      }
      look();
    }
  }
  void Stop() override {
    MutexLock lock(&mutex_);
    stopped_ = true;
  }

 private:
  Mutex mutex_;
  std::vector<ErasureRequest> waiting_ ABSL_GUARDED_BY(mutex_);
  bool listening_ ABSL_GUARDED_BY(mutex_) = true;
  bool news_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

class ErasureHolderTest : public ::testing::Test {
 protected:
  absl::Status Erase(const std::string& participant) {
    if (participant == broken_) return absl::UnavailableError("disk");
    MutexLock lock(&mutex_);
    erased_.push_back(participant);
    return absl::OkStatus();
  }
  std::vector<std::string> erased() {
    MutexLock lock(&mutex_);
    return erased_;
  }
  absl::Status RunOnce() { return holder_.RunOnce(absl::InfiniteFuture()); }

  FakeRequests requests_;
  std::string broken_;
  Mutex mutex_;
  std::vector<std::string> erased_ ABSL_GUARDED_BY(mutex_);
  ErasureHolder holder_{requests_, [this](const std::string& participant, absl::Time) { return Erase(participant); }};
};

TEST_F(ErasureHolderTest, WhoWaitsIsErasedAndThenAcknowledged) {
  requests_.Ask("p");
  requests_.Ask("q");

  ASSERT_THAT(RunOnce(), IsOk());

  EXPECT_THAT(erased(), ElementsAre("participants/p", "participants/q"));
  EXPECT_THAT(*requests_.Waiting(absl::InfiniteFuture()), IsEmpty());
}

TEST_F(ErasureHolderTest, WhatIsNotErasedIsNotAcknowledgedAndHoldsUpNobody) {
  requests_.Ask("p");
  requests_.Ask("q");
  broken_ = "participants/p";

  EXPECT_THAT(RunOnce(), StatusIs(absl::StatusCode::kUnavailable));

  EXPECT_THAT(*requests_.Waiting(absl::InfiniteFuture()),
              ElementsAre(ErasureRequest{"dataSubjectRequests/p", "participants/p"}));
  broken_.clear();
  EXPECT_THAT(RunOnce(), IsOk());
  EXPECT_THAT(*requests_.Waiting(absl::InfiniteFuture()), IsEmpty());
}

TEST_F(ErasureHolderTest, WhoIsErasedButNotAcknowledgedIsErasedAgain) {
  requests_.Ask("p");
  requests_.set_listening(false);
  EXPECT_THAT(RunOnce(), StatusIs(absl::StatusCode::kUnavailable));
  requests_.set_listening(true);

  EXPECT_THAT(RunOnce(), IsOk());
  EXPECT_THAT(RunOnce(), IsOk());
  EXPECT_THAT(erased(), ElementsAre("participants/p", "participants/p"));
}

TEST_F(ErasureHolderTest, WhatMayComeBackIsErasedAtOnceAndAgainBeforeItIsAcknowledged) {
  requests_.Ask("p", /*is_final=*/false);
  ASSERT_THAT(RunOnce(), IsOk());
  EXPECT_THAT(erased(), ElementsAre("participants/p"));
  EXPECT_THAT(*requests_.Waiting(absl::InfiniteFuture()), SizeIs(1));

  requests_.MakeFinal();
  ASSERT_THAT(RunOnce(), IsOk());

  EXPECT_THAT(erased(), ElementsAre("participants/p", "participants/p"));
  EXPECT_THAT(*requests_.Waiting(absl::InfiniteFuture()), IsEmpty());
}

// Each erasing moves a mark by which who copies from the other holder begins anew.
TEST_F(ErasureHolderTest, WhatMayComeBackIsErasedAgainNowAndThenAndNotAtEachLook) {
  requests_.Ask("p", /*is_final=*/false);
  for (int look = 0; look < 3; ++look) ASSERT_THAT(RunOnce(), IsOk());
  EXPECT_THAT(erased(), SizeIs(1));

  ErasureHolder impatient(
      requests_, [this](const std::string& participant, absl::Time) { return Erase(participant); },
      /*again=*/absl::ZeroDuration());
  for (int look = 0; look < 3; ++look) ASSERT_THAT(impatient.RunOnce(absl::InfiniteFuture()), IsOk());
  EXPECT_THAT(erased(), SizeIs(1 + 3));
}

TEST_F(ErasureHolderTest, OnItsThreadItErasesAsSoonAsItIsTold) {
  holder_.Start();
  requests_.Ask("p");
  EXPECT_TRUE(requests_.AwaitNobody());
  requests_.Ask("q");
  EXPECT_TRUE(requests_.AwaitNobody());
  holder_.Stop();
}

}  // namespace
}  // namespace brygga::feed
