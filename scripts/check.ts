/** The verdict on a branch, as the gate would give it: for people, agents and CI. */
import { type Command, type Input, type Result, type Session, textOption, usageError } from './command.ts'
import { enter } from './entrance.ts'
import { judgeBranch, judgeRange } from './gate/gate.ts'
import { openRange, type RangeInput } from './gate/range.ts'
import { isCi } from './policy/ci-variables.ts'
import { EXIT, exitStatusOf, LanekeeperError } from './policy/errors.ts'
import type { Policy } from './policy/policy.ts'
import { type Failure, FORMATS, type Format, type Report, reportText } from './policy/report.ts'
import { githubFailure, githubText } from './policy/verdict-github.ts'
import { sarifFailure, sarifOf } from './policy/verdict-sarif.ts'
import { detectBase } from './system/base.ts'
import { branchOf } from './system/head.ts'
import { commitOf } from './system/history.ts'
import { openTasks, policyOfTask } from './system/policy-source.ts'
import { assertGitVersion, openRepository, type Repository } from './system/repository.ts'

export const command: Command = {
  summary:
    'The verdict on a branch: would it land? Exit 0 pass, 1 refuse. With --base in CI too: nothing need be installed.',
  usage: '[<branch>] [--base REF] [--head REF] [--branch NAME] [--format text|json|github|sarif]',
  options: {
    base: {
      type: 'string',
      value: 'REF',
      help: 'Judge against this base, e.g. origin/main; fetched where it is not there',
    },
    head: { type: 'string', value: 'REF', help: 'Judge this commit (with --base: HEAD)' },
    branch: {
      type: 'string',
      value: 'NAME',
      help: "The head's branch, where it is detached (the CI's variables name it)",
    },
    format: { type: 'string', value: 'FORMAT', help: 'text, json, github (annotations) or sarif' },
  },
  positionals: [0, 1],
  examples: [
    'npx lanekeeper check',
    'npx lanekeeper check task/add-auth --json',
    'npx lanekeeper check --base origin/main --head HEAD --format github',
  ],
  run: check,
}

/** What a verdict was reached on, beside the report. */
interface Checked extends Omit<Report, 'door'> {
  /** Only for a range: the commits that it is. */
  readonly range?: { readonly base: string; readonly head: string }
}

async function check(input: Input, session: Session): Promise<Result> {
  const format = formatOf(input, session)
  try {
    return answer(checked(input, session), format, isCi(session.env))
  } catch (error) {
    // --json and text are the caller's to word
    if (!(error instanceof LanekeeperError) || format === 'text' || session.out.isJson) throw error
    session.out.error(error.message, error.hint)
    return failed(error, format)
  }
}

function formatOf(input: Input, { out }: Session): Format {
  const asked = textOption(input, 'format') ?? (out.isJson ? 'json' : 'text')
  const format = FORMATS.find((one) => one === asked)
  if (format === undefined || (out.isJson && format !== 'json'))
    throw usageError(
      format === undefined ? `There is no format "${asked}".` : `--json and --format ${asked} do not go together.`,
      `One of: ${FORMATS.map((one) => `--format ${one}`).join(', ')}`,
    )
  return format
}

function checked(input: Input, session: Session): Checked {
  const [branch] = input.positionals
  const range = { base: textOption(input, 'base'), head: textOption(input, 'head') }
  const named = textOption(input, 'branch')
  if (range.base === undefined && range.head === undefined) return checkedBranch(branch ?? named, session)
  return checkedRange({ base: range.base, head: range.head ?? branch, branch: named ?? branch }, session)
}

function checkedBranch(named: string | undefined, session: Session): Checked {
  const { repository, policy: known } = enter(session, { alarms: false })
  const branch =
    named === undefined
      ? branchOf(repository.git, repository.gitDir)
      : (branchOfTask(repository, known, named) ?? named)
  if (branch === null)
    throw usageError(
      'HEAD is detached: name the branch.',
      'npx lanekeeper check <branch>\nIn CI: npx lanekeeper check --base origin/main --head HEAD',
    )
  const policy = policyOfTask(
    repository,
    known,
    openTasks(known).find((task) => task.branch === branch),
  )
  return { branch, base: policy.base, unjudged: [], ...judgeBranch(repository, policy, branch) }
}

/** A task by its name, as `land` and `review` take it, where no branch has that name. */
function branchOfTask({ git }: Repository, { tasks }: Policy, name: string): string | null {
  const task = tasks.find(({ id }) => id === name)
  if (task === undefined) return null
  return commitOf(git, name) === null ? task.branch : null
}

/** No hooks, no state of ours, no file of the work tree: what stands there is the branch's own. */
function checkedRange(input: RangeInput, session: Session): Checked {
  const repository = openRepository(session.cwd, session.env)
  assertGitVersion(repository.git)
  const { policy, base, head, notes, warnings } = openRange(repository, input, () => detectBase(repository.git))
  for (const note of notes) session.out.note(note)
  for (const warning of warnings) session.out.warn(warning)
  const range = { base: base.commit, head: head.tip }
  return { branch: head.name, base: policy.base, range, ...judgeRange(repository, policy, head) }
}

function answer({ range, ...found }: Checked, format: Format, isJob: boolean): Result {
  const { branch, base, verdict, unjudged } = found
  const report: Report = { ...found, door: isJob || range || format === 'github' ? 'ci' : 'landing' }
  const ok = verdict.verdict === 'pass'
  const json = {
    ok,
    branch,
    base,
    ...(range ? { range } : {}),
    ...verdict,
    ...(unjudged.length > 0 ? { unjudged } : {}),
  }
  const texts: Record<Format, () => string> = {
    text: () => reportText(report),
    json: () => document(json),
    github: () => githubText(report),
    sarif: () => document(sarifOf(report)),
  }
  return { json, text: texts[format](), exit: ok ? EXIT.ok : EXIT.refused }
}

/** A reader of the answer is told on the answer's own channel; a person by the narration. */
function failed(error: LanekeeperError, format: Exclude<Format, 'text'>): Result {
  const failure: Failure = { code: error.code, message: error.message, hint: error.hint }
  const json = { ok: false, error: failure }
  const texts: Record<typeof format, () => string> = {
    json: () => document(json),
    github: () => githubFailure(failure),
    sarif: () => document(sarifFailure(failure)),
  }
  return { json, text: texts[format](), exit: exitStatusOf(error) }
}

function document(value: object): string {
  return JSON.stringify(value, null, 2)
}
