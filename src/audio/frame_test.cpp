#include "audio/frame.hpp"

#include <gtest/gtest.h>

namespace legroom::audio {
namespace {

TEST(Frame, HoldsTwentyMillisecondsAtEveryRate) {
    EXPECT_EQ(Frame{SampleRate::k8000}.samples().size(), 160U);
    EXPECT_EQ(Frame{SampleRate::k16000}.samples().size(), 320U);
    EXPECT_EQ(Frame{SampleRate::k24000}.samples().size(), 480U);
    EXPECT_EQ(Frame{SampleRate::k48000}.samples().size(), 960U);
}

TEST(Frame, IsSilentUntilASampleInItsTimeIsNotZero) {
    Frame frame{SampleRate::k8000};
    EXPECT_TRUE(frame.silent());

    frame.buffer[160] = 1.0F;  // behind the end at this rate
    EXPECT_TRUE(frame.silent());
    frame.samples().back() = -1e-9F;
    EXPECT_FALSE(frame.silent());
    frame.clear();
    EXPECT_TRUE(frame.silent());
}

}  // namespace
}  // namespace legroom::audio
