// The CRM sink: what it writes, byte for byte, and what it makes of every kind of reply.
#include "delivery/crm.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "base/text.h"

namespace ordertail {
namespace {

using namespace std::chrono_literals;
using enum Verdict;

constexpr char kToken[] = "pat-na1-00000000-aaaa-4bbb-8ccc-dddddddddddd";
const WallTime kNow(1'704'067'140s);  // 2023-12-31T23:59:00Z

CrmSettings with_orders() {
  CrmSettings settings;
  settings.order_id = "ordertail_order_id";
  return settings;
}
CrmSink sink(const CrmSettings& settings = with_orders()) {
  return {"https://api.hubapi.com", kToken, settings};
}

/// Progress as the sink would have kept it.
std::string_view kept(std::string_view ids, const CrmSink& crm = sink()) {
  static std::set<std::string> texts;
  return *texts.emplace(std::string(crm.account()) + std::string(ids)).first;
}

Hash128 id_of(unsigned char number) {
  Hash128 id;
  id.bytes.back() = number;
  return id;
}
std::string trace(unsigned char number) {
  return fmt::format("{:032x}", number);
}
std::string order_trace(unsigned char number) {
  return trace(number) + "-order";
}
Event registration(unsigned char number, std::string email) {
  Event event;
  event.id = id_of(number);
  event.shop = "main";
  event.email = std::move(email);
  event.occurred_at = Instant(1'704'060'000s + std::chrono::seconds(number));
  return event;
}
Event purchase(unsigned char number, std::string email = "ann@example.com") {
  Event event = registration(number, std::move(email));
  event.kind = Kind::purchase;
  event.order_number = std::to_string(1000 + number);
  event.occurred_at = Instant(1'704'067'140s);
  event.close_date = Day{2023, 12, 31};
  event.total_revenue = Money{1'423'100};
  event.currency = "USD";
  event.skus = {"A-1", "B-2"};
  return event;
}

std::string body_of(const CrmSink& sink, const std::vector<Item>& items) {
  return sink.render(items).body;
}

HttpReply answered(int status, std::string body) {
  HttpReply reply;
  reply.transfer = Transfer::complete;
  reply.status = status;
  reply.content_type = "application/json;charset=utf-8";
  reply.body = std::move(body);
  return reply;
}
std::string batch(const std::string& results, const std::string& errors = "") {
  return fmt::format(R"({{"status":"COMPLETE","results":[{}],"numErrors":1,"errors":[{}]}})",
                     results, errors);
}
std::string contact(const std::string& record, const std::string& email) {
  return fmt::format(R"({{"id":"{}","properties":{{"email":"{}"}},"new":true}})", record, email);
}
std::string order(const std::string& record, const std::string& id) {
  return fmt::format(R"({{"id":"{}","properties":{{"ordertail_order_id":"{}"}},"new":true}})",
                     record, id);
}
std::string pair(const std::string& from, const std::string& to) {
  return fmt::format(R"({{"from":{{"id":"{}"}},"to":{{"id":"{}"}},"associationSpec":{{}}}})", from,
                     to);
}
std::string refusal(const std::string& trace_id, const std::string& code = "INVALID_EMAIL",
                    const std::string& message = "Email address is invalid") {
  return fmt::format(R"({{"status":"error","category":"VALIDATION_ERROR","message":"Not valid",)"
                     R"("context":{{"objectWriteTraceId":["{}"]}},"errors":[{{"code":"{}",)"
                     R"("message":"{}","context":{{"propertyName":["email"]}}}}]}})",
                     trace_id, code, message);
}

std::string name_of(Verdict verdict) {
  constexpr const char* kNames[] = {"accepted",    "advanced", "rejected",
                                    "not_applied", "isolate",  "in_doubt"};
  return kNames[static_cast<int>(verdict)];
}
/// "rejected(invalid_email): HubSpot refused …" and "advanced contact=101"
std::string said(const Judgement& judgement) {
  std::string text = name_of(judgement.verdict);
  if (!judgement.reason.empty()) text += "(" + judgement.reason + ")";
  if (!judgement.message.empty()) text += ": " + judgement.message;
  if (!judgement.progress.empty()) {
    text += " " + judgement.progress.substr(judgement.progress.find(';') + 1);
  }
  return text;
}
std::vector<std::string> said(const ReplyJudgement& judgement) {
  std::vector<std::string> texts;
  for (const Judgement& each : judgement.events) texts.push_back(said(each));
  return texts;
}
using Said = std::vector<std::string>;

constexpr const char* kUnaccounted =
    "in_doubt(unaccounted): the server answered with status 207, but not what became of it";

// --- rendering ---

TEST(Crm, WritesRegistrationsAndPurchasesAsContacts) {
  Event lead = registration(1, " Bob@Example.com ");
  lead.first_name = "Bob";
  lead.last_name = "Ng \"B\"";
  lead.phone = "+1 555 0100";
  lead.address = "1 Main St";
  lead.city = "K\xC3\xB6ln";
  lead.state = "NW";
  lead.zip = "50667";
  lead.country = "DE";
  lead.extra = {{"coupon", "10% off"}};
  const Event customer = purchase(2);
  const HttpRequest request = sink().render(std::vector<Item>{{lead, ""}, {customer, ""}});
  EXPECT_EQ(request.url, "https://api.hubapi.com/crm/objects/2026-09/contacts/batch/upsert");
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.authorization, std::string("Bearer ") + kToken);
  EXPECT_EQ(
      request.body,
      R"({"inputs":[{"id":"bob@example.com","idProperty":"email",)"
      R"("objectWriteTraceId":"00000000000000000000000000000001","properties":{)"
      R"("email":"bob@example.com","firstname":"Bob","lastname":"Ng \"B\"","phone":"+1 555 0100",)"
      "\"address\":\"1 Main St\",\"city\":\"K\xC3\xB6ln\",\"state\":\"NW\",\"zip\":\"50667\","
      R"("country":"DE","lifecyclestage":"lead"}},)"
      R"({"id":"ann@example.com","idProperty":"email",)"
      R"("objectWriteTraceId":"00000000000000000000000000000002","properties":{)"
      R"("email":"ann@example.com","lifecyclestage":"customer","closedate":"2023-12-31T23:59:00Z"}}]})");
}

TEST(Crm, WritesOrdersNext) {
  CrmSettings settings = with_orders();
  settings.pipeline = "7";
  settings.stage = "9";
  Event event = purchase(2);
  event.address = "1 Main St";
  event.zip = "50667";
  const std::vector<Item> items{{event, kept("contact=101")}};
  const HttpRequest request = sink(settings).render(items);
  EXPECT_EQ(request.url, "https://api.hubapi.com/crm/objects/2026-09/orders/batch/upsert");
  EXPECT_EQ(
      request.body,
      R"({"inputs":[{"id":"main:1002","idProperty":"ordertail_order_id",)"
      R"("objectWriteTraceId":"00000000000000000000000000000002-order","properties":{)"
      R"("ordertail_order_id":"main:1002","hs_billing_address_street":"1 Main St",)"
      R"("hs_billing_address_postal_code":"50667","hs_order_name":"1002",)"
      R"("hs_external_order_id":"1002","hs_subtotal_price":"142.31","hs_currency_code":"USD",)"
      R"("hs_external_created_date":"2023-12-31T23:59:00Z",)"
      R"("hs_processed_date":"2023-12-31T23:59:00Z","hs_source_store":"main",)"
      R"("hs_pipeline":"7","hs_pipeline_stage":"9"}}]})");
}

TEST(Crm, ThenAssociatesThem) {
  const Event one = purchase(1);
  const Event two = purchase(2, "bob@example.com");
  const std::vector<Item> items{{one, kept("contact=101;order=7")},
                                {two, kept("contact=102;order=8")}};
  const HttpRequest request = sink().render(items);
  EXPECT_EQ(request.url,
            "https://api.hubapi.com/crm/associations/2026-09/orders/contacts/batch/associate/"
            "default");
  EXPECT_EQ(request.body, R"({"inputs":[{"from":{"id":"7"},"to":{"id":"101"}},)"
                          R"({"from":{"id":"8"},"to":{"id":"102"}}]})");
}

TEST(Crm, SpeaksVersion3) {
  CrmSettings settings = with_orders();
  settings.version = "v3";
  const CrmSink v3("http://127.0.0.1:8480", kToken, settings);
  const Event event = purchase(1);
  const auto url = [&](std::string_view progress) {
    return v3.render(std::vector<Item>{{event, kept(progress, v3)}}).url;
  };
  EXPECT_EQ(url(""), "http://127.0.0.1:8480/crm/v3/objects/contacts/batch/upsert");
  EXPECT_EQ(url("contact=1"), "http://127.0.0.1:8480/crm/v3/objects/orders/batch/upsert");
  EXPECT_EQ(url("contact=1;order=2"),
            "http://127.0.0.1:8480/crm/v4/associations/orders/contacts/batch/associate/default");
  EXPECT_TRUE(is_crm_version("v3") && is_crm_version("2026-09"));
  EXPECT_FALSE(is_crm_version("v4") || is_crm_version("2026-9") || is_crm_version(""));
}

TEST(Crm, WritesPropertiesThatTheJobNames) {
  CrmSettings settings;
  settings.contact["order_number"] = "last_order";
  settings.contact["total_revenue"] = "last_total";
  settings.contact["skus"] = "last_skus";
  settings.contact["close_date"] = "last_sale";
  settings.contact["occurred_at"] = "last_seen";
  settings.contact["lifecycle_stage"] = "";
  settings.contact_extra = {{"coupon", "last_coupon"}};
  Event event = purchase(1);
  event.extra = {{"till", "3"}, {"coupon", "X"}};
  EXPECT_EQ(body_of(sink(settings), {{event, ""}}),
            R"({"inputs":[{"id":"ann@example.com","idProperty":"email",)"
            R"("objectWriteTraceId":"00000000000000000000000000000001","properties":{)"
            R"("email":"ann@example.com","last_order":"1001","last_total":"142.31",)"
            R"("last_skus":"A-1,B-2","last_seen":"2023-12-31T23:59:00Z",)"
            R"("last_sale":"2023-12-31","last_coupon":"X"}}]})");
}

/// The properties of the request's first input.
std::string properties(const std::vector<Item>& items) {
  const std::string body = body_of(sink(), items);
  const std::size_t begin = body.find("\"properties\":") + 13;
  return body.substr(begin, body.find('}') + 1 - begin);
}

TEST(Crm, MergesTheEventsOfOneAddressTheOldestFirst) {
  Event old = purchase(1, "ANN@example.com");
  old.occurred_at = Instant(1'600'000'000s);
  old.close_date = Day{2020, 9, 13};
  old.first_name = "Anna";
  old.phone = "1";
  Event lead = registration(2, "ann@example.com");
  lead.first_name = "Ann";
  EXPECT_EQ(properties({{lead, ""}, {old, ""}}),
            R"({"email":"ann@example.com","firstname":"Ann","phone":"1",)"
            R"("lifecyclestage":"customer","closedate":"2020-09-13T12:26:40Z"})");
  const std::string body = body_of(sink(), {{lead, ""}, {old, ""}});
  EXPECT_NE(body.find(trace(2)), std::string::npos) << "the trace is of the first item";
  EXPECT_EQ(body.find(trace(1)), std::string::npos);

  Event newer = purchase(3);
  EXPECT_EQ(properties({{newer, ""}, {old, ""}, {lead, ""}}),
            R"({"email":"ann@example.com","firstname":"Ann","phone":"1",)"
            R"("lifecyclestage":"customer","closedate":"2023-12-31T23:59:00Z"})");
}

TEST(Crm, AnEventWithoutATimeIsTheOldest) {
  Event untimed = registration(1, "ann@example.com");
  untimed.occurred_at.reset();
  untimed.first_name = "Anna";
  Event timed = registration(2, "ann@example.com");
  timed.first_name = "Ann";
  EXPECT_EQ(properties({{timed, ""}, {untimed, ""}}),
            R"({"email":"ann@example.com","firstname":"Ann","lifecyclestage":"lead"})");
}

TEST(Crm, ClosesAPurchaseWithoutATimeAtNoon) {
  Event event = purchase(1);
  event.occurred_at.reset();
  EXPECT_EQ(properties({{event, ""}}), R"({"email":"ann@example.com","lifecyclestage":"customer",)"
                                       R"("closedate":"2023-12-31T12:00:00Z"})");
}

TEST(Crm, TakesTheStepsOfAnEventInTurn) {
  const CrmSink crm = sink();
  const Event event = purchase(1);
  EXPECT_EQ(crm.lane({event, ""}), "contacts");
  EXPECT_EQ(crm.lane({event, kept("contact=101")}), "orders");
  EXPECT_EQ(crm.lane({event, kept("contact=101;order=7")}), "associations");
  const CrmSink elsewhere("https://api.hubapi.com", "pat-na1-of-another-account", with_orders());
  EXPECT_EQ(elsewhere.lane({event, kept("contact=101")}), "contacts")
      << "record ids are those of one account";
  EXPECT_EQ(crm.lane({event, kept("contact=10x")}), "contacts") << "what it did not write";
  EXPECT_EQ(crm.lane({event, kept("contact=101;order=")}), "contacts");
  EXPECT_EQ(crm.lane({event, "order=7"}), "contacts");
  const Event lead = registration(2, "ann@example.com");
  EXPECT_EQ(crm.lane({lead, kept("contact=101")}), "contacts");
  EXPECT_EQ(sink(CrmSettings{}).lane({event, kept("contact=101")}), "contacts")
      << "no orders are made";
  EXPECT_EQ(crm.target(registration(1, " Ann@Example.com")), "ann@example.com");
  EXPECT_EQ(crm.capacity(), 100U);
  EXPECT_EQ(crm.repeat(), Repeat::idempotent);
}

TEST(Crm, RefusesAnEventWithoutAnAddress) {
  EXPECT_EQ(sink().refuse(purchase(1), kNow), std::nullopt);
  const auto refusal = sink().refuse(purchase(1, " "), kNow);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(said(*refusal),
            "rejected(no_email_for_crm): it has no e-mail address, by which HubSpot's CRM knows a "
            "contact; only a form or the Leads API takes a visitor token in its place");
}

TEST(Crm, KnowsWhatHubSpotSetsByItself) {
  for (const char* property : {"total_revenue", "num_conversion_events", "hs_calculated_x",
                               "hs_object_id", "createdate", "hs_marketable_status"}) {
    EXPECT_TRUE(is_read_only(CrmObject::contact, property)) << property;
  }
  for (const char* property : {"hs_createdate", "hs_lastmodifieddate", "hs_object_source"}) {
    EXPECT_TRUE(is_read_only(CrmObject::order, property)) << property;
  }
  for (const CrmObject object : {CrmObject::contact, CrmObject::order}) {
    for (const auto& [field, property] : usual_properties(object)) {
      EXPECT_FALSE(is_read_only(object, property)) << property;
    }
  }
}

// --- judging ---

/// A registration of bob, and purchases of ann and cem.
class CrmReplies : public testing::Test {
 protected:
  [[nodiscard]] Said judge(const HttpReply& reply, const std::string& progress = "") {
    return said(judged(reply, progress));
  }
  ReplyJudgement judged(const HttpReply& reply, const std::string& progress = "") {
    last = sink().judge(reply, items(progress), kNow);
    return last;
  }
  [[nodiscard]] std::vector<Item> items(const std::string& progress) const {
    if (progress.empty()) return {{bob, ""}, {ann, ""}, {cem, ""}};
    if (progress == "orders") return {{ann, kept("contact=101")}, {cem, kept("contact=102")}};
    return {{ann, kept("contact=101;order=7")}, {cem, kept("contact=102;order=8")}};
  }

  const Event bob = registration(1, "Bob@example.com");
  const Event ann = purchase(2, "ann@example.com");
  const Event cem = purchase(3, "cem@example.com");
  const std::string all_contacts = contact("103", "cem@example.com") + "," +
                                   contact("102", "ann@example.com") + "," +
                                   contact("101", "bob@example.com");
  ReplyJudgement last;
};

TEST_F(CrmReplies, AreMatchedByAddressNotByPosition) {
  EXPECT_EQ(judge(answered(200, batch(all_contacts))),
            (Said{"accepted", "advanced contact=102", "advanced contact=103"}));
  EXPECT_EQ(last.next, Next::go_on);
  EXPECT_EQ(judge(answered(201, batch(all_contacts))),
            (Said{"accepted", "advanced contact=102", "advanced contact=103"}));
}

TEST_F(CrmReplies, OfOrdersAreMatchedByTheirIdAndOfAssociationsByPair) {
  EXPECT_EQ(judge(answered(200, batch(order("8", "main:1003") + "," + order("7", "main:1002"))),
                  "orders"),
            (Said{"advanced contact=101;order=7", "advanced contact=102;order=8"}));
  const std::string both_ways =
      pair("8", "102") + "," + pair("102", "8") + "," + pair("7", "101") + "," + pair("101", "7");
  EXPECT_EQ(judge(answered(200, batch(both_ways)), "associations"), (Said{"accepted", "accepted"}));
  EXPECT_EQ(judge(answered(207, batch(pair("101", "7") + "," + pair("8", "102"))), "associations"),
            (Said{kUnaccounted, "accepted"}));
}

TEST_F(CrmReplies, ThatArePartialNameWhatWasRefusedByItsTrace) {
  EXPECT_EQ(judge(answered(207, batch(contact("101", "bob@example.com"), refusal(trace(3))))),
            (Said{"accepted", kUnaccounted,
                  "rejected(invalid_email): HubSpot refused the contact: Email address is "
                  "invalid"}));
  EXPECT_EQ(judge(answered(207, batch("", refusal(order_trace(2)) + "," + refusal(order_trace(3)))),
                  "orders"),
            (Said{"rejected(invalid_email): HubSpot took the contact, but refused the order: Email "
                  "address is invalid",
                  "rejected(invalid_email): HubSpot took the contact, but refused the order: Email "
                  "address is invalid"}));
}

TEST_F(CrmReplies, OfAssociationsNameWhatWasRefusedByItsIds) {
  const auto error = [](const std::string& context) {
    return R"({"status":"error","category":"OBJECT_NOT_FOUND","message":"Gone.","context":)" +
           context + "}";
  };
  const std::string gone =
      "rejected(object_not_found): HubSpot took the contact and the order, but did not associate "
      "them: Gone";
  for (const char* context : {R"({"fromObjectId":["8"],"toObjectId":["102"]})",
                              R"({"fromObjectId":["8"]})", R"({"toObjectId":["102"]})"}) {
    EXPECT_EQ(judge(answered(207, batch(pair("7", "101"), error(context))), "associations"),
              (Said{"accepted", gone}))
        << context;
  }
  EXPECT_EQ(judge(answered(207, batch("", error(R"({"fromObjectId":["7","8"]})"))), "associations"),
            (Said{gone, gone}));
}

TEST_F(CrmReplies, ThatTellNothingOfAnEventLeaveItInDoubt) {
  const std::string nothing_named = R"({"category":"VALIDATION_ERROR","message":"One is bad"})";
  EXPECT_EQ(judge(answered(207, batch("", nothing_named))),
            (Said{kUnaccounted, kUnaccounted, kUnaccounted}));
  EXPECT_EQ(judge(answered(207, batch(R"({"id":"101"},{"properties":{"email":"ann@example.com"}},)"
                                      R"({"id":"x","properties":{"email":"cem@example.com"}},7)"))),
            (Said{kUnaccounted, kUnaccounted, kUnaccounted}));
  EXPECT_EQ(last.next, Next::go_on);
  EXPECT_EQ(judge(answered(207, batch(contact("101", "bob@example.com"), refusal(trace(1))))),
            (Said{kUnaccounted, kUnaccounted, kUnaccounted}))
      << "taken and refused at once";
  EXPECT_EQ(judge(answered(207, batch(contact("101", "bob@example.com") + "," +
                                      contact("105", "bob@example.com")))),
            (Said{kUnaccounted, kUnaccounted, kUnaccounted}))
      << "two records";
}

TEST_F(CrmReplies, NamingNothingConcernTheOnlyEvent) {
  const std::vector<Item> one{{bob, ""}};
  EXPECT_EQ(
      said(sink().judge(
          answered(207, batch("", R"({"category":"VALIDATION_ERROR","message":"It is bad"})")), one,
          kNow)),
      (Said{"rejected(validation_error): HubSpot refused the contact: It is bad"}));
}

TEST_F(CrmReplies, ThatAreAnotherRequestsEndTheRun) {
  const std::string alarm =
      "in_doubt(foreign_reply): the reply is about records that were not in the request, as when "
      "something in between mixes replies up; nothing of it is believed; check the url in the job, "
      "and the network";
  const auto expect_alarm = [&](const std::string& body, const std::string& progress = "") {
    const ReplyJudgement judgement = judged(answered(207, body), progress);
    EXPECT_EQ(said(judgement), Said(judgement.events.size(), alarm)) << body;
    EXPECT_EQ(judgement.next, Next::stop);
    EXPECT_EQ(judgement.exit, ExitCode::in_doubt);
    EXPECT_EQ("in_doubt(foreign_reply): " + judgement.message, alarm);
  };
  expect_alarm(batch(all_contacts + "," + contact("104", "eve@example.com")));
  expect_alarm(batch(all_contacts, refusal(trace(9))));
  expect_alarm(batch(order("7", "main:9999")), "orders");
  expect_alarm(batch(pair("7", "102")), "associations");
  std::string swapped = contact("101", "bob@example.com");
  swapped.insert(1, fmt::format(R"("objectWriteTraceId":"{}",)", trace(2)));
  expect_alarm(batch(swapped));
  // Of the request before for the same events.
  expect_alarm(batch(fmt::format(R"({{"id":"101","objectWriteTraceId":"{}"}})", trace(2))),
               "orders");
  expect_alarm(batch(fmt::format(R"({{"id":"7","objectWriteTraceId":"{}"}})", order_trace(2))),
               "associations");
}

TEST_F(CrmReplies, KnowAContactByItsTraceUnderAnotherAddress) {
  std::string merged = contact("101", "robert@example.com");
  merged.insert(1, fmt::format(R"("objectWriteTraceId":"{}",)", trace(1)));
  EXPECT_EQ(judge(answered(200, batch(merged)))[0], "accepted");
}

TEST_F(CrmReplies, RefusingSeveralEventsAsOneHaveThemIsolated) {
  const Event again = purchase(4, "BOB@example.com");
  const std::vector<Item> items{{bob, ""}, {ann, ""}, {again, ""}};
  const ReplyJudgement judgement = sink().judge(
      answered(207, batch(contact("102", "ann@example.com"), refusal(trace(1)))), items, kNow);
  EXPECT_EQ(said(judgement),
            (Said{"isolate(invalid_email): HubSpot refused the contact: Email address is invalid",
                  "advanced contact=102",
                  "isolate(invalid_email): HubSpot refused the contact: Email address is "
                  "invalid"}));
  EXPECT_EQ(said(sink().judge(answered(200, batch(contact("102", "ann@example.com") + "," +
                                                  contact("101", "bob@example.com"))),
                              items, kNow)),
            (Said{"accepted", "advanced contact=102", "advanced contact=101"}));
}

TEST_F(CrmReplies, AboutAnOrderPropertyWithoutUniqueValuesEndTheRun) {
  const ReplyJudgement judgement = judged(
      answered(400, R"({"status":"error","message":"Unable to perform update/upsert by non-unique )"
                    R"(0-123 property","category":"VALIDATION_ERROR"})"),
      "orders");
  const std::string message =
      "HubSpot knows no order by the property that the job names (Unable to perform update/upsert "
      "by "
      "non-unique 0-123 property); make it a property with unique values in HubSpot's settings, or "
      "name another by order_id in [hubspot.crm] of the job";
  EXPECT_EQ(said(judgement), Said(2, "not_applied(validation_error): " + message));
  EXPECT_EQ(judgement.next, Next::stop);
  EXPECT_EQ(judgement.exit, ExitCode::usage);
}

TEST_F(CrmReplies, AboutPropertiesThatAreNotThereEndTheRun) {
  const std::string message =
      "HubSpot does not take what the job sends: Property \"x\" does not exist; make the property "
      "in HubSpot's settings, or name another, or leave it out by \"\", in [hubspot.crm.contact] "
      "of the job";
  const ReplyJudgement row = judged(answered(
      207, batch(contact("101", "bob@example.com"),
                 refusal(trace(2), "PROPERTY_DOESNT_EXIST", R"(Property \"x\" does not exist)"))));
  EXPECT_EQ(said(row),
            (Said{"accepted", "not_applied(property_doesnt_exist): " + message, kUnaccounted}));
  EXPECT_EQ(row.next, Next::stop);
  EXPECT_EQ(row.exit, ExitCode::usage);
  EXPECT_EQ(row.message, message);

  // As the contacts API words it when the whole request is refused.
  const ReplyJudgement whole = judged(answered(
      400, R"({"status":"error","message":"Property values were not valid: [{\"isValid\":false,)"
           R"(\"message\":\"Property \\\"x\\\" does not exist\",\"error\":)"
           R"(\"PROPERTY_DOESNT_EXIST\",\"name\":\"x\"}]","category":"VALIDATION_ERROR"})"));
  EXPECT_EQ(said(whole), Said(3, "not_applied(property_doesnt_exist): " + message));
  EXPECT_EQ(whole.next, Next::stop);
  EXPECT_EQ(whole.message, message);

  const ReplyJudgement name = judged(
      answered(207, batch("", refusal(trace(2), "INVALID_OPTION", "PROPERTY_DOESNT_EXIST"))));
  EXPECT_EQ(name.next, Next::go_on) << "a person's own words are no code";
}

TEST_F(CrmReplies, OfAMomentAreNoRejection) {
  const std::string error = fmt::format(
      R"({{"category":"RATE_LIMITS","message":"Slow","context":{{"objectWriteTraceId":["{}"]}}}})",
      trace(1));
  EXPECT_EQ(judge(answered(207, batch(contact("102", "ann@example.com"), error)))[0],
            "in_doubt(rate_limits): the server failed at it for the moment: Slow");
}

TEST_F(CrmReplies, ThatAreNoWholeBatchLeaveADoubt) {
  const std::string doubt =
      "in_doubt(unreadable_ack): the server answered with status 200, but without the results of a "
      "batch in JSON";
  for (const char* body : {"", "{", R"({"status":"COMPLETE","results":[)", "[]", "{}", "null",
                           R"({"results":{}})", "thank you"}) {
    EXPECT_EQ(judge(answered(200, body)), Said(3, doubt)) << body;
  }
  HttpReply text = answered(200, batch(all_contacts));
  text.content_type = "text/plain";
  EXPECT_EQ(judge(text), Said(3, doubt));
  EXPECT_EQ(last.next, Next::go_on);
  HttpReply portal = answered(200, "<!doctype html><html><body>Welcome</body></html>");
  portal.content_type = "text/html";
  EXPECT_EQ(judged(portal).next, Next::stop);
  EXPECT_EQ(last.events[0].verdict, in_doubt);
  EXPECT_EQ(judged(answered(202, "")).events[0].verdict, in_doubt);
  EXPECT_EQ(judged(answered(204, "")).events[0].verdict, in_doubt);
  HttpReply half = answered(201, batch(all_contacts));
  half.transfer = Transfer::broken;
  EXPECT_EQ(judged(half).events[0].verdict, in_doubt);
}

TEST_F(CrmReplies, ThatRefuseTheRequest) {
  struct Row {
    int status;
    Verdict several, one;
    Next next;
    ExitCode exit;
  };
  constexpr ExitCode kOk = ExitCode::ok;
  for (const Row& row :
       std::vector<Row>{{400, isolate, rejected, Next::go_on, kOk},
                        {409, isolate, rejected, Next::go_on, kOk},
                        {413, isolate, rejected, Next::go_on, kOk},
                        {414, isolate, rejected, Next::go_on, kOk},
                        {422, isolate, rejected, Next::go_on, kOk},
                        {431, isolate, rejected, Next::go_on, kOk},
                        {401, not_applied, not_applied, Next::stop, ExitCode::credentials},
                        {403, not_applied, not_applied, Next::stop, ExitCode::credentials},
                        {404, not_applied, not_applied, Next::stop, ExitCode::usage},
                        {307, not_applied, not_applied, Next::stop, ExitCode::usage},
                        {423, not_applied, not_applied, Next::wait, kOk},
                        {429, not_applied, not_applied, Next::wait, kOk},
                        {477, not_applied, not_applied, Next::wait, kOk},
                        {408, in_doubt, in_doubt, Next::go_on, kOk},
                        {500, in_doubt, in_doubt, Next::go_on, kOk},
                        {502, in_doubt, in_doubt, Next::go_on, kOk},
                        {504, in_doubt, in_doubt, Next::go_on, kOk}}) {
    SCOPED_TRACE(row.status);
    const HttpReply reply = answered(row.status, R"({"status":"error","message":"No."})");
    for (const char* progress : {"", "orders", "associations"}) {
      const ReplyJudgement judgement = judged(reply, progress);
      ASSERT_EQ(judgement.events.size(), items(progress).size());
      for (const Judgement& each : judgement.events) EXPECT_EQ(each.verdict, row.several);
      EXPECT_EQ(judgement.next, row.next);
      EXPECT_EQ(judgement.exit, row.exit);
    }
    const std::vector<Item> alone{{bob, ""}};
    EXPECT_EQ(sink().judge(reply, alone, kNow).events.at(0).verdict, row.one);
  }
}

TEST_F(CrmReplies, ShowNeitherTheTokenNorAnAddress) {
  const std::string echo = fmt::format("{} is not {}", "ann@example.com", kToken);
  EXPECT_EQ(judge(answered(207, batch("", refusal(trace(1), "INVALID_X", echo))))[0],
            "rejected(invalid_x): HubSpot refused the contact: a***@example.com is not ***");
}

}  // namespace
}  // namespace ordertail
