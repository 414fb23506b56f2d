# The functions through which every target is made, and the settings they share.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

# Dev compiles fast and still runs at a fair speed; assertions are on.
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_C_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1" CACHE STRING "" FORCE)

set(BRYGGA_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined or thread")
if(BRYGGA_SANITIZE)
  add_compile_options(-fsanitize=${BRYGGA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BRYGGA_SANITIZE})
endif()

set(BRYGGA_WARNINGS -Wall -Wextra -Wno-missing-field-initializers -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 at -O2 takes a moved std::variant for an uninitialised one.
  list(APPEND BRYGGA_WARNINGS $<$<CONFIG:Release>:-Wno-maybe-uninitialized>)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  list(APPEND BRYGGA_WARNINGS -Wthread-safety -Werror=thread-safety)
endif()

# brygga_library(NAME SOURCES ... HEADERS ... DEPS ...)
#
# A library and its alias brygga::NAME. Without sources it is header-only.
# Headers join a file set, so that each is also compiled alone where
# CMAKE_VERIFY_INTERFACE_HEADER_SETS is on.
function(brygga_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;DEPS" ${ARGN})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_compile_options(${name} PRIVATE ${BRYGGA_WARNINGS})
  else()
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(brygga::${name} ALIAS ${name})
  target_sources(${name} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  target_include_directories(${name} ${scope} ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} ${scope} ${arg_DEPS})
endfunction()

# brygga_binary(NAME SOURCES ... DEPS ...): a program under build/.
function(brygga_binary name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_compile_options(${name} PRIVATE ${BRYGGA_WARNINGS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPS})
endfunction()

# What programs that serve link for malloc (ADR 16). Sanitizers bring their own.
add_library(brygga_allocator INTERFACE)
add_library(brygga::allocator ALIAS brygga_allocator)
if(NOT BRYGGA_SANITIZE)
  target_link_libraries(brygga_allocator INTERFACE PkgConfig::JEMALLOC)
endif()

# brygga_test(NAME SOURCES ... DEPS ... [LABELS ...] [TIMEOUT seconds] [SERIAL])
#
# A GoogleTest program, one ctest entry each. LABELS name what ctest can pick;
# "grpc" marks what links gRPC, which the tsan preset leaves out. SERIAL runs it
# alone, for tests that load the machine on purpose. Sanitized tests have four
# times as long.
# `brygga_tests` builds all of them and nothing else.
add_custom_target(brygga_tests)
function(brygga_test name)
  cmake_parse_arguments(arg "SERIAL" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(BRYGGA_SANITIZE STREQUAL "thread" AND "grpc" IN_LIST arg_LABELS)
    return()
  endif()
  brygga_binary(${name} SOURCES ${arg_SOURCES} DEPS ${arg_DEPS} GTest::gmock GTest::gtest brygga::testing_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_dependencies(brygga_tests ${name})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(BRYGGA_SANITIZE)
    math(EXPR arg_TIMEOUT "4 * ${arg_TIMEOUT}")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
    ENVIRONMENT "GTEST_BRIEF=1;BRYGGA_BUILD_DIR=${PROJECT_BINARY_DIR};ASAN_OPTIONS=detect_leaks=1;LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/lsan.supp:print_suppressions=0;TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp;UBSAN_OPTIONS=print_stacktrace=1")
  if(arg_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()
