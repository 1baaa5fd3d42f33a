# For ./run and ./test (sourced): say what is being done and how long each part took.

# step NAME COMMAND…: runs it with its output in build/logs/NAME.log. A failure prints the end of that log.
step() {
    local name=$1 begin=$SECONDS status=0 log
    shift
    mkdir -p build/logs
    log=build/logs/${name// /-}.log
    printf '== %-28s ' "$name"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [[ $status == 0 ]]; then
        printf 'done in %s\n' "$(spent $((SECONDS - begin)))"
    else
        printf 'FAILED after %s; the end of %s:\n' "$(spent $((SECONDS - begin)))" "$log"
        tail -n 40 "$log" | sed 's/^/   | /'
    fi
    return $status
}

spent() {
    if (($1 >= 60)); then printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# An existing configuration is left alone as long as it has what is asked for (`LEGROOM_TESTS:BOOL=ON`):
# ninja itself runs CMake again when a CMakeLists.txt changes.
configured() {
    [[ -f build/$1/build.ninja ]] && grep -qxF "${2:-CMAKE_PROJECT_NAME:STATIC=legroom}" "build/$1/CMakeCache.txt"
}
