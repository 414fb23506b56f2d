# Every library that is not ours, found once. The packages are listed in
# deploy/install-deps. Protobuf in module mode comes before gRPC in config mode.
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(GTest REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(CJOSE REQUIRED IMPORTED_TARGET cjose)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(POSTGRESQL REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
find_package(rapidcheck CONFIG QUIET)

# SOCI, CLI11, nlohmann-json and libcsv install headers and libraries without a
# CMake package or with one that is not worth its trouble.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE3 soci_sqlite3 REQUIRED)
find_library(SOCI_POSTGRESQL soci_postgresql REQUIRED)
add_library(brygga_soci INTERFACE)
target_include_directories(brygga_soci SYSTEM INTERFACE ${SOCI_INCLUDE_DIR} ${SOCI_INCLUDE_DIR}/soci)
target_link_libraries(brygga_soci INTERFACE ${SOCI_CORE} ${SOCI_SQLITE3} ${SOCI_POSTGRESQL} PkgConfig::SQLITE
                                            PkgConfig::POSTGRESQL)
find_library(CSV_LIBRARY csv REQUIRED)

# google/api, google/rpc and google/type protos are a dependency, not copies.
find_path(GOOGLEAPIS_PROTO_DIR google/rpc/error_details.proto
          PATHS /usr/share/gocode/src/github.com/gogo/googleapis REQUIRED
          DOC "The folder that holds google/api/annotations.proto and google/rpc/error_details.proto")

# Debian's own Python, whose packages (grpcio, scipy) the tests use; another
# python3 earlier on PATH would not have them.
find_program(BRYGGA_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
