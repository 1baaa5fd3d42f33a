#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/message.hpp"
#include "base/time.hpp"

namespace legroom::api {

/// One WebSocket connection as text frames: what io drives and a protocol is made of. No socket, no clock.
///
/// To drive it: call start() when the handshake is done. After that, after each input, each written frame and
/// each wake: poll(), and write what it gives; not more than one frame at a time. Call handle_timeout() at
/// deadline(). When nothing is being written and poll() has nothing, look at ending(). Control thread only.
class Channel {
public:
    enum class Ending : std::uint8_t {
        none,   ///< It goes on.
        close,  ///< Close it in good order.
        abort,  ///< Close it without a word: the peer takes nothing. To be done even while a frame is
                ///< written.
    };
    /// There may be something to poll. Called at any time, from inside of anything: it must not call back at
    /// once.
    using Wake = std::function<void()>;

    Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    virtual ~Channel() = default;

    virtual void start(Instant now, Wake wake) = 0;
    virtual void receive(Instant now, std::string_view text) = 0;
    virtual void heard(Instant now) = 0;  ///< Anything else of the peer's: a binary frame, a ping, a pong.
    virtual void shut_down() = 0;         ///< The server ends.

    virtual std::optional<std::string> poll(Instant now) = 0;  ///< The next frame to be written.
    virtual void written(Instant now) = 0;                     ///< All of it, to the socket.

    virtual void handle_timeout(Instant now) = 0;
    [[nodiscard]] virtual std::optional<Instant> deadline() const = 0;
    [[nodiscard]] virtual Ending ending() const = 0;
    /// False: leave what comes in the socket for now; a wake comes when that changes.
    [[nodiscard]] virtual bool takes_frames() const = 0;
};

/// What becomes of a request to upgrade: a channel, or the response that refuses it.
using Upgrade = std::variant<Response, std::unique_ptr<Channel>>;

/// No text frame may be longer: a request's body, and what a command has around it.
inline constexpr std::size_t kMaxFrameBytes = kMaxBodyBytes + 4 * 1024;

}  // namespace legroom::api
