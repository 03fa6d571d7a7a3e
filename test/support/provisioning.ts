/** What the provisioning stories share: a repository with our hooks, and what a provisioned worktree must look like. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'dotenv'
import { expect } from 'vitest'
import { prepared } from './prepared.ts'
import { createPlace, createRepository, type Place, type TestRepository } from './repository.ts'

export interface SetupJson {
  readonly ok: boolean
  readonly task: { id: string; branch: string; base: string } | null
  readonly worktree: { path: string; branch: string | null }
  readonly ports: Record<string, number>
  readonly urls: Record<string, string>
  readonly databases: Record<string, { provider: string; url: string }>
  readonly state: string
  readonly problems: { step: string; message: string; hint?: string }[]
}

export interface Adopted extends TestRepository {
  /** First port of the first block of its range. */
  readonly first: number
}

let count = 0

/**
 * A repository that git-ignores env files and has our hooks installed. Its port range is its own: a test that runs beside
 * this one probes ports too, and a port that is probed at this moment is not free.
 */
export function createAdopted(
  files: Readonly<Record<string, string>> = {},
  first = 21_000 + ((process.pid * 17 + count++) % 80) * 100,
  place: Place = createPlace(),
): Adopted {
  const settings = JSON.parse(files['lanekeeper.json'] ?? '{}')
  const ports = { ...settings.ports, range: [first, first + 199] }
  const texts = {
    '.gitignore': '.env*\n!.env.example\n',
    ...files,
    'lanekeeper.json': JSON.stringify({ ...settings, ports }),
  }
  const project = createRepository(texts, place)
  expect(project.lanekeeper(['install'])).toMatchObject({ status: 0 })
  return { ...project, first }
}

/** Called beside the tests of a file, it gives what makes them a copy each of one that was adopted once. */
export function preparedAdopted(): () => Adopted {
  return prepared((place) => createAdopted({}, undefined, place))
}

/** `setup --json` in a directory, whatever its exit status. */
export function setup(project: TestRepository, cwd: string, args: readonly string[] = []): SetupJson {
  const { stdout, stderr, status } = project.lanekeeper(['setup', '--json', ...args], { cwd })
  if (stdout === '') throw new Error(`setup exited ${status} without an answer: ${stderr}`)
  return JSON.parse(stdout) as SetupJson
}

/** What a dotenv reader sees in a worktree's file. */
export function envOf(project: TestRepository, dir: string, file = '.env.local'): Record<string, string> {
  return parse(project.read(join(dir, file)))
}

/** Expects ports, env file and documents, and a work tree that git calls clean. */
export function expectProvisioned(project: TestRepository, dir: string): number {
  const port = Number(envOf(project, dir).PORT)
  expect(port).toBeGreaterThanOrEqual(20000)
  expect(project.read(join(dir, 'WORKTREE.md'))).toContain(`| \`PORT\` | ${port} |`)
  expect(project.exists(join(dir, 'TASKS.md'))).toBe(true)
  expect(project.git(['status', '--porcelain'], { cwd: dir })).toBe('')
  return port
}

/** Names of the lease files of this test's user. */
export function leases(project: TestRepository): string[] {
  const names = readdirSync(join(project.env.XDG_STATE_HOME ?? '', 'lanekeeper', 'ports'))
  return names.filter((name) => /^\d+$/.test(name)).sort()
}

/** Files whose names say lock, below a directory. */
export function lockFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?:^|\/)(?:[^/]*lock(?:\.\w+)*|\.sweep|[^/]*\.(?:tmp|dead|gone))$/.test(name),
  )
}
