/**
 * Loaded before our bin by a test: ends the process by SIGKILL right after its n-th effect, where effects are saves of
 * the ledger, and names that database files get or lose. `KILL_AFTER` is n.
 */
const fs = require('node:fs')

let left = Number(process.env.KILL_AFTER)
const isLedger = (path) => /\/lanekeeper\/worktrees\/[^/]+\.json$/.test(String(path))
const isDatabase = (path) => /\.db(\.tmp-[0-9a-f]+)?$/.test(String(path))

function counting(name, isEffect) {
  const real = fs[name]
  fs[name] = (...args) => {
    const answer = real(...args)
    if (isEffect(...args) && --left === 0) process.kill(process.pid, 'SIGKILL')
    return answer
  }
}

counting('renameSync', (_, to) => isLedger(to) || isDatabase(to))
counting('linkSync', (_, to) => isDatabase(to))
counting('rmSync', (path) => isLedger(path) || isDatabase(path))
