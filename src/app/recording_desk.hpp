#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>

#include "base/random.hpp"
#include "call/recording_service.hpp"
#include "io/recording_thread.hpp"

namespace legroom::app {

/// Recordings and the thread that writes them, which is never waited for: orders go to it, and its reports
/// come back by the queue of `context`. Control thread only; all it is given must outlive it.
class RecordingDesk {
public:
    /// `after_look` is called each second, when nothing waits for a disk any more that has waited too long.
    RecordingDesk(boost::asio::io_context& context, call::Switchboard& board, Random& random,
                  std::string directory, std::function<void()> after_look);

    call::RecordingService& service() { return service_; }

    /// Finishes every recording. Nobody may put anything on a tape any more.
    void stop();

private:
    void take(const record::Report& report);
    void look_later();

    std::function<void()> after_look_;
    boost::asio::steady_timer timer_;
    call::RecordingService service_;
    io::RecordingThread thread_;  ///< Last: it ends before what it reports to.
};

}  // namespace legroom::app
