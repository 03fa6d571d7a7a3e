/** Our verbs without a process of their own, for stories of hundreds of them. What a terminal sees is other tests' business. */
import { expect } from 'vitest'
import type { Command } from '../../scripts/command.ts'
import { createOutput } from '../../scripts/system/output.ts'
import type { TestRepository } from './repository.ts'

/** Runs a verb, which succeeds. @param words without options */
export async function runVerb(
  { root, env }: Pick<TestRepository, 'root' | 'env'>,
  command: Command,
  words: readonly string[],
  cwd = root,
): Promise<void> {
  const said: string[] = []
  const sink = { write: (text: string) => said.push(text) }
  const out = createOutput({ stdout: sink, stderr: sink, env })
  const session = { cwd, env, out, isInteractive: false, confirm: async () => false }
  const { json, text } = await command.run({ values: {}, positionals: words, rest: [] }, session)
  expect(json.ok, [...said, text].join('')).toBe(true)
}
