#include "app/playback_desk.hpp"

#include <memory>
#include <utility>

namespace legroom::app {

PlaybackDesk::PlaybackDesk(boost::asio::io_context& context, call::Switchboard& board, Random& random,
                           std::string directory)
    : client_(context),
      fetcher_(client_, decoder_, std::move(directory)),
      service_(board, random, [this](call::FileSound sound, std::shared_ptr<engine::FrameQueue> queue) {
          return fetcher_.fetch(
              {std::move(sound.url), std::move(sound.mime_type), sound.repeat, std::move(queue)});
      }) {}

}  // namespace legroom::app
