/** The `sqlite3` command as an engine: one process a task, since each costs as much as the copy of a small database. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { BUSY_TIMEOUT_MS, checkOf, type SqliteEngine, TO_WAL, untilFree, vacuumInto } from './driver.ts'

const OPTIONS = ['-batch', '-bail', '-init', '/dev/null']

/** The command of this machine, or null. */
export function commandEngine({ env }: { readonly env: NodeJS.ProcessEnv }): SqliteEngine | null {
  if (!isOnPath('sqlite3', env)) return null
  const run = (options: readonly string[], file: string, commands: readonly string[]) => {
    if (!existsSync(file)) throw new Error(`unable to open database file ${file}`)
    const words = [...OPTIONS, ...options, '-cmd', `.timeout ${BUSY_TIMEOUT_MS}`, file, ...commands]
    const { status, stdout, stderr } = spawnSync('sqlite3', words, { env, maxBuffer: 1024 ** 3 })
    if (status === 0) return String(stdout).trimEnd()
    const said = String(stderr ?? '').trim()
    throw new Error(said.split('\n').at(-1) || `sqlite3 exited ${status}`)
  }
  const read = (file: string, commands: readonly string[]) => run(['-readonly'], file, commands)
  return {
    name: 'sqlite3',
    // `.open` makes a new connection, which may write: -readonly is for the source alone
    copy: (source, target, { wal }) => {
      const onCopy = [`.open ${JSON.stringify(target)}`, ...(wal ? [TO_WAL] : []), checkOf(source)]
      return lastLine(read(source, [vacuumInto(target), ...onCopy]))
    },
    check: (file) => lastLine(read(file, [checkOf(file)])),
    value: (file, query) => read(file, [query]),
    refill: (file, from) => {
      // what is not there would be made, and the file emptied
      if (from !== null && !existsSync(from)) throw new Error(`unable to open database file ${from}`)
      untilFree(() => run([], file, [restoreOf(from)]))
    },
  }
}

/** SQLite's backup in the other direction: one transaction on the file, as sound for its connections as our own way. */
function restoreOf(from: string | null): string {
  return `.restore ${JSON.stringify(from ?? ':memory:')}`
}

function lastLine(said: string): string {
  return said.split('\n').at(-1) ?? ''
}

function isOnPath(name: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  return PATH.split(delimiter).some((dir) => dir !== '' && existsSync(join(dir, name)))
}
