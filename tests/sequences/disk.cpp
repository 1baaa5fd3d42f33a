#include "sequences/disk.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

namespace legroom::sequences {
namespace {

constexpr const char* kDirectory = "/recordings/";

void drain(record::Tape& tape) {
    while (tape.front()) tape.pop();
}

}  // namespace

void Disk::handle(const record::Order& order) { orders_.push_back(order); }

void Disk::work(Instant now, const Sink& sink) {
    if (now < hangs_until_) return;
    for (const record::Order& order : std::exchange(orders_, {})) take(order, sink);
    for (auto file = files_.begin(); file != files_.end();)
        file = finish(*file, sink) ? files_.erase(file) : std::next(file);
}

void Disk::take(const record::Order& order, const Sink& sink) {
    if (const auto* made = std::get_if<record::Open>(&order)) return open(*made, sink);
    const auto* track = std::get_if<record::AddTrack>(&order);
    if (track == nullptr) throw std::logic_error("no sequence asks for ogg");
    const auto file = std::ranges::find(files_, track->id, [](const File& one) { return one.order.id; });
    if (file != files_.end()) file->tracks[track->key] = track->tape;
}

void Disk::open(const record::Open& order, const Sink& sink) {
    if (is_taken(order.name)) return sink(record::NotOpened{order.id, true, {}});
    if (full_) return sink(record::NotOpened{order.id, false, "No space left on device"});
    files_.push_back({order, {}});
    sink(record::Opened{order.id, kDirectory + order.name});
}

bool Disk::is_taken(const std::string& name) const {
    return names_.contains(kDirectory + name) ||
           std::ranges::any_of(files_, [&](const File& file) { return file.order.name == name; });
}

bool Disk::finish(File& file, const Sink& sink) {
    record::Tape& tape = *file.order.tape;
    const bool closed = tape.closed();
    drain(tape);
    for (const auto& track : file.tracks) drain(*track.second);
    if (!closed && !full_) return false;
    record::Finished end;
    end.id = file.order.id;
    if (!closed) end.error = "No space left on device";
    if (tape.begun()) {
        end.file = kDirectory + file.order.name;
        names_.insert(end.file);
    }
    if (tape.begun() && !file.tracks.empty()) {
        end.multi_channel_file = kDirectory + file.order.multi_channel_name;
        for (const auto& track : file.tracks)
            end.tracks.push_back(
                {track.first, end.tracks.size(), {}, record::time_of(track.second->reached())});
    }
    sink(end);
    return true;
}

}  // namespace legroom::sequences
