# Tests about the tree itself rather than about a program of it. Only the release build has them: it is
# the one ./test ends with, and one summary says it all.
if(NOT CMAKE_BUILD_TYPE STREQUAL Release OR LEGROOM_SANITIZE OR LEGROOM_FUZZ)
  return()
endif()

find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

function(legroom_check name)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT;LABEL" "COMMAND" ${ARGN})
  add_test(NAME ${name} COMMAND ${ARG_COMMAND})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(ARG_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()

set(tools ${PROJECT_SOURCE_DIR}/tools)

legroom_check(layering LABEL tree TIMEOUT 60 COMMAND Python3::Interpreter ${tools}/layering.py)
legroom_check(layering_self LABEL tree TIMEOUT 60 COMMAND Python3::Interpreter ${tools}/layering_test.py)
legroom_check(docs LABEL tree TIMEOUT 60 COMMAND Python3::Interpreter ${tools}/docs_test.py)
legroom_check(format LABEL tree TIMEOUT 120 COMMAND ${tools}/format --check)

# SERIAL: each of these uses every core by itself. ./test has done the work before, step by step and
# visibly; what runs here is a check that nothing is left to do, or the first run for a lone `ctest`.
legroom_check(tidy LABEL tree TIMEOUT 2400 SERIAL COMMAND Python3::Interpreter ${tools}/tidy.py
  ${PROJECT_SOURCE_DIR}/build/asan)
legroom_check(asan LABEL sanitizer TIMEOUT 7200 SERIAL COMMAND ${tools}/sanitized asan)
legroom_check(tsan LABEL sanitizer TIMEOUT 7200 SERIAL COMMAND ${tools}/sanitized tsan)
# The other presets compile a folder as one text; here every source and every header shall stand by itself.
legroom_check(apart LABEL long TIMEOUT 3600 SERIAL COMMAND ${tools}/apart)
legroom_check(fuzzers LABEL long TIMEOUT 7200 SERIAL COMMAND ${tools}/sanitized fuzz)
