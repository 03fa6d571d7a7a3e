/**
 * The shape of the code, held by a test: imports point one way (entries → flows → policy and system; system → policy),
 * there is no cycle, every third-party package has one door, policy is pure, and no file or page outgrows its ceiling.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT_ROOT } from './support/repository.ts'

type Layer = 'entry' | 'flow' | 'policy' | 'system' | 'template'

interface Import {
  readonly from: string
  /** A path below the project for our own files, else the package's name. */
  readonly to: string
  readonly isOurs: boolean
}

/** What each layer may import of ours. */
const MAY_IMPORT: Readonly<Record<Layer, readonly Layer[]>> = {
  entry: ['flow', 'policy', 'template', 'entry'],
  flow: ['flow', 'policy', 'system', 'template'],
  system: ['system', 'policy', 'template'],
  policy: ['policy', 'template'],
  template: [],
}

/** The composition roots: they open the doors and hand them on. */
const ROOTS: Readonly<Record<string, readonly string[]>> = {
  'scripts/cli.ts': ['scripts/system/output.ts', 'scripts/system/ask.ts'],
  'generators/plopfile.ts': ['scripts/system/output.ts', 'scripts/system/ask.ts'],
  'hooks/context.ts': [
    'scripts/system/git-process.ts',
    'scripts/system/policy-source.ts',
    'scripts/system/repository.ts',
  ],
}
const MAX_LINES = 200
const MAX_PAGE_LINES: Readonly<Record<string, number>> = { 'AGENTS.md': 60, 'README.md': 400 }

const files = ['hooks', 'generators', 'scripts'].flatMap((folder) => sourcesBelow(folder))
const imports = files.flatMap(importsOf)

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => normalize(join(folder, name)))
}

function read(file: string): string {
  return readFileSync(join(PROJECT_ROOT, file), 'utf8')
}

function importsOf(from: string): Import[] {
  const pattern = /(?:^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*|^\s*import\s*|\bimport\()['"]([^'"]+)['"]/gm
  return [...read(from).matchAll(pattern)].map(([, target = '']) =>
    target.startsWith('.')
      ? { from, to: normalize(join(dirname(from), target)), isOurs: true }
      : { from, to: packageOf(target), isOurs: false },
  )
}

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name)
}

function layerOf(file: string): Layer {
  if (file.startsWith('templates/')) return 'template'
  if (file.startsWith('scripts/policy/')) return 'policy'
  if (file.startsWith('scripts/system/')) return 'system'
  if (file.startsWith('hooks/') || file.startsWith('generators/') || file === 'scripts/cli.ts') return 'entry'
  return 'flow'
}

/** The first cycle that starts at `file`, as the files along it. */
function cycleFrom(file: string, trail: readonly string[], done: Set<string>): string[] | null {
  if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
  if (done.has(file)) return null
  for (const { to } of imports.filter(({ from, isOurs }) => isOurs && from === file)) {
    const cycle = cycleFrom(to, [...trail, file], done)
    if (cycle) return cycle
  }
  done.add(file)
  return null
}

test('there is something to look at', () => {
  expect(files.length).toBeGreaterThan(40)
  expect(imports.length).toBeGreaterThan(files.length)
})

test('imports point one way', () => {
  const upward = imports
    .filter(({ isOurs }) => isOurs)
    .filter(({ from, to }) => !MAY_IMPORT[layerOf(from)].includes(layerOf(to)) && !ROOTS[from]?.includes(to))
    .map(({ from, to }) => `${from} → ${to}`)
  expect(upward).toEqual([])
})

test('every import of ours names an existing file, ending and all', () => {
  const missing = imports.filter(({ isOurs, to }) => isOurs && !existsSync(join(PROJECT_ROOT, to)))
  expect(missing.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
})

test('no file imports itself around a corner', () => {
  const done = new Set<string>()
  expect(files.map((file) => cycleFrom(file, [], done)).filter((cycle) => cycle !== null)).toEqual([])
})

test('each third-party package has one door', () => {
  const users = new Map<string, Set<string>>()
  for (const { from, to, isOurs } of imports)
    if (!isOurs && !isBuiltin(to)) users.set(to, (users.get(to) ?? new Set()).add(from))
  expect(users.size).toBeGreaterThan(2)
  const several = [...users].filter(([, doors]) => doors.size > 1)
  expect(several.map(([name, doors]) => `${name}: ${[...doors].join(', ')}`)).toEqual([])
})

test('policy is pure: no Node, no process, no clock, no chance', () => {
  const impure = /\bprocess\.|\bDate\.now\b|new Date\(\)|\bMath\.random\b|\bfetch\(|\bset(?:Timeout|Interval)\b/
  const rules = files.filter((file) => layerOf(file) === 'policy')
  expect(rules.length).toBeGreaterThan(5)
  const broken = rules.filter((file) => impure.test(withoutComments(read(file))))
  const usesNode = imports.filter(({ from, to }) => layerOf(from) === 'policy' && isBuiltin(to))
  expect([...broken, ...usesNode.map(({ from, to }) => `${from} → ${to}`)]).toEqual([])
})

test('only the output door writes to the terminal, and nothing exits the process', () => {
  const said = files.filter((file) => /\bconsole\.\w+\(|\bprocess\.exit\(/.test(withoutComments(read(file))))
  expect(said).toEqual([])
})

test('no default exports but what a tool asks for, and no drawer for odds and ends', () => {
  const drawers = files.filter((file) => /(?:^|\/)(?:utils?|helpers?|common|misc|index)\.ts$/.test(file))
  const defaults = files.filter((file) => file !== 'generators/plopfile.ts' && /^export default /m.test(read(file)))
  expect([...drawers, ...defaults]).toEqual([])
})

test('no file and no page outgrows its ceiling', () => {
  const ceilings = [
    ...files.map((file) => [file, MAX_LINES] as const),
    ...Object.entries(MAX_PAGE_LINES).filter(([page]) => existsSync(join(PROJECT_ROOT, page))),
  ]
  const over = ceilings.filter(([file, most]) => read(file).trimEnd().split('\n').length > most)
  expect(over.map(([file, most]) => `${file} has more than ${most} lines`)).toEqual([])
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
