# Files inside the program, so that it runs without any beside it.
#
#   legroom_embed(legroom_web legroom::web index.html app.js)
#
# makes the static library legroom_web with the header legroom_web.hpp:
#
#   namespace legroom::web {
#   struct Asset { std::string_view path, content_type, bytes, encoding; };
#   std::span<const Asset> assets();   // in the order given; "/index.html", "text/html; charset=utf-8", ...
#   }
#
# A path is the file's place below the calling folder, or what FILE@PLACE says. What ends in .gz is embedded as it is and
# has a path without that: browsers unpack it. The bytes are read at build time, so a changed file rebuilds one small
# source. A suffix without an entry in the table of content types stops the build.

if(NOT CMAKE_SCRIPT_MODE_FILE)

  function(legroom_embed target namespace)
    set(directory ${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded)
    list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE sources)
    list(TRANSFORM sources REPLACE "@.*" "")
    file(CONFIGURE OUTPUT ${directory}/${target}.hpp @ONLY CONTENT "// Written by cmake/EmbedFiles.cmake.
#pragma once

#include <span>
#include <string_view>

namespace @namespace@ {

/// One embedded file. The views live as long as the program.
struct Asset {
    std::string_view path;          ///< Begins with a slash.
    std::string_view content_type;  ///< As in the HTTP header.
    std::string_view bytes;
    std::string_view encoding;  ///< The Content-Encoding, or nothing.
};

std::span<const Asset> assets();

}  // namespace @namespace@
")
    add_custom_command(
      OUTPUT ${directory}/${target}.cpp
      COMMAND ${CMAKE_COMMAND} -D TARGET=${target} -D NAMESPACE=${namespace} -D "FILES=${ARGN}"
              -D FROM=${CMAKE_CURRENT_SOURCE_DIR} -D TO=${directory} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      DEPENDS ${sources} ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      COMMENT "Embedding files into ${target}"
      VERBATIM)
    add_library(${target} STATIC ${directory}/${target}.cpp)
    target_include_directories(${target} PUBLIC ${directory})
  endfunction()

  return()
endif()

# From here on: what the build runs.

set(content_type_css "text/css; charset=utf-8")
set(content_type_html "text/html; charset=utf-8")
set(content_type_js "text/javascript; charset=utf-8")
set(content_type_json "application/json")
set(content_type_svg "image/svg+xml")
set(content_type_txt "text/plain; charset=utf-8")

set(arrays "")
set(table "")
set(index 0)
foreach(entry IN LISTS FILES)
  string(REGEX REPLACE "@.*" "" file ${entry})
  string(REGEX REPLACE ".*@" "" place ${entry})
  set(encoding "")
  if(place MATCHES "\\.gz$")
    set(encoding "gzip")
    string(REGEX REPLACE "\\.gz$" "" place ${place})
  endif()
  string(REGEX REPLACE ".*\\." "" suffix ${place})
  if(NOT DEFINED content_type_${suffix})
    message(FATAL_ERROR "EmbedFiles.cmake knows no content type for ${file}")
  endif()
  file(READ ${FROM}/${file} bytes HEX)
  file(SIZE ${FROM}/${file} size)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  # One element more than there are bytes, for an array of an empty file would not compile.
  string(APPEND arrays "constexpr char kFile${index}[] = {${bytes}'\\0'};\n")
  string(APPEND table "    {\"/${place}\", \"${content_type_${suffix}}\", {kFile${index}, ${size}}, \"${encoding}\"},\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE ${TO}/${TARGET}.cpp "// Written by cmake/EmbedFiles.cmake.
#include \"${TARGET}.hpp\"

namespace ${NAMESPACE} {
namespace {

${arrays}
constexpr Asset kAssets[] = {
${table}};

}  // namespace

std::span<const Asset> assets() {
    return kAssets;
}

}  // namespace ${NAMESPACE}
")
