#include "api/recording_body.hpp"

#include "api/error.hpp"
#include "api/json_body.hpp"

namespace legroom::api {

Result<call::NewRecording> parse_recording(std::string_view body) {
    const auto object = decode(body, BodyRule::lenient);
    if (!object) return object.error();
    Fields fields{*object};
    call::NewRecording recording;
    recording.storage = fields.text("storage");
    recording.filename = fields.text("filename");
    recording.format = fields.text("format");
    recording.multi_channel = fields.flag("multi_channel").value_or(false);
    for (const char* name : {"s3_bucket", "s3_region", "s3_endpoint", "s3_prefix", "s3_access_key",
                             "s3_secret_key", "gcs_bucket", "gcs_object_name_prefix"}) {
        fields.text(name);
    }
    if (!fields.ok()) return Error::invalid_json;
    return recording;
}

}  // namespace legroom::api
