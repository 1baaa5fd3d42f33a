# How every folder of this project becomes a target.
#
#   legroom_module(ice DEPENDS base stun LINKS OpenSSL::Crypto TEST_DEPENDS sim)
#
# makes the library legroom::ice of the folder's *.cpp and, of its *_test.cpp, the program ice_test.
# DEPENDS is the one place where a folder's dependencies are written down: the test `layering`
# refuses an #include of any folder not named there.

option(LEGROOM_TESTS "Build the tests and look for what they need (./run leaves them out)" ON)
option(LEGROOM_FUZZ "Build libFuzzer targets instead of corpus replays (needs clang)" OFF)
set(LEGROOM_SANITIZE "" CACHE STRING "Sanitizers to compile everything with, e.g. address,undefined")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(fmt REQUIRED)
if(LEGROOM_TESTS)
  find_package(GTest REQUIRED)
endif()

add_library(legroom_options INTERFACE)
target_include_directories(legroom_options INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
target_compile_options(legroom_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wextra-semi -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 reports these inside the standard library's own optional and variant when it inlines.
  target_compile_options(legroom_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
  if(LEGROOM_SANITIZE MATCHES thread)
    target_compile_options(legroom_options INTERFACE -Wno-tsan)
  endif()
endif()
if(LEGROOM_SANITIZE)
  target_compile_options(legroom_options INTERFACE -fsanitize=${LEGROOM_SANITIZE})
  target_link_options(legroom_options INTERFACE -fsanitize=${LEGROOM_SANITIZE})
  if(LEGROOM_SANITIZE MATCHES undefined)
    target_compile_options(legroom_options INTERFACE -fno-sanitize-recover=all)
    if(NOT LEGROOM_FUZZ)
      # A third of the time to compile, for what AddressSanitizer stops at as well; the fuzzers keep them.
      target_compile_options(legroom_options INTERFACE -fno-sanitize=null,alignment,object-size,vptr)
      if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
        # Clang 14 cannot put its mark before a coroutine.
        target_compile_options(legroom_options INTERFACE -fno-sanitize=function)
      endif()
    endif()
  endif()
endif()
if(LEGROOM_FUZZ)
  # The coverage that steers libFuzzer has to be in every folder it is to look into.
  target_compile_options(legroom_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# tools/apart compiles every header of a module alone (target all_verify_interface_header_sets).
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

function(legroom_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LINKS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND legroom::)
  target_link_libraries(${name} PRIVATE legroom_options ${ARG_DEPENDS} ${ARG_LINKS}
    GTest::gtest GTest::gmock GTest::gtest_main)
  # What is measured is in the libraries; a test's own code had better compile fast, as one text.
  target_compile_options(${name} PRIVATE -O0)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

function(legroom_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINKS;TEST_DEPENDS;TEST_LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB headers CONFIGURE_DEPENDS *.hpp)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")  # main.cpp belongs to a program
  list(FILTER headers EXCLUDE REGEX "_test_")                # what tests share is nobody's interface

  list(TRANSFORM ARG_DEPENDS PREPEND legroom:: OUTPUT_VARIABLE libraries)
  if(sources)
    set(visibility PUBLIC)
    add_library(legroom_${name} STATIC ${sources})
  else()
    set(visibility INTERFACE)
    add_library(legroom_${name} INTERFACE)
  endif()
  add_library(legroom::${name} ALIAS legroom_${name})
  target_link_libraries(legroom_${name} ${visibility} legroom_options ${libraries} ${ARG_LINKS})
  target_sources(legroom_${name} ${visibility} FILE_SET HEADERS
    BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
  set_property(GLOBAL APPEND PROPERTY LEGROOM_MODULES ${name})

  if(tests AND LEGROOM_TESTS)
    legroom_test(${name}_test SOURCES ${tests} DEPENDS ${name} ${ARG_TEST_DEPENDS}
      LINKS ${ARG_TEST_LINKS} LABELS unit)
  endif()
endfunction()

# A folder that is mostly other people's templates (Asio, Beast, CLI11): under the sanitizers it takes five times
# as long to optimise as to compile, and what it does there is not measured. COLD: nothing in it is measured at all.
function(legroom_glue name)
  cmake_parse_arguments(ARG "COLD" "" "" ${ARGN})
  if(LEGROOM_SANITIZE)
    target_compile_options(legroom_${name} PRIVATE -O0)
  elseif(ARG_COLD)
    target_compile_options(legroom_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()

# legroom_fuzz(stun_message DEPENDS stun): tests/fuzz/stun_message.cpp with LLVMFuzzerTestOneInput.
# Ordinarily the corpus tests/fuzz/corpus/stun_message/ is replayed as a test. With LEGROOM_FUZZ it is a
# libFuzzer program, and its test looks for new inputs for LEGROOM_FUZZ_SECONDS, starting at the corpus.
set(LEGROOM_FUZZ_SECONDS 60 CACHE STRING "How long one fuzzer's test runs (preset fuzz)")
add_custom_target(fuzzers)
function(legroom_fuzz name)
  if(LEGROOM_SANITIZE MATCHES thread)
    return()  # One thread each.
  endif()
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINKS" ${ARGN})
  list(TRANSFORM ARG_DEPENDS PREPEND legroom::)
  add_executable(fuzz_${name} ${name}.cpp)
  target_link_libraries(fuzz_${name} PRIVATE legroom_options ${ARG_DEPENDS} ${ARG_LINKS})
  add_dependencies(fuzzers fuzz_${name})
  if(LEGROOM_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    set(found ${CMAKE_CURRENT_BINARY_DIR}/found/${name})
    file(MAKE_DIRECTORY ${found})
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} -max_total_time=${LEGROOM_FUZZ_SECONDS} -timeout=5
      -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix=${found}/crash-
      ${found} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    math(EXPR limit "${LEGROOM_FUZZ_SECONDS} + 120")
    set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT ${limit})
  else()
    target_sources(fuzz_${name} PRIVATE replay_main.cpp)
    target_compile_options(fuzz_${name} PRIVATE -O0)  # like a test's own code
    set_target_properties(fuzz_${name} PROPERTIES UNITY_BUILD OFF)  # it declares what the other file defines
    add_test(NAME fuzz_${name}_corpus COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    set_tests_properties(fuzz_${name}_corpus PROPERTIES LABELS unit TIMEOUT 120)
  endif()
endfunction()
