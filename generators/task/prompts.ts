/** The questions of a new task. Their checks are the policy's own, so a prompt accepts what a flag accepts. */
import type { Session } from '../../scripts/command.ts'
import { type AnswerFacts, checks, freeId, type RawAnswers, type Validity } from '../../scripts/policy/task-answers.ts'
import { defaultBranch } from '../../scripts/policy/task-draft.ts'
import { answerFacts } from '../../scripts/tasks/facts.ts'

/** A question as inquirer takes it. */
export interface Question<Answers> {
  readonly type: 'input'
  readonly name: keyof Answers & string
  readonly message: string
  readonly default?: string | ((answers: Answers) => string)
  readonly validate: (line: string) => Validity
}

/** The questions; the repository is looked at when the first is asked, so that loading the plopfile cannot fail. */
export function taskPrompts(session: Session): Question<RawAnswers>[] {
  let facts: AnswerFacts | undefined
  const known = () => {
    facts ??= answerFacts(session)
    return facts
  }
  const question = (
    name: keyof RawAnswers,
    message: string,
    fallback?: Question<RawAnswers>['default'],
  ): Question<RawAnswers> => ({
    type: 'input',
    name,
    message,
    ...(fallback === undefined ? {} : { default: fallback }),
    validate: (line) => checks[name](line, known()),
  })
  return [
    question('title', 'Title: what is to be done, in one line'),
    question('id', 'Short id', ({ title }) => freeId(title, known().tasks)),
    question('branch', 'Branch', ({ id }) => defaultBranch(known().settings, id)),
    question('base', 'Base: starts from and lands on', () => known().base),
    question('allow', 'May change (paths or patterns, comma or space between)'),
    question('deny', 'Must not change though the above covers it (may be empty)'),
    question('shared', 'Shared files it may change too (may be empty, e.g. package.json)'),
    question('steps', 'Steps of the brief, semicolons between (may be empty)'),
    question('context', 'Background for the agent (may be empty)'),
    question('dependsOn', 'Ids of tasks that must land first (may be empty)'),
    question(
      'migrations',
      'Owns the migrations of which database (empty: none; tables of it may follow: dev users posts)',
    ),
    question('agent', 'Agent (none, claude, codex, …)', 'none'),
  ]
}
