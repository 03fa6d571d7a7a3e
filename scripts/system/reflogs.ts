/** The logs of refs, as git writes them to files: a line an entry, the oldest first. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readIfExists } from './files.ts'
import type { Git } from './git.ts'
import { asked, isInTables } from './head.ts'

/** Of HEAD in a git dir; empty where there is none. */
export function headLog(git: Git, gitDir: string): string {
  if (isInTables(gitDir)) return logInTables(git, gitDir, 'HEAD')
  return readIfExists(join(gitDir, 'logs', 'HEAD')) ?? ''
}

/** Of every branch of the clone; from tables all are in one, which tells no more where each entry came from. */
export function branchLogs(git: Git, commonDir: string): string[] {
  if (isInTables(commonDir)) return [logInTables(git, commonDir, '--branches')]
  const logs = join(commonDir, 'logs', 'refs', 'heads')
  if (!existsSync(logs)) return []
  return readdirSync(logs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readIfExists(join(parentPath, name)) ?? '')
}

function logInTables(git: Git, gitDir: string, which: 'HEAD' | '--branches'): string {
  const newestFirst = asked(git, gitDir, ['log', '--walk-reflogs', '--format=%H%x09%gs', which, '--'])
  const entries = newestFirst.split('\n').filter((line) => line !== '')
  return entries
    .toReversed()
    .map(
      (line, index, lines) => `${oidOf(lines[index - 1]) ?? '0'} ${oidOf(line)} git <> 0 +0000\t${messageOf(line)}\n`,
    )
    .join('')
}

function oidOf(line: string | undefined): string | undefined {
  return line?.slice(0, line.indexOf('\t'))
}

function messageOf(line: string): string {
  return line.slice(line.indexOf('\t') + 1)
}
