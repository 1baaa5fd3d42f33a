#pragma once

namespace legroom::io {

/// What has become of a file that an earlier run left unfinished.
enum class Mended {
    playable,
    empty,    ///< Nothing was heard yet.
    foreign,  ///< No file of ours, or one that cannot be read or written.
};

}  // namespace legroom::io
