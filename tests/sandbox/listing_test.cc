#include "sandbox/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordertail::sandbox {
namespace {

using testing::HasSubstr;

const WallTime kNewYear =
    std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + std::chrono::milliseconds(7);

TEST(Listing, ShowsALeadAndACustomer) {
  Portal portal;
  portal.submit({{"Email", "ann@example.com"}}, {"g1", "new_registration", kNewYear});
  portal.submit({{"UserToken", "t1"}, {"CloseDate", "12/31/2023"}}, {"g2", "purchase", kNewYear});
  EXPECT_EQ(
      leads_as_json(portal.leads()),
      R"({"leads":[{"id":1,"lifecycle":"lead","close_date":null,"source":"unknown","tokens":[],)"
      R"("fields":{"Email":"ann@example.com"},"conversions":[{"guid":"g1",)"
      R"("form":"new_registration","time":"2024-01-01T00:00:00.007Z"}]},)"
      R"({"id":2,"lifecycle":"customer","close_date":"12/31/2023","source":"tracked",)"
      R"("tokens":["t1"],"fields":{"CloseDate":"12/31/2023","UserToken":"t1"},)"
      R"("conversions":[{"guid":"g2","form":"purchase","time":"2024-01-01T00:00:00.007Z"}]}]})");
}

TEST(Listing, ShowsAContact) {
  Contacts contacts;
  contacts.submit_form({{"email", "Ann@example.com"}}, "", {"g1", "f1", kNewYear}, kNewYear);
  contacts.submit_form({{"email", "bob@example.com"}, {"city", "Ulm"}}, "t1",
                       {"g2", "f2", kNewYear - std::chrono::hours(1)}, kNewYear);
  EXPECT_EQ(contacts_as_json(contacts.all()),
            R"({"contacts":[{"id":1,"source":"unknown","tokens":[],)"
            R"("properties":{"email":"ann@example.com"},)"
            R"("conversions":[{"guid":"g1","form":"f1","submitted_at":1704067200007}]},)"
            R"({"id":2,"source":"tracked","tokens":["t1"],)"
            R"("properties":{"city":"Ulm","email":"bob@example.com"},)"
            R"("conversions":[{"guid":"g2","form":"f2","submitted_at":1704063600007}]}]})");
}

TEST(Listing, ShowsWhatWasTakenAndWhatWasRefused) {
  Journal journal;
  Submission& taken = journal.receive(Api::leads, kNewYear);
  taken.form = "f";
  taken.fields = {{"sku", "A"}, {"sku", "B"}};
  taken.status = 200;
  taken.guid = "g1";
  journal.apply(taken, 5);
  Submission& refused = journal.receive(Api::leads, kNewYear);
  refused.status = 400;
  refused.error = "Wrong";
  EXPECT_EQ(
      submissions_as_json(journal.submissions()),
      R"({"submissions":[{"number":1,"time":"2024-01-01T00:00:00.007Z","api":"leads","form":"f",)"
      R"("fields":{"sku":"B"},"status":200,"error":null,"guid":"g1","lead":5},)"
      R"({"number":2,"time":"2024-01-01T00:00:00.007Z","api":"leads","form":"","fields":{},)"
      R"("status":400,"error":"Wrong","guid":null,"lead":null}]})");
}

TEST(Listing, ShowsTheContextOfAFormSubmission) {
  Journal journal;
  Submission& submission = journal.receive(Api::forms, kNewYear);
  submission.context = {{"hutk", "t1"}};
  submission.status = 200;
  journal.apply(submission, 7);
  EXPECT_EQ(submission_as_json(submission),
            R"({"number":1,"time":"2024-01-01T00:00:00.007Z","api":"forms","form":"","fields":{},)"
            R"("status":200,"error":null,"guid":null,"contact":7,"context":{"hutk":"t1"},)"
            R"("submitted_at":1704067200007})");
}

TEST(Listing, ShowsAnOrderAndWhoseItIs) {
  Orders orders("shop_order");
  orders.write(0, {{"shop_order", "A-1"}, {"hs_total_price", "5.00"}}, kNewYear);
  orders.associate(Orders::kFirstId, 9);
  orders.associate(Orders::kFirstId, 7);
  EXPECT_EQ(orders_as_json(orders.all()),
            R"({"orders":[{"id":1000000001,)"
            R"("properties":{"hs_total_price":"5.00","shop_order":"A-1"},"contacts":[7,9]}]})");
}

TEST(Listing, ShowsWhatWasSubmittedToTheCrm) {
  Journal journal;
  Submission& order = journal.receive(Api::orders, kNewYear);
  order.context = {{"id", "A-1"}};
  order.status = 200;
  journal.apply(order, Orders::kFirstId);
  EXPECT_EQ(submission_as_json(order),
            R"({"number":1,"time":"2024-01-01T00:00:00.007Z","api":"orders","form":"","fields":{},)"
            R"("status":200,"error":null,"guid":null,"order":1000000001,"context":{"id":"A-1"}})");
  Submission& association = journal.receive(Api::associations, kNewYear);
  association.context = {{"from", "1000000001"}, {"to", "7"}};
  EXPECT_EQ(submission_as_json(association),
            R"({"number":2,"time":"2024-01-01T00:00:00.007Z","api":"associations","form":"",)"
            R"("fields":{},"status":0,"error":null,"guid":null,"order":null,"contact":null,)"
            R"("context":{"from":"1000000001","to":"7"}})");
  association.to_contact = 7;
  journal.apply(association, Orders::kFirstId);
  EXPECT_THAT(submission_as_json(association), HasSubstr(R"("order":1000000001,"contact":7,)"));
}

TEST(Listing, CountsByApi) {
  Journal journal;
  journal.apply(journal.receive(Api::leads, kNewYear), 1);
  journal.receive(Api::forms, kNewYear);
  journal.apply(journal.receive(Api::forms, kNewYear), 1);
  journal.apply(journal.receive(Api::contacts, kNewYear), 1);
  journal.receive_another();
  journal.apply(journal.receive_another(), 2);
  EXPECT_EQ(counts_as_json(journal), R"({"leads":{"requests":1,"received":1,"applied":1},)"
                                     R"("forms":{"requests":2,"received":2,"applied":1},)"
                                     R"("contacts":{"requests":1,"received":3,"applied":2},)"
                                     R"("orders":{"requests":0,"received":0,"applied":0},)"
                                     R"("associations":{"requests":0,"received":0,"applied":0}})");
}

TEST(Listing, EmptyOnesAreLists) {
  EXPECT_EQ(leads_as_json({}), R"({"leads":[]})");
  EXPECT_EQ(contacts_as_json({}), R"({"contacts":[]})");
  EXPECT_EQ(orders_as_json({}), R"({"orders":[]})");
  EXPECT_EQ(submissions_as_json({}), R"({"submissions":[]})");
}

TEST(Listing, BytesThatAreNotUtf8DoNotBreakTheJson) {
  Submission submission;
  submission.fields = {{"na\xFFme", "\xC3("}};
  EXPECT_THAT(submission_as_json(submission),
              HasSubstr("{\"na\xEF\xBF\xBDme\":\"\xEF\xBF\xBD(\"}"));
}

}  // namespace
}  // namespace ordertail::sandbox
