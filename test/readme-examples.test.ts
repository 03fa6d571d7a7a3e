/** The README's examples of databases and migrations are settings that we accept, and lines that `sh` can read. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PRESETS } from '../scripts/policy/migrations/presets.ts'
import { parseSettings } from '../scripts/policy/settings.ts'
import { PROJECT_ROOT } from './support/repository.ts'

const page = readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8')
const section = page.slice(page.indexOf('\n## Databases\n'), page.indexOf('\n## Migrations\n'))
const blocks = [...section.matchAll(/```jsonc\n([\s\S]*?)```/g)].map(([, text]) => text ?? '')
const examples = blocks.flatMap((block) => block.split(/^\/\/.*\n/m).filter((text) => text.trim() !== ''))

/** A remark at the end of a line. In a URL there is no space before the slashes. */
function withoutRemarks(example: string): string {
  return example.replace(/ \/\/ .*$/gm, '')
}

/** An example is all of `databases`, an entry of it, or the commands of one. */
function settingsOf(example: string) {
  const entry = JSON.parse(`{${withoutRemarks(example)}}`) as Record<string, unknown>
  if ('databases' in entry) return parseSettings(JSON.stringify(entry), 'README.md').databases
  const databases = 'command' in entry ? { dev: { provider: 'command', vars: ['URL'], ...entry } } : entry
  return parseSettings(JSON.stringify({ databases }), 'README.md').databases
}

it('there is one for every kind of database', () => {
  const providers = examples.flatMap((example) => Object.values(settingsOf(example)).map(({ provider }) => provider))
  expect(new Set(providers)).toEqual(
    new Set([...providers, 'sqlite', 'postgres', 'neon', 'planetscale', 'turso', 'command']),
  )
})

it.each(examples)('%s', (example) => {
  const [database] = Object.values(settingsOf(example))
  const lines = Object.values(database?.command ?? {}).filter((line) => line !== undefined)
  expect(database?.provider === 'command' ? lines.length : 3).toBeGreaterThanOrEqual(3)
  for (const line of lines)
    expect(spawnSync('sh', ['-n', '-c', line], { encoding: 'utf8' })).toMatchObject({ status: 0 })
})

it('the migrations’ example is accepted, and every preset is named', () => {
  const migrations = page.slice(page.indexOf('\n## Migrations\n'), page.indexOf('\n## Limits'))
  const [, text = ''] = /```jsonc\n([\s\S]*?)```/.exec(migrations) ?? []
  expect(parseSettings(`{${text}}`, 'README.md').migrations).toMatchObject([{ preset: 'drizzle', mode: 'lease' }])
  const [, list = ''] = /Presets: ([\s\S]*?)\. `init`/.exec(migrations) ?? []
  const named = list.replace(/\(.*?\)|`|and|for numbered files/g, '').split(',')
  expect(named.flatMap((name) => name.trim().split(/\s+/)).sort()).toEqual(PRESETS.map(({ id }) => id).sort())
})
