/**
 * What `npm run new-task` and `npx plop` ask and do. Two generators at least: with a single one plop takes a mistyped
 * name for the first answer and goes on (aesthetics.md section 6).
 */

import { ask } from '../scripts/system/ask.ts'
import { createOutput } from '../scripts/system/output.ts'
import { migrationActions } from './migration/actions.ts'
import { migrationPrompts } from './migration/prompts.ts'
import { projectActions } from './project/actions.ts'
import { projectPrompts } from './project/prompts.ts'
import { taskActions } from './task/actions.ts'
import { taskPrompts } from './task/prompts.ts'

/** What we use of plop's api; its own type needs inquirer's. */
interface Plop {
  setGenerator(name: string, generator: { description: string; prompts: object[]; actions: () => unknown[] }): unknown
  setWelcomeMessage(text: string): void
  inquirer: { createPromptModule(options: { output: NodeJS.WritableStream }): unknown; prompt: unknown }
}

export default function plopfile(plop: Plop): void {
  const out = createOutput(process)
  const session = {
    cwd: process.cwd(),
    env: process.env,
    out,
    isInteractive: process.stdin.isTTY === true,
    confirm: ask,
  }
  // questions are narration: stdout is for the answer
  plop.inquirer = { ...plop.inquirer, prompt: plop.inquirer.createPromptModule({ output: process.stderr }) }
  plop.setWelcomeMessage('What is it to be?')
  plop.setGenerator('task', {
    description: 'A task with its branch and worktree, provisioned and briefed',
    prompts: taskPrompts(session),
    actions: () => taskActions(session),
  })
  plop.setGenerator('migration', {
    description: 'A migration with the right number, for the task whose turn it is',
    prompts: migrationPrompts(),
    actions: () => migrationActions(session),
  })
  plop.setGenerator('project', {
    description: 'A small real project, wired with Lanekeeper',
    prompts: projectPrompts(),
    actions: () => projectActions(session),
  })
}
