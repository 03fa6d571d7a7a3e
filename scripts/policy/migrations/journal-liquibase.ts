/** Liquibase: a changeset (id, author, file) that has run has a checksum; an edited one stops every later update. */
import { commandLine, fromTop } from '../shell-quote.ts'
import type { Brought, Finding } from './brought.ts'

interface Changeset {
  readonly key: string
  readonly body: string
}

/** Changesets of the base stay as they are and in their order; new ones come after them, each with an id of its own. */
export function liquibaseChangesets(brought: Brought): Finding[] {
  return brought.changes
    .map(({ path }) => path)
    .flatMap((path) => {
      const message = firstBroken(
        changesetsOf(brought.baseText(path) ?? ''),
        changesetsOf(brought.text(path) ?? ''),
        brought.base,
      )
      return message === null
        ? []
        : [
            {
              path,
              message,
              ways: [
                commandLine([
                  'git',
                  'restore',
                  `--source=${brought.base}`,
                  '--staged',
                  '--worktree',
                  '--',
                  fromTop(path),
                ]),
                'then add a changeset at the end',
              ],
            },
          ]
    })
}

function firstBroken(before: readonly Changeset[], after: readonly Changeset[], base: string): string | null {
  const lost = before.find(({ key, body }, index) => after[index]?.key !== key || after[index]?.body !== body)
  if (lost) return `changeset ${lost.key} of ${base} is edited, moved or missing: liquibase would stop at its checksum`
  const twice = after.find(({ key }, index) => after.findIndex((other) => other.key === key) !== index)
  return twice ? `changeset ${twice.key} is in it twice` : null
}

const SQL = /^--\s*changeset\s+([^\s:]+):(\S+)[^\n]*\n([\s\S]*?)(?=^--\s*changeset\s|(?![\s\S]))/gim
const XML = /<changeSet\b([^>]*)>([\s\S]*?)<\/changeSet>/g
const YAML = /^\s*-\s*changeSet:\s*\n([\s\S]*?)(?=^\s*-\s*changeSet:|(?![\s\S]))/gm

/** The changesets of a changelog in SQL, XML or YAML, in order; JSON has the YAML's shape too rarely to be read here. */
export function changesetsOf(text: string): Changeset[] {
  const sql = [...text.matchAll(SQL)].map(([, author = '', id = '', body = '']) => ({
    key: `${id}:${author}`,
    body: plain(body),
  }))
  const xml = [...text.matchAll(XML)].map(([, head = '', body = '']) => ({
    key: `${attribute(head, 'id')}:${attribute(head, 'author')}`,
    body: plain(head + body),
  }))
  const yaml = [...text.matchAll(YAML)].map(([, body = '']) => ({
    key: `${entry(body, 'id')}:${entry(body, 'author')}`,
    body: plain(body),
  }))
  return [...sql, ...xml, ...yaml]
}

/** Liquibase's checksum does not see white space either. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function attribute(head: string, name: string): string {
  return new RegExp(`\\b${name}\\s*=\\s*["']([^"']*)["']`).exec(head)?.[1] ?? '?'
}

function entry(body: string, name: string): string {
  return new RegExp(`^\\s*${name}:\\s*["']?([^"'\\n]*?)["']?\\s*$`, 'm').exec(body)?.[1] ?? '?'
}
