#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace legroom::io {

/// A file holds texts up to this size and one beyond; it goes when the last of them does.
inline constexpr std::size_t kSpoolFileBytes = 8 * 1024 * 1024;

/// Texts put aside on disk: in files that have no name, so that nothing of them is left when the program
/// ends, however it does. Written and read by a thread of its own, in the order asked for.
///
/// Lives on the context's thread, and not longer than the context. Its end waits for the one read or write
/// that is just under way. How much is kept is its user's business.
class Spool {
public:
    using Key = std::uint64_t;
    using Put = std::function<void(bool succeeded)>;
    using Got = std::function<void(std::optional<std::string> text)>;

    /// Otherwise: why files cannot be made in this directory, for the operator to read.
    static Result<std::unique_ptr<Spool>, std::string> open(boost::asio::io_context& context,
                                                            const std::string& directory);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// Keeps a text under a key that is new. Like the next one it calls back on the context's thread, later
    /// and once, unless the spool has gone before.
    void put(Key key, std::shared_ptr<const std::string> text, Put done);
    /// nullopt: it is not there, or cannot be read.
    void get(Key key, Got done);
    void drop(Key key);  ///< Harmless when it is not there.

private:
    class Worker;
    Spool(boost::asio::io_context& context, std::unique_ptr<Worker> worker);

    boost::asio::io_context& context_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< Touched on the context's thread only.
    std::unique_ptr<Worker> worker_;
};

}  // namespace legroom::io
