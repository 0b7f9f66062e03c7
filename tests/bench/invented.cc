#include "bench/invented.h"

#include <array>

#include "bench/random.h"

namespace ordertail::bench {
namespace {

struct FirstName {
  std::string_view name;
  std::string_view in_email;
};
constexpr std::array<FirstName, 16> kFirstNames{{{"Ann", "ann"},
                                                 {"Ben", "ben"},
                                                 {"Carla", "carla"},
                                                 {"Dmitri", "dmitri"},
                                                 {"Elena", "elena"},
                                                 {"Farid", "farid"},
                                                 {"Grace", "grace"},
                                                 {"Hugo", "hugo"},
                                                 {"Inés", "ines"},
                                                 {"José", "jose"},
                                                 {"Kim", "kim"},
                                                 {"Lena", "lena"},
                                                 {"Mara", "mara"},
                                                 {"Noah", "noah"},
                                                 {"Samir", "samir"},
                                                 {"Zoë", "zoe"}}};
constexpr std::array<std::string_view, 20> kLastNames{
    "Lee",    "Martin", "Okafor",   "Petrov", "Quist",  "Romero",    "Schmidt",
    "Tanaka", "Ueda",   "Vance",    "Walker", "Xu",     "Yamaguchi", "Zeller",
    "Abbot",  "Brandt", "Castillo", "Dorsey", "Eklund", "Fischer"};
constexpr std::array<std::string_view, 10> kStreets{
    "Elm Street",  "Oak Avenue",  "Harbor Road", "Mill Lane",   "Station Street",
    "Juniper Way", "Orchard Row", "Kings Court", "Sunset Loop", "Meadow Drive"};
constexpr std::array<Place, 8> kPlaces{{{"New York", "10001", "NY", "New York", "212"},
                                        {"Boston", "02108", "MA", "Massachusetts", "617"},
                                        {"Springfield", "62701", "IL", "Illinois", "217"},
                                        {"Portland", "97201", "OR", "Oregon", "503"},
                                        {"Austin", "78701", "TX", "Texas", "512"},
                                        {"Sacramento", "95814", "CA", "California", "916"},
                                        {"Denver", "80202", "CO", "Colorado", "303"},
                                        {"Burlington", "05401", "VT", "Vermont", "802"}}};
constexpr std::array<Product, 12> kProducts{
    {{"Stoneware Mug - Blue / Large", "MUG-BLU-L", "stoneware-mug", 1450},
     {"Linen Apron - Natural", "APR-NAT", "linen-apron", 3900},
     {"Walnut Cutting Board - 40 cm", "BRD-WAL-40", "walnut-cutting-board", 6450},
     {"Enamel Teapot - Cream / 1.2 l", "POT-CRM-12", "enamel-teapot", 4800},
     {"Beeswax Candle - Set of 6", "CND-BEE-6", "beeswax-candle", 2200},
     {"Wool Blanket - Grey Herringbone", "BLK-GRY-HB", "wool-blanket", 12900},
     {"Glass Storage Jar - 750 ml", "JAR-GLS-750", "glass-storage-jar", 975},
     {"Cast Iron Pan, seasoned - 26 cm", "PAN-IRN-26", "cast-iron-pan", 5495},
     {"Oak Picture Frame 8\" x 10\"", "FRM-OAK-810", "oak-picture-frame", 2750},
     {"Cotton Napkins - Rust / Set of 4", "NAP-RST-4", "cotton-napkins", 1800},
     {"Brass Desk Lamp - Adjustable", "LMP-BRS", "brass-desk-lamp", 15900},
     {"Gift Card", "GIFT-50", "gift-card", 5000}}};

}  // namespace

Person person(std::uint64_t number) {
  Random random(number * 0x2545f4914f6cdd1dU + 1);
  Person result;
  result.number = number;
  const FirstName& first = random.pick(kFirstNames);
  result.first_name = first.name;
  result.first_name_in_email = first.in_email;
  result.last_name = random.pick(kLastNames);
  result.street = random.pick(kStreets);
  result.house = 1 + random.below(250);
  result.apartment = random.chance(250) ? 1 + random.below(40) : 0;
  result.line = random.below(100);
  result.place = random.pick(kPlaces);
  return result;
}

void append_piece(std::string& out, Email email) {
  append(out, email.person.first_name_in_email, '.');
  for (const char c : email.person.last_name) out.push_back(static_cast<char>(c | 0x20));
  append(out, '.', email.person.number, email.at, "example.com");
}

void append_piece(std::string& out, Phone phone) {
  append(out, "+1", phone.person.place.area_code, "55501", Padded{phone.person.line, 2});
}

const Product& product(std::uint32_t choice) {
  return kProducts[choice % kProducts.size()];
}

UsTime us_time(std::chrono::sys_seconds instant, unsigned standard_offset) {
  using namespace std::chrono;
  const auto winter = instant - hours{standard_offset};
  const auto year = year_month_day{floor<days>(winter)}.year();
  // Since 2007: from the second Sunday of March, 02:00, to the first Sunday of November, 02:00
  // summer time.
  const bool summer = winter >= sys_days{year / March / Sunday[2]} + hours{2} &&
                      winter < sys_days{year / November / Sunday[1]} + hours{1};
  const auto local = winter + hours{summer ? 1 : 0};
  const auto day = floor<days>(local);
  return {year_month_day{day}, hh_mm_ss{local - day}, summer, standard_offset - (summer ? 1 : 0)};
}

void append_piece(std::string& out, TimeOfDay time) {
  append(out, Padded{static_cast<std::uint64_t>(time.moment.time.hours().count()), 2}, ':',
         Padded{static_cast<std::uint64_t>(time.moment.time.minutes().count()), 2}, ':',
         Padded{static_cast<std::uint64_t>(time.moment.time.seconds().count()), 2});
}

void append_piece(std::string& out, const UsTime& moment) {
  append(out, Padded{static_cast<std::uint64_t>(int{moment.date.year()}), 4}, '-',
         Padded{unsigned{moment.date.month()}, 2}, '-', Padded{unsigned{moment.date.day()}, 2}, ' ',
         TimeOfDay{moment}, " -", Padded{moment.hours_behind_utc, 2}, "00");
}

}  // namespace ordertail::bench
