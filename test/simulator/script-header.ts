/** The head of a reproduction script: where things are, and the commands that stand for what the simulation does itself. */
export const SCRIPT_HEADER = `#!/bin/sh
# Does what a simulation did, round after round; who is on one round's list works at the same time.
# W: an empty directory. LANEKEEPER: dist/cli.cjs. PROJECT: the checkout of Lanekeeper. PG: postgresql://user@host:port of a
# server that may be broken (psql on PATH); needed only where the lines below name it.
: "\${LANEKEEPER:?}" "\${PROJECT:?}" "\${W:=$(mktemp -d)}" "\${PG:=}"
export W LANEKEEPER PROJECT PG HOME="$W/home" GIT_CONFIG_NOSYSTEM=1 LANEKEEPER_TMUX_SOCKET=simulation TMUX_TMPDIR="$W/home"
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME
mkdir -p "$HOME" "$W/project"
git config --global user.name Test
git config --global user.email test@example.com
write() { mkdir -p "$(dirname "$1")" && printf %s "$2" >"$1"; }
start() { "$@" & }
sql() {
  node -e 'const Database = require("node:module").createRequire(process.argv[1] + "/package.json")("libsql")
    const database = new Database(process.argv[2]); database.exec("PRAGMA busy_timeout=10000"); database.exec(process.argv[3])' "$PROJECT" "$1" "$2"
}`
