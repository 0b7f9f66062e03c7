// T0: events and cursors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/world.h"

namespace ordertail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StagingTest : public testing::Test {
 protected:
  std::vector<std::string> payloads(std::size_t limit = 100) const {
    std::vector<std::string> found;
    for (const OutboxEvent& event : store_->pending(limit)) found.push_back(event.payload);
    return found;
  }
  void reopen() {
    store_.reset();
    store_.emplace(path_, StoreMode::write, clock_);
  }

  TemporaryDirectory directory_;
  HandClock clock_;
  std::filesystem::path path_ = directory_.path() / "main.db";
  std::optional<Store> store_{std::in_place, path_, StoreMode::write, clock_};
};

Cursor a_cursor() {
  Cursor cursor;
  cursor.source = "paypal-activity";
  cursor.path = "paypal/2026.csv";
  cursor.identity = {4096, content_hash("prefix"), 9'000'000'000, content_hash("marker")};
  cursor.offset = 9'000'000'000;
  cursor.line = 41'000'001;
  cursor.seen = 9'000'000'017;
  return cursor;
}

void expect_equal(const Cursor& a, const Cursor& b) {
  EXPECT_EQ(std::tie(a.id, a.source, a.path, a.offset, a.line, a.seen),
            std::tie(b.id, b.source, b.path, b.offset, b.line, b.seen));
  EXPECT_EQ(a.identity.prefix_size, b.identity.prefix_size);
  EXPECT_EQ(a.identity.prefix, b.identity.prefix);
  EXPECT_EQ(a.identity.marker_end, b.identity.marker_end);
  EXPECT_EQ(a.identity.marker, b.identity.marker);
}

TEST_F(StagingTest, OldestFirstThenAsStagedAndWithoutATimeBeforeAll) {
  store_->begin_slice();
  store_->stage(event_of(1, 300), "at 300");
  store_->stage(event_of(2, 100), "at 100");
  store_->stage(event_of(3, 100), "at 100, later");
  store_->stage(event_of(4, std::nullopt), "at no time");
  store_->stage(event_of(5, -100), "before 1970");
  store_->commit_slice();
  EXPECT_THAT(payloads(),
              ElementsAre("at no time", "before 1970", "at 100", "at 100, later", "at 300"));
  EXPECT_THAT(payloads(2), ElementsAre("at no time", "before 1970"));
}

TEST_F(StagingTest, AnEventIsStagedOnceHoweverItEnded) {
  store_->begin_slice();
  EXPECT_EQ(store_->stage(event_of(1), "one"), Staged::added);
  EXPECT_EQ(store_->stage(event_of(1), "one again"), Staged::repeated);
  store_->commit_slice();
  settle_one(*store_, Settlement::submitted);
  stage(*store_, 2, 2);
  settle_one(*store_, Settlement::rejected);
  stage(*store_, 3, 3);
  settle_one(*store_, Settlement::in_doubt);
  reopen();
  store_->begin_slice();
  for (const int number : {1, 2, 3})
    EXPECT_EQ(store_->stage(event_of(number), "x"), Staged::repeated);
  store_->commit_slice();
  EXPECT_EQ(store_->find(id_of(1)).state, Known::submitted);
  EXPECT_EQ(store_->find(id_of(2)).state, Known::refused);
  EXPECT_EQ(store_->find(id_of(3)).state, Known::sent);
  EXPECT_EQ(store_->find(id_of(4)).state, Known::no);
  EXPECT_THAT(payloads(), IsEmpty());
}

TEST_F(StagingTest, PayloadsComeBackByteForByte) {
  const std::string odd("\0\xff\n\"'\xf0\x9f\x9b\x92", 9);
  store_->begin_slice();
  store_->stage(event_of(1), odd);
  store_->stage(event_of(2), "");
  store_->commit_slice();
  reopen();
  EXPECT_THAT(payloads(), ElementsAre(odd, ""));
}

TEST_F(StagingTest, ACursorComesBackAsSaved) {
  Cursor cursor = a_cursor();
  store_->begin_slice();
  store_->save(cursor);
  store_->commit_slice();
  EXPECT_NE(cursor.id, 0);
  reopen();
  ASSERT_EQ(store_->cursors("paypal-activity").size(), 1);
  expect_equal(store_->cursors("paypal-activity")[0], cursor);
  EXPECT_THAT(store_->cursors("another"), IsEmpty());

  cursor.path = "paypal/2026.csv.gz";
  cursor.offset += 5;
  store_->begin_slice();
  store_->save(cursor);
  Cursor second = a_cursor();
  second.source = "another";
  store_->save(second);
  store_->commit_slice();
  reopen();
  ASSERT_EQ(store_->all_cursors().size(), 2);
  expect_equal(store_->all_cursors()[0], cursor);
  expect_equal(store_->all_cursors()[1], second);
}

TEST_F(StagingTest, ASliceIsAllOrNothing) {
  Cursor cursor = a_cursor();
  store_->begin_slice();
  store_->stage(event_of(1), "one");
  store_->save(cursor);
  reopen();
  EXPECT_THAT(payloads(), IsEmpty());
  EXPECT_THAT(store_->all_cursors(), IsEmpty());
  EXPECT_EQ(store_->find(id_of(1)).state, Known::no);
}

TEST_F(StagingTest, WhatMustStandInASliceRefusesToStandOutside) {
  Cursor cursor = a_cursor();
  const std::string outside = "1: the store was staged to outside a slice";
  EXPECT_EQ(complaint([&] { store_->stage(event_of(1), ""); }), outside);
  EXPECT_EQ(complaint([&] { store_->withdraw(id_of(1)); }), outside);
  EXPECT_EQ(complaint([&] { store_->save(cursor); }), outside);
  EXPECT_EQ(complaint([&] { store_->commit_slice(); }), outside);
  store_->begin_slice();
  const std::string inside = "1: the store was written to while a slice was being staged";
  EXPECT_EQ(complaint([&] { store_->begin_slice(); }), inside);
  EXPECT_EQ(complaint([&] { store_->begin_run("import"); }), inside);
  EXPECT_EQ(complaint([&] { store_->end_run(1, 0, ""); }), inside);
  EXPECT_EQ(complaint([&] { store_->close_until("leads", clock_.now); }), inside);
  EXPECT_EQ(complaint([&] { store_->settle_and_begin({}, {}, ""); }), inside);
  cursor.id = 17;
  EXPECT_EQ(complaint([&] { store_->save(cursor); }),
            "1: a cursor was saved that the store does not hold");
}

TEST_F(StagingTest, OnlyWhatWasNeverSentGetsAVisitor) {
  stage(*store_, 1, 1);
  const std::int64_t sequence = store_->pending(1).at(0).sequence;
  const auto attribute = [&](std::int64_t which) {
    store_->begin_slice();
    store_->attribute(which, OutboxAttribution::decided, payload_of(2));
    store_->commit_slice();
  };
  attribute(sequence);
  EXPECT_EQ(store_->pending(1).at(0).payload, payload_of(2));
  begin_each(*store_, store_->pending(1));
  const std::string refusal = "1: an event was attributed that is not pending, or was sent";
  EXPECT_EQ(complaint([&] { attribute(sequence); }), refusal);
}

TEST_F(StagingTest, TheIdKeyIsMadeOnceAndForEachStore) {
  const HashKey key = store_->id_key();
  reopen();
  EXPECT_EQ(store_->id_key(), key);
  const Store another(directory_.path() / "other.db", StoreMode::write, clock_);
  EXPECT_NE(another.id_key(), key);
  const Store moved(std::move(*store_));
  EXPECT_EQ(moved.id_key(), key);
}

}  // namespace
}  // namespace ordertail
