/** What `post-checkout` does. It never stops git: a worktree without provisioning is a worktree, loudly marked as such. */
import { existsSync } from 'node:fs'
import { LanekeeperError } from '../policy/errors.ts'
import { urlsOf } from '../policy/ports.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { worktreeStateDir } from '../system/identity.ts'
import { installedBase } from '../system/installed-base.ts'
import { stateOf, type WorktreeRecord } from '../system/ledger.ts'
import { createOutput, type Output } from '../system/output.ts'
import { readPolicy } from '../system/policy-source.ts'
import { openHookRepository, type Repository } from '../system/repository.ts'
import { worktreeSlug } from '../system/worktree-facts.ts'
import { provisionQuickly } from './provision-quickly.ts'

/**
 * Provisions the worktree around `cwd` where it is a new one: linked, and without our marker in its git dir. Neither the
 * old commit nor the flag tells a new worktree (git-hooks.md section 1), so neither is asked. Never throws.
 */
export async function provisionNewWorktree(world: NodeJS.Process): Promise<void> {
  const out = createOutput(world)
  const [cwd, env] = [world.cwd(), world.env]
  try {
    if (env.LANEKEEPER === '0' || env.LANEKEEPER_SETUP === 'caller') return
    const repository = openHookRepository(cwd, env)
    if (!repository.isLinked || existsSync(worktreeStateDir(repository.gitDir))) return
    const { record } = await provisionQuickly(repository, readPolicy(repository, installedBase(repository)), {
      wait: false,
      trust: false,
    })
    tell(repository, record, out)
  } catch (error) {
    const message =
      error instanceof LanekeeperError ? error.message : error instanceof Error ? error.stack : String(error)
    const hint = error instanceof LanekeeperError && error.hint ? `${error.hint}\n` : ''
    out.error(`lanekeeper: this worktree is NOT provisioned. ${message}`, `${hint}${again(cwd)}`)
  }
}

function tell(repository: Repository, record: WorktreeRecord, out: Output): void {
  for (const { step, message, hint } of record.problems)
    out.error(
      `lanekeeper: this worktree is NOT ready (${step}): ${message}`,
      `${hint ?? ''}\n${again(repository.root)}`.trim(),
    )
  if (record.problems.length > 0) return
  const ports = record.ports?.ports ?? {}
  const urls = Object.values(urlsOf(worktreeSlug(record), ports)).slice(0, 1)
  const rest = stateOf(record) === 'pending' ? ', the rest goes on in the background (npx lanekeeper status)' : ''
  out.done(
    `lanekeeper: ${[...Object.entries(ports).map(([name, port]) => `${name}=${port}`), ...urls].join(' ')}${rest}`,
  )
}

function again(path: string): string {
  return `Once mended: ${commandLine(['npx', 'lanekeeper', 'setup', path])}`
}
