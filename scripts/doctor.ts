/** Tells whether everything is live in this worktree, by looking and by really running the hooks; `--fix` heals what can be healed. */
import { type Command, flag, type Input, type Result, type Session } from './command.ts'
import { agentChecks } from './doctor/agents.ts'
import type { Check, Finding, Scene } from './doctor/finding.ts'
import { hookChecks } from './doctor/hooks.ts'
import { leaseChecks } from './doctor/leases.ts'
import { machineChecks } from './doctor/machine.ts'
import { projectChecks } from './doctor/project.ts'
import { worktreeChecks } from './doctor/worktrees.ts'
import { LanekeeperError } from './policy/errors.ts'
import type { Policy } from './policy/policy.ts'
import { readPolicy } from './system/policy-source.ts'
import { openRepository } from './system/repository.ts'
import { wayToRoot } from './where-to.ts'

export const command: Command = {
  summary:
    'Tell whether everything is live in this worktree, by really running the hooks. Exits 1 when something is wrong.',
  usage: '[--fix]',
  options: { fix: { type: 'boolean', help: 'Heal what can be healed: hooks, pins, worktrees whose set-up failed' } },
  positionals: [0, 0],
  examples: ['npx lanekeeper doctor', 'npx lanekeeper doctor --fix'],
  run: doctor,
}

const checks: readonly Check[] = [
  ...machineChecks,
  ...hookChecks,
  ...projectChecks,
  ...agentChecks,
  ...worktreeChecks,
  ...leaseChecks,
]

type Named = Finding & { readonly check: string }

async function doctor(input: Input, session: Session): Promise<Result> {
  const before = await examine(openScene(session))
  const fixed = flag(input, 'fix') ? await heal(before, session) : []
  const findings = fixed.length > 0 ? await examine(openScene(session)) : before
  const isWell = findings.every(({ level }) => level !== 'error')
  const json = {
    ok: isWell,
    findings: findings.map(({ check, level, message, fix }) => ({
      check,
      level,
      message,
      ...(fix === null ? {} : { fix }),
    })),
    fixed,
  }
  const way = wayToRoot(openRepository(session.cwd, session.env), session.cwd)
  return { json, text: textOf(findings, way, session) }
}

/** No `enter()` here: it would heal before anything was looked at, and a broken settings file is a finding, not the end. */
function openScene(session: Session): Scene {
  const repository = openRepository(session.cwd, session.env)
  const read = (): Pick<Scene, 'policy' | 'policyError'> => {
    try {
      return { policy: readPolicy(repository) satisfies Policy, policyError: null }
    } catch (error) {
      if (error instanceof LanekeeperError) return { policy: null, policyError: error }
      throw error
    }
  }
  return { repository, session, ...read() }
}

async function examine(scene: Scene): Promise<Named[]> {
  const found: Named[] = []
  for (const { name, look } of checks) for (const finding of await look(scene)) found.push({ ...finding, check: name })
  return found
}

/** Runs each remedy once; gives the names of those that went through. */
async function heal(findings: readonly Named[], { out }: Session): Promise<string[]> {
  const remedies = new Map(findings.flatMap(({ remedy }) => (remedy ? [[remedy.name, remedy]] : [])))
  const done: string[] = []
  for (const [name, remedy] of remedies) {
    out.note(name)
    try {
      await remedy.run()
      done.push(name)
    } catch (error) {
      if (!(error instanceof LanekeeperError)) throw error
      out.error(`${name}: ${error.message}`, error.hint)
    }
  }
  return done
}

/** @param way commands that name files go by it first */
function textOf(findings: readonly Named[], way: readonly string[], { out }: Session): string {
  const signs = { ok: out.paint('green', '✓'), warning: out.paint('yellow', '▲'), error: out.paint('red', '✗') }
  return findings
    .flatMap(({ check, level, message, fix }) => [
      `${signs[level]} ${check}: ${message}`,
      ...(fix?.split('\n') ?? []).map(
        (line) => `  ${out.paint('dim', '↳')} ${line.startsWith('git ') ? [...way, line].join(' && ') : line}`,
      ),
    ])
    .join('\n')
}
