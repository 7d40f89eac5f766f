#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# A campaign of three stages on three hosts, each of which is a network namespace of this machine:
# it must give the bits of a run in one process; with the link of one host cut in the middle, and
# with one host's processes gone, it must end by itself within 60 s, with a code that is not 0 and a
# message. A cut of two seconds must do no harm.
# Where namespaces are not allowed it says so and runs the same over the loopback device, with a
# daemon of its own for each host; no link can be cut there, so a daemon is stopped instead.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/faults/campaign.sh
. "$here/campaign.sh"
# shellcheck source=launch/mpi_environment.sh
. "$here/../../launch/mpi_environment.sh"

if (($# < 1)); then
    echo "usage: tests/faults/three_hosts.sh PROGRAM [--loopback]" >&2
    exit 2
fi
athanor=$(realpath "$1") || exit 2
longest_seconds=60
folder=$(mktemp -d)
id=$$ # several of these may run at once
net=10.$((id / 250 % 250 + 1)).$((id % 250 + 1))
namespaces=true

hosts_down() {
    local i
    for i in 1 2 3; do
        ip netns pids "ath$id-$i" 2> /dev/null | xargs -r kill -9
        ip netns del "ath$id-$i" 2> /dev/null
        ip link del "ath$id.$i" 2> /dev/null
    done
    ip link del "ath$id" 2> /dev/null
}
hosts_up() {
    ip link add "ath$id" type bridge && ip addr add "$net.254/24" dev "ath$id" &&
        ip link set "ath$id" up || return 1
    local i
    for i in 1 2 3; do
        ip netns add "ath$id-$i" &&
            ip link add "ath$id.$i" type veth peer name eth0 netns "ath$id-$i" &&
            ip link set "ath$id.$i" master "ath$id" up &&
            ip -n "ath$id-$i" link set lo up &&
            ip -n "ath$id-$i" addr add "$net.$i/24" dev eth0 &&
            ip -n "ath$id-$i" link set eth0 up || return 1
    done
    unshare -u true
}
clean_up() {
    "$namespaces" && hosts_down 2> /dev/null
    rm -rf "$folder"
}
trap clean_up EXIT

[[ "${2:-}" == --loopback ]] && namespaces=false
if "$namespaces" && ! hosts_up > "$folder/why" 2>&1; then
    hosts_down 2> /dev/null
    echo "network namespaces are not allowed here ($(tail -n 1 "$folder/why")):" \
        "the same over loopback, with a daemon for each host"
    namespaces=false
fi

# Stand-in for ssh, to a namespace with a host name of its own, or to this machine.
cat > "$folder/remote_shell" << 'END'
#!/bin/bash
while [[ "$1" == -* ]]; do shift; done
host=$1
shift
if [[ "$ATHANOR_TEST_NET" == none ]]; then
    # Daemons of one job would share their folder, which has the name of the machine.
    export TMPDIR=$ATHANOR_TEST_FOLDER/$host
    mkdir -p "$TMPDIR"
    exec /bin/sh -c "$*"
fi
namespace=ath$ATHANOR_TEST_ID-${host##*.}
exec unshare -u -- bash -c 'hostname "host${1##*-}"; ns=$1; shift
exec ip netns exec "$ns" /bin/sh -c "$*"' _ "$namespace" "$@"
END
chmod +x "$folder/remote_shell"

athanor_mpi_environment 3
export ATHANOR_TEST_ID=$id ATHANOR_TEST_NET=$net ATHANOR_TEST_FOLDER=$folder
export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent="$folder/remote_shell"
# The times after which mpirun takes a host for lost; launch/mpi_environment.sh has those for use.
export OMPI_MCA_oob_tcp_keepalive_time=2 OMPI_MCA_oob_tcp_keepalive_intvl=1
export OMPI_MCA_oob_tcp_keepalive_probes=2
if "$namespaces"; then
    sed "s/^node/$net./; s/slots=2/slots=1/" "$here/../../launch/examples/hosts.txt" \
        > "$folder/hosts"
    export OMPI_MCA_oob_tcp_if_include=$net.0/24 OMPI_MCA_btl_tcp_if_include=$net.0/24
    first_host=(ip netns exec "ath$id-1")
else
    printf 'athanor-host%d slots=1\n' 1 2 3 > "$folder/hosts"
    export ATHANOR_TEST_NET=none OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_btl_tcp_if_include=lo
    export OMPI_MCA_orte_keep_fqdn_hostnames=1
    first_host=()
fi

make_campaign "$folder" 3 12 400
cp "$folder/campaign.json" "$folder/short.json"
make_campaign "$folder" 3 12 100000000
mv "$folder/campaign.json" "$folder/endless.json"
failed=0
check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        sed 's/^/    /' "$here_now/log"
        failed=1
    fi
}
run=0
# launch CONFIG [STALL_TIMEOUT]: starts the job in a folder of its own, $here_now; its process is
# $launcher.
launch() {
    run=$((run + 1))
    here_now=$folder/run$run
    mkdir "$here_now"
    cp "$folder/in.extxyz" "$folder/$1" "$folder/hosts" "$here_now"
    (cd "$here_now" && exec "${first_host[@]}" timeout -k 5 150 mpirun --hostfile hosts -n 3 \
        "$athanor" run "$1" --progress off --set "/stall_timeout_seconds=${2:-3}" > log 2>&1) &
    launcher=$!
}
wait_for_rows() {
    local turn
    for ((turn = 0; turn < 300; ++turn)); do
        [[ -s "$here_now/out/md_1.csv" ]] && return 0
        sleep 0.1
    done
    echo "no stage wrote its log within 30 s"
    return 1
}
digest() { # what is in the stores, whichever order rows came in
    local store frames="$folder/frames.extxyz"
    for store in "$here_now"/out/{done,trajectory}.zarr; do
        "$athanor" convert "$store" "$frames" --overwrite || return
        awk 'left == 0 { if (frame != "") print frame; left = $1 + 1; frame = $0; next }
             { --left; frame = frame "|" $0 } END { print frame }' "$frames" | sort
    done
}
# Without the row of the batch, which depends on who came when.
logs() { cut -d, -f1,3- "$here_now/out/md_1.csv" "$here_now/out/md_2.csv" | sort; }

# fault NAME COMMAND...: a job that does not end by itself, a fault, and the end.
fault() {
    local name=$1 code begin
    shift
    launch endless.json
    check "$name: the campaign works" wait_for_rows
    sleep 1
    "$@"
    begin=$SECONDS
    wait "$launcher"
    code=$?
    check "$name: it ended with a code that is not 0 ($code)" test "$code" -ne 0
    check "$name: by itself, after $((SECONDS - begin)) s" \
        test $((SECONDS - begin)) -lt "$longest_seconds" -a "$code" -ne 124
    check "$name: the stores open" stores_open "$here_now/out"
}
cut_link() { ip link set "ath$id.$1" down; }
mend_link() { ip link set "ath$id.$1" up; }
lose_host() { ip netns pids "ath$id-$1" | xargs -r kill -9; }
# Within some time, by itself. The daemon of a host that is cut off goes when the link is back.
no_rank_is_left() {
    local turn pid left
    for ((turn = 0; turn < 10 * longest_seconds; ++turn)); do
        left=
        for pid in $(ip netns pids "ath$id-$1"); do
            [[ "$(readlink "/proc/$pid/exe")" == "$athanor" ]] && left+=" $pid"
        done
        [[ -z "$left" ]] && return 0
        sleep 0.1
    done
    echo "still there: $left"
    return 1
}
names_the_rank() { grep -qE "athanor: rank [0-9]+: rank $1 .*is silent" "$here_now/log"; }
dumps_channels() {
    grep -qE 'athanor: rank [0-9]+: channel [0-9]+ .*slots occupied' "$here_now/log"
}
pid_of_rank() { ranks_below "$launcher" | sed -n "s/ $1\$//p"; }
stop_rank() { kill -STOP "$(pid_of_rank "$1")"; }
kill_daemon() { # of the rank's host
    local daemon
    daemon=$(awk '/^PPid/ { print $2 }' "/proc/$(pid_of_rank "$1")/status")
    kill -9 "$daemon" "$(pid_of_rank "$1")"
}

launch short.json
wait "$launcher"
check "three hosts: the campaign ends with code 0" test $? -eq 0
digest > "$folder/digest" 2>> "$here_now/log"
logs > "$folder/logs"
(cd "$here_now" && "$athanor" run short.json --overwrite --progress off \
    --set /stall_timeout_seconds=3 > log 2>&1)
check "three hosts: the bits of one process" test \
    "$(digest | sha256sum)$(logs | sha256sum)" == \
    "$(sha256sum < "$folder/digest")$(sha256sum < "$folder/logs")"

# What a dry run says of three hosts, and ranks with another configuration there.
if "$namespaces"; then
    here_now=$folder/dry
    mkdir "$here_now"
    cp "$folder/in.extxyz" "$folder/short.json" "$folder/hosts" "$here_now"
    sed 's/"seed": 3/"seed": 4/' "$here_now/short.json" > "$folder/other.json"
    cat > "$here_now/rank" << END
#!/bin/sh
# The file is another one on the third host.
[ "\$(hostname)" != host3 ] || mount --bind "$folder/other.json" short.json
exec "$athanor" run short.json --progress off
END
    chmod +x "$here_now/rank"
    (cd "$here_now" && "${first_host[@]}" timeout 60 mpirun --hostfile hosts -n 3 "$athanor" run \
        short.json --dry-run > log 2>&1)
    check "dry run: ends with code 0" test $? -eq 0
    # The first one is where mpirun runs, which has kept its name.
    check "dry run: names the hosts" test \
        "$(grep -oE '^  [12] +host[123]$' "$here_now/log" | tr -s ' ' | tr '\n' ';')" == \
        " 1 host2; 2 host3;"
    check "dry run: writes nothing" test ! -e "$here_now/out"
    (cd "$here_now" && "${first_host[@]}" timeout 60 mpirun --hostfile hosts -n 3 unshare -m \
        ./rank > log 2>&1)
    check "another file on a host: ends with code 2" test $? -eq 2
    check "another file on a host: is named" \
        grep -q 'rank 2 (host host3) has the checksum of short.json' "$here_now/log"
fi

if "$namespaces"; then
    # TCP waits twice as long each time that it tries again, which may be more than 3 s.
    launch endless.json 20
    check "a cut of two seconds: the campaign works" wait_for_rows
    cut_link 3
    sleep 1.5
    mend_link 3
    sleep 5
    check "a cut of two seconds: the campaign goes on" kill -0 "$launcher"
    kill -TERM "$launcher"
    wait "$launcher"

    fault "link cut" cut_link 3
    check "link cut: the rank is named" names_the_rank 2
    check "link cut: with the state of channels" dumps_channels
    check "link cut: no rank goes on behind it" no_rank_is_left 3
    lose_host 3
    mend_link 3
    sleep 3
    fault "host gone" lose_host 2
else
    fault "rank stopped" stop_rank 2
    check "rank stopped: it is named" names_the_rank 2
    check "rank stopped: with the state of channels" dumps_channels
    fault "daemon gone" kill_daemon 2
fi
exit "$failed"
