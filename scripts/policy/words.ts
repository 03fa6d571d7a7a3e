/**
 * A command line from the settings, split into words as a POSIX shell would, and nothing more: `launch` starts programs
 * without a shell, so whatever only a shell could do is an error here rather than a surprise in an agent's window.
 */
import { LanekeeperError } from './errors.ts'

/**
 * The words of a command line: single quotes, double quotes and backslashes work; there is no expansion.
 * @param where how an error names the line, e.g. `agents.claude.command`
 * @throws `settings` for an open quote and for anything that needs a shell (`|`, `<`, `$HOME`, …)
 */
export function splitWords(line: string, where: string): string[] {
  const words: string[] = []
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line[at] ?? '')) at += 1
    else {
      const [word, end] = wordAt(line, at, where)
      words.push(word)
      at = end
    }
  }
  if (words.length === 0) throw broken(where, 'is empty')
  return words
}

function wordAt(line: string, start: number, where: string): [string, number] {
  let word = ''
  let at = start
  while (at < line.length && !/\s/.test(line[at] ?? '')) {
    const [piece, end] = pieceAt(line, at, where)
    word += piece
    at = end
  }
  return [word, at]
}

function pieceAt(line: string, at: number, where: string): [string, number] {
  const char = line[at] ?? ''
  if (char === "'") return singleQuoted(line, at, where)
  if (char === '"') return doubleQuoted(line, at, where)
  if (char === '\\') {
    if (at + 1 === line.length) throw broken(where, 'ends with a backslash')
    return [line[at + 1] ?? '', at + 2]
  }
  if (/[|&;<>()$`]/.test(char)) throw needsShell(where, char)
  return [char, at + 1]
}

function singleQuoted(line: string, start: number, where: string): [string, number] {
  const end = line.indexOf("'", start + 1)
  if (end === -1) throw broken(where, "has a ' without its partner")
  return [line.slice(start + 1, end), end + 1]
}

/** Between double quotes a backslash escapes only what POSIX says it does: `$`, a backtick, `"` and itself. */
function doubleQuoted(line: string, start: number, where: string): [string, number] {
  let text = ''
  for (let at = start + 1; at < line.length; at += 1) {
    const char = line[at] ?? ''
    if (char === '"') return [text, at + 1]
    if (/[$`]/.test(char)) throw needsShell(where, char)
    if (char === '\\' && /[$`"\\]/.test(line[at + 1] ?? '')) at += 1
    text += line[at] ?? ''
  }
  throw broken(where, 'has a " without its partner')
}

function needsShell(where: string, char: string): LanekeeperError {
  return broken(where, `holds ${char}, which needs a shell, and none is used`, `Quote it, or: sh -c '…' -- {{brief}}`)
}

function broken(where: string, what: string, hint?: string): LanekeeperError {
  return new LanekeeperError('settings', `lanekeeper.json: "${where}" ${what}.`, {
    hint: hint ?? 'Example: claude "Read {{brief}} in this directory and carry it out."',
  })
}
