import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agentEdits, agentNotes, withoutAgentPart } from '../../../scripts/policy/agent-hooks/adopt.ts'
import { HOOKED_AGENTS, hookedAgentsIn } from '../../../scripts/policy/agent-hooks/formats.ts'
import { hookLineOf, isOurHook } from '../../../scripts/policy/agent-hooks/hook-lines.ts'
import { withHooks, withoutHooks } from '../../../scripts/policy/agent-hooks/merge-hooks.ts'
import { AGENT_FILES, HOOKS_FILES } from '../../../scripts/policy/agent-hooks/settings-files.ts'

const { claude, cursor } = HOOKS_FILES
const theirs = { hooks: [{ type: 'command', command: './mine.sh' }], matcher: 'Bash' }

describe('hooks are put into a settings file and taken out without a trace', () => {
  it.each<[string, string]>([
    ['without hooks', '{\n  "model": "opus"\n}\n'],
    ['with tabs, and no newline at the end', '{\n\t"model": "opus"\n}'],
    ['with CRLF', '{\r\n  "model": "opus"\r\n}\r\n'],
    ['on one line', '{"a":1}'],
    ['empty', '{}\n'],
    [
      "with somebody's hooks",
      `${JSON.stringify({ hooks: { PreToolUse: [theirs], Other: [theirs] }, z: [1] }, null, 4)}\n`,
    ],
    ["with somebody's hooks on one line", JSON.stringify({ hooks: { PreToolUse: [theirs] } })],
  ])('%s', (_, text) => {
    const merged = withHooks(text, claude) ?? ''
    const { hooks } = JSON.parse(merged)
    expect(Object.keys(hooks)).toEqual(expect.arrayContaining(Object.keys(claude.entries)))
    expect(hooks.PreToolUse.at(-1)).toEqual(claude.entries.PreToolUse)
    expect(withHooks(merged, claude)).toBe(merged)
    expect(withoutHooks(merged)).toBe(text)
  })

  it('whatever else the file holds', () => {
    const json = fc.dictionary(fc.constantFrom('a', 'b', 'model', 'permissions'), fc.jsonValue())
    const hooks = fc.dictionary(
      fc.constantFrom('PreToolUse', 'Stop', 'X'),
      fc.array(fc.constant(theirs), { minLength: 1 }),
    )
    fc.assert(
      fc.property(json, hooks, fc.constantFrom<(string | undefined)[]>(undefined, '  ', '\t'), (data, own, unit) => {
        const text = JSON.stringify(Object.keys(own).length > 0 ? { ...data, hooks: own } : data, null, unit)
        const merged = withHooks(text, claude) ?? ''
        expect(withHooks(merged, claude)).toBe(merged)
        expect(withoutHooks(merged)).toBe(text)
      }),
      { numRuns: 30 },
    )
  })
})

it('a file that is not there is made whole', () => {
  expect(JSON.parse(withHooks(null, cursor) ?? '')).toEqual({
    version: 1,
    hooks: Object.fromEntries(Object.entries(cursor.entries).map(([event, entry]) => [event, [entry]])),
  })
})

it('an entry of an older version of ours is replaced, and one of an event we left goes', () => {
  const old = { matcher: 'Write', hooks: [{ type: 'command', command: hookLineOf('PreToolUse', 'claude') }] }
  const merged = JSON.parse(
    withHooks(JSON.stringify({ hooks: { PreToolUse: [old, theirs], Gone: [old] } }), claude) ?? '',
  )
  expect(merged.hooks.PreToolUse).toEqual([theirs, claude.entries.PreToolUse])
  expect(merged.hooks.Gone).toBeUndefined()
})

it("somebody's hook in a group with ours stays", () => {
  const [ours] = (claude.entries.Stop as { hooks: object[] }).hooks
  const text = JSON.stringify({ hooks: { Stop: [{ hooks: [ours, ...theirs.hooks] }] } })
  expect(JSON.parse(withoutHooks(text))).toEqual({ hooks: { Stop: [{ hooks: theirs.hooks }] } })
})

it.each([
  ['comments', '{\n  // mine\n}'],
  ['another shape', '{"hooks":[]}'],
  ['no object', '[]'],
])('a file with %s is left to a person', (_, text) => {
  expect(withHooks(text, claude)).toBeNull()
  expect(withoutHooks(text)).toBe(text)
  const notes = agentNotes(['claude'], [], () => text)
  expect(notes).toEqual([expect.stringContaining('.claude/settings.json is not ours to edit')])
})

describe("Cursor's own worktrees are set up", () => {
  const worktrees = (text: string | null) =>
    agentEdits(['cursor'], (file) => (file === '.cursor/worktrees.json' ? text : null)).find(({ file }) =>
      file.endsWith('worktrees.json'),
    )?.after
  it.each<[string, string, string]>([
    ['beside a list of commands', '{"setup-worktree": ["npm ci"]}', 'setup-worktree'],
    [
      'where the system has a list of its own',
      '{\n  "setup-worktree-unix": [\n    "a"\n  ]\n}\n',
      'setup-worktree-unix',
    ],
    ['in a file with other things', '{\n  "x": 1\n}\n', 'setup-worktree'],
  ])('%s', (_, text, key) => {
    const after = worktrees(text) ?? ''
    expect(JSON.parse(after)[key].at(-1)).toContain('npx lanekeeper setup "$w"')
    expect(worktrees(after)).toBe(after)
    expect(withoutAgentPart('.cursor/worktrees.json', after)).toBe(text)
  })

  it('a script of the project’s is a person’s to change', () => {
    expect(worktrees('{"setup-worktree": "./setup.sh"}')).toBeNull()
    expect(JSON.parse(worktrees(null) ?? '')).toEqual({
      'setup-worktree': [expect.stringContaining('lanekeeper setup')],
    })
  })
})

it('every agent gets its file, and a second plan changes nothing', () => {
  const edits = agentEdits(HOOKED_AGENTS, () => null)
  expect(edits.map(({ file }) => file).sort()).toEqual([...AGENT_FILES].sort())
  const texts = new Map(edits.map(({ file, after }) => [file, after]))
  for (const { file, after } of agentEdits(HOOKED_AGENTS, (name) => texts.get(name) ?? null))
    expect(after).toBe(texts.get(file))
})

it('agents whose files are in the project are proposed, until they are hooked', () => {
  const files = ['.claude/commands/x.md', 'GEMINI.md', '.github/workflows/ci.yml']
  expect(agentNotes([], files, () => null)).toEqual([expect.stringContaining('init --agents claude,gemini')])
  expect(agentNotes(['claude', 'gemini'], files, () => null)).toEqual([])
  expect(agentNotes(['claude', 'gemini'], files, () => null, new Set(['.claude/settings.json']))).toEqual([
    expect.stringContaining('git ignores .claude/settings.json'),
  ])
})

it('an agent whose hooks nobody knows is named', () => {
  expect(hookedAgentsIn('claude, codex claude')).toEqual(['claude', 'codex'])
  expect(() => hookedAgentsIn('claude,amp')).toThrow('There are no hooks for "amp"')
})

it('our entries are known by their command', () => {
  expect(isOurHook(claude.entries.Stop)).toBe(true)
  expect(isOurHook({ command: 'lanekeeper/agent-hook' })).toBe(false)
})
