/** The git command that is running our hook, for messages and the right way back. Best effort: empty where it is hidden. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Options before the subcommand that take a word of their own. */
const WITH_VALUE = new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--exec-path'])

export interface GitCommand {
  /** `merge`, `reset`, …; empty when it could not be read. */
  readonly subcommand: string
  readonly args: readonly string[]
}

/** Reads the command line of process `pid` (git's, as the stub knows it). */
export function gitCommandOf(pid: number): GitCommand {
  const words = wordsOf(pid)
  let at = 1
  while (words[at]?.startsWith('-')) at += WITH_VALUE.has(words[at] ?? '') ? 2 : 1
  return { subcommand: words[at] ?? '', args: words.slice(at + 1) }
}

function wordsOf(pid: number): string[] {
  if (!Number.isInteger(pid) || pid <= 0) return []
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
  } catch {
    return (
      spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
        .stdout?.trim()
        .split(/\s+/) ?? []
    )
  }
}
