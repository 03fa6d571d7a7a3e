/** The one question of a new migration; the rest is known from the task, or said by flags. */
import { migrationWord } from '../../scripts/policy/migrations/stamps.ts'
import type { Question } from '../task/prompts.ts'

export function migrationPrompts(): Question<{ readonly name: string }>[] {
  const validate = (line: string) => migrationWord(line) !== null || 'A few words with letters or digits: add tags'
  return [{ type: 'input', name: 'name', message: 'What does it do, in a few words', validate }]
}
