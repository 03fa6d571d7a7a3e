import { expect, it } from 'vitest'
import { agentEdits } from '../../../scripts/policy/agent-hooks/adopt.ts'
import { HOOKED_AGENTS } from '../../../scripts/policy/agent-hooks/formats.ts'
import { CODEX_ENVIRONMENT, CURSOR_WORKTREES, HOOKS_FILES } from '../../../scripts/policy/agent-hooks/settings-files.ts'
import { agentFiles, type Fault, filesWithoutOurs } from '../../../scripts/policy/agent-hooks/settings-health.ts'

const { file, entries } = HOOKS_FILES.claude
const whole = agentEdits(['claude'], () => null)[0]?.after ?? ''
const never = () => false

function faultOf(text: string | null, wasOurs = () => true): Fault | null | 'not set up' {
  const found = agentFiles(
    (path) => (path === file ? text : null),
    (path) => path === file && wasOurs(),
  )
  return found.length === 0 ? 'not set up' : (found[0]?.fault ?? null)
}

const altered = (
  change: (data: { hooks: Record<string, { matcher?: string }[]> } & Record<string, unknown>) => void,
) => {
  const data = JSON.parse(whole)
  change(data)
  return JSON.stringify(data, null, 2)
}

it.each<[string, string | null, Fault | null]>([
  ['as init wrote it', whole, null],
  ["with somebody's settings beside it", altered((data) => Object.assign(data, { model: 'opus' })), null],
  ['no file', null, { kind: 'gone' }],
  ['an empty file', ' \n', { kind: 'gone' }],
  ['nothing of ours left', '{"hooks":{"Stop":[{"hooks":[]}]}}', { kind: 'gone' }],
  ['an event that was taken out', altered(({ hooks }) => delete hooks.Stop), { kind: 'missing', events: ['Stop'] }],
  [
    'a matcher that was narrowed',
    altered(({ hooks }) => Object.assign(hooks.PreToolUse?.[0] ?? {}, { matcher: 'Bash' })),
    { kind: 'outdated', events: ['PreToolUse'] },
  ],
  [
    'an event that an older version had',
    altered(({ hooks }) => Object.assign(hooks, { PostToolUse: hooks.Stop })),
    { kind: 'outdated', events: ['PostToolUse'] },
  ],
  ['cut off', whole.slice(0, -20), { kind: 'unreadable' }],
  ['a list', `[${whole}]`, { kind: 'unreadable' }],
  [
    'comments and a trailing comma',
    whole.replace('{', '{ // http://mine\n /* , } */').replace(/\n\}\n$/, ',\n}\n'),
    null,
  ],
  [
    'all hooks switched off',
    altered((data) => Object.assign(data, { disableAllHooks: true })),
    { kind: 'switched-off' },
  ],
])('%s', (_name, text, fault) => {
  expect(faultOf(text)).toEqual(fault)
})

it('an agent that was never set up has no file here, whatever its settings hold', () => {
  expect(faultOf('{"hooks":{"Stop":[]}}', never)).toBe('not set up')
  expect(faultOf(null, never)).toBe('not set up')
  expect(faultOf('{ broken', never)).toBe('not set up')
  // a broken file that names our program was set up, although nobody remembers
  expect(faultOf(whole.slice(0, -20), never)).toEqual({ kind: 'unreadable' })
})

it('what is mended is what init writes, beside what else is there', () => {
  for (const agent of HOOKED_AGENTS) {
    const texts = new Map(agentEdits([agent], () => null).map((edit) => [edit.file, edit.after ?? '']))
    const hooks = HOOKS_FILES[agent].file
    const left = (path: string) => (path === hooks ? '{"mine": 1}\n' : (texts.get(path) ?? null))
    const [found] = agentFiles(left, (path) => path === hooks)
    expect(found).toMatchObject({ agent, fault: { kind: 'gone' } })
    expect(JSON.parse(found?.mended ?? '')).toMatchObject({ mine: 1, ...JSON.parse(texts.get(hooks) ?? '') })
    const well = agentFiles((path) => texts.get(path) ?? null, never)
    expect(well.map((one) => one.fault)).toEqual(well.map(() => null))
  }
  expect(Object.keys(entries).length).toBeGreaterThan(3)
})

it('the worktrees of Cursor and Codex count where we wrote them, and a person’s own are left in peace', () => {
  const cursor = (worktrees: string | null, wasOurs: boolean) =>
    agentFiles(
      (path) => (path === CURSOR_WORKTREES.file ? worktrees : (agentEdits(['cursor'], () => null)[0]?.after ?? null)),
      (path) => wasOurs && path === CURSOR_WORKTREES.file,
    ).find((one) => one.file === CURSOR_WORKTREES.file)
  expect(cursor('{"setup-worktree":["npm ci"]}', false)).toBe(undefined)
  expect(cursor('{"setup-worktree":["npm ci"]}', true)).toMatchObject({ fault: { kind: 'gone' } })
  expect(filesWithoutOurs(new Map([[file, whole]]))).not.toContain(file)
  expect(filesWithoutOurs(new Map([[file, '{}']]))).toEqual(expect.arrayContaining([file, CODEX_ENVIRONMENT.file]))
})
