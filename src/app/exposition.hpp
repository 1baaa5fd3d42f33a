#pragma once

#include <string>

#include "api/api.hpp"
#include "api/event_stream.hpp"
#include "call/services.hpp"
#include "engine/media_figures.hpp"
#include "io/http_server.hpp"
#include "metrics/call_metrics.hpp"
#include "metrics/http_metrics.hpp"
#include "vsi/hub.hpp"
#include "webhook/dispatcher.hpp"

namespace legroom::app {

/// Whose figures GET /metrics has (contract 08, docs/METRICS.md).
struct ExpositionSources {
    const call::Services& services;
    const api::EventStream& events;
    const api::Api& api;
    const vsi::Hub& vsi;
    const io::HttpServer& http;
    const webhook::Dispatcher& webhooks;
    const metrics::CallMetrics& calls;
    const metrics::HttpMetrics& requests;
    WallTime started;
};

/// All of it, and what the media thread has said, as text. Control thread.
std::string expose(const ExpositionSources& sources, const engine::MediaFigures& media);

}  // namespace legroom::app
