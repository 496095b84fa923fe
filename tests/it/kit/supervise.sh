#!/bin/sh
# Runs epmd and one RabbitMQ node, and obeys single words on standard input. When that closes, because the
# tests ended or were killed, all is killed: nothing is left behind.
set -u
node=
start() {
    # the server replaces this child: its process id is the node's
    RUNNING_UNDER_SYSTEMD=1 "$RABBITMQ_SERVER" </dev/null >>"$KIT_DIR/node.out" 2>&1 3>&- &
    node=$!
    echo "node $node"
}
await_end() {
    wait "$node" 2>/dev/null
    node=
}
"$EPMD" -port "$ERL_EPMD_PORT" -address 127.0.0.1 </dev/null >/dev/null 2>&1 &
epmd=$!
start
while read -r word; do
    case "$word" in
        kill) kill -9 "$node"; await_end; echo killed ;;
        stop) kill -TERM "$node"; await_end; echo stopped ;;
        freeze) kill -STOP "$node"; echo frozen ;;
        thaw) kill -CONT "$node"; echo thawed ;;
        start) start ;;
    esac
done
[ -n "$node" ] && kill -9 "$node"
kill -9 "$epmd"
rm -rf "$KIT_DIR"
