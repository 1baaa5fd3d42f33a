#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <set>
#include <string>

#include "base/time.hpp"
#include "record/messages.hpp"

namespace legroom::sequences {

/// A disk for recordings that may be slow, full or have the name already. Keeps names, not sounds.
class Disk {
public:
    using Sink = std::function<void(const record::Report&)>;

    void handle(const record::Order& order);
    /// Does what there is to do by now, and tells of it.
    void work(Instant now, const Sink& sink);

    void hang_until(Instant end) { hangs_until_ = end; }
    /// What is being written breaks off, and nothing can be made until it is called again.
    void set_full(bool full) { full_ = full; }

    [[nodiscard]] std::size_t open() const { return files_.size() + orders_.size(); }
    [[nodiscard]] const std::set<std::string>& names() const { return names_; }

private:
    struct File {
        record::Open order;
        std::map<std::string, std::shared_ptr<record::Tape>> tracks;
    };
    void take(const record::Order& order, const Sink& sink);
    void open(const record::Open& order, const Sink& sink);
    [[nodiscard]] bool is_taken(const std::string& name) const;
    /// Its end, if it has come.
    bool finish(File& file, const Sink& sink);

    std::list<record::Order> orders_;
    std::list<File> files_;
    std::set<std::string> names_;  ///< Of what is whole.
    Instant hangs_until_{};
    bool full_ = false;
};

}  // namespace legroom::sequences
