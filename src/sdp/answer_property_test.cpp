#include <gtest/gtest.h>

#include "base/random.hpp"
#include "sdp/answer.hpp"
#include "sdp/document.hpp"
#include "sdp/text.hpp"

#include "sdp/offer_test_support.hpp"

namespace legroom::sdp {
namespace {

std::vector<std::string> seeds() {
    std::vector<std::string> offers;
    for (const char* name : {"chromium156", "chromium156-mdns-trickle", "firefox153", "firefox153-mdns",
                             "aiortc14", "gstreamer122"}) {
        offers.push_back(read_offer(name));
    }
    offers.push_back(kSession + "a=group:BUNDLE 0 1 2\n" + kTransport + video_section("0") +
                     audio_section("1") + data_section("2"));
    return offers;
}

void change_a_byte(std::string& text, Random& random) {
    constexpr std::string_view kLikely = "\n\r =:/0a19- ";
    const std::size_t at = random.below(static_cast<std::uint32_t>(text.size()));
    const char byte =
        random.below(2) == 0 ? kLikely[random.below(kLikely.size())] : static_cast<char>(random.below(256));
    switch (random.below(3)) {
        case 0:
            text[at] = byte;
            break;
        case 1:
            text.insert(at, 1, byte);
            break;
        default:
            text.erase(at, 1 + random.below(8));
            break;
    }
}

/// Drops, doubles or moves whole lines: most of these stay offers.
void change_a_line(std::string& text, Random& random) {
    std::vector<std::string> lines;
    for (const std::string_view line : split(text, '\n')) lines.emplace_back(line);
    const auto pick = [&] { return random.below(static_cast<std::uint32_t>(lines.size())); };
    const std::size_t from = pick();
    const std::string line = lines[from];
    if (random.below(2) == 0) lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(from));
    if (random.below(2) == 0 && !lines.empty()) lines.insert(lines.begin() + pick(), line);
    text.clear();
    for (const std::string& each : lines) text += each + '\n';
}

/// True if there was an answer; checks that it is one.
bool answers_soundly(const std::string& offer) {
    const auto result = answer(offer, test_ours());
    if (!result) return false;
    const auto offered = Document::parse(offer);
    const auto answered = Document::parse(result->text);
    EXPECT_TRUE(answered) << offer << result->text;
    if (!answered || !offered) return false;
    EXPECT_EQ(answered->sections.size(), offered->sections.size()) << offer;
    for (std::size_t i = 0; i < answered->sections.size(); ++i) {
        EXPECT_EQ(answered->sections[i].media, offered->sections[i].media) << offer;
        EXPECT_EQ(answered->sections[i].protocol, offered->sections[i].protocol) << offer;
        EXPECT_EQ(answered->sections[i].attributes.find("mid"), offered->sections[i].attributes.find("mid"));
        EXPECT_EQ(answered->sections[i].port != 0, i == result->negotiated.mline_index) << offer;
    }
    return true;
}

TEST(AnswerProperty, WhateverIsOfferedTheAnswerIsSound) {
    SeededRandom random{4};
    int answers = 0;
    const auto offers = seeds();
    for (int round = 0; round < 20'000; ++round) {
        std::string offer = offers[static_cast<std::size_t>(round) % offers.size()];
        for (std::uint32_t changes = random.below(4); changes > 0 && !offer.empty(); --changes) {
            random.below(2) == 0 ? change_a_byte(offer, random) : change_a_line(offer, random);
        }
        answers += answers_soundly(offer) ? 1 : 0;
    }
    EXPECT_GT(answers, 5'000);
    EXPECT_LT(answers, 19'000);
}

TEST(AnswerProperty, EveryBeginningOfARealOfferIsAnsweredOrRefused) {
    const std::string offer = read_offer("chromium156");
    int answers = 0;
    for (std::size_t length = 0; length <= offer.size(); ++length) {
        answers += answers_soundly(offer.substr(0, length)) ? 1 : 0;
    }
    EXPECT_GT(answers, 100);  // Everything needed stands before the last lines.
}

TEST(AnswerProperty, EveryLineEndLeavesTheAnswerTheSame) {
    for (const std::string& offer : seeds()) {
        std::string bare;
        std::string crlf;
        for (const char c : offer) {
            if (c == '\r') continue;
            bare += c;
            crlf += c == '\n' ? std::string{"\r\n"} : std::string{c};
        }
        ASSERT_TRUE(answer(bare, test_ours()));
        EXPECT_EQ(answer(bare, test_ours())->text, answer(crlf, test_ours())->text);
    }
}

}  // namespace
}  // namespace legroom::sdp
