/** `lanekeeper gc`: the ledger against what git knows. Swept is what is proved ours and gone; the rest is listed with why. */
import { type Command, commonOptions, flag } from './command.ts'
import { shareChanges } from './contact.ts'
import { enter } from './entrance.ts'
import { sweepLandings } from './landing/throwaway-worktree.ts'
import type { Policy } from './policy/policy.ts'
import { commandLine } from './policy/shell-quote.ts'
import type { Sweep, Swept } from './removal/sweep.ts'
import { sweepUnknown } from './removal/sweep-databases.ts'
import { sweepMigrationLeases } from './removal/sweep-migration-leases.ts'
import { pruneVanished, sweepRecords, worktreesForSure } from './removal/sweep-worktrees.ts'
import { branchTips } from './system/history.ts'
import { readLedger } from './system/ledger.ts'
import { sweepCodeCopies, sweepLocks } from './system/leftovers.ts'
import { readPolicy } from './system/policy-source.ts'
import { portRegistry } from './system/port-leases.ts'
import type { Repository } from './system/repository.ts'
import { sweepLeases } from './system/stale-leases.ts'
import type { Kept } from './system/teardown.ts'
import { listWorktrees } from './system/worktrees.ts'

export const command: Command = {
  summary: 'Sweep what vanished worktrees and killed processes left behind',
  usage: '[-n] [--yes]',
  options: {
    'dry-run': commonOptions.dryRun,
    yes: {
      type: 'boolean',
      short: 'y',
      help: "Also remove databases that carry this clone's mark and are in no ledger",
    },
  },
  positionals: [0, 0],
  examples: ['npx lanekeeper gc --dry-run', 'npx lanekeeper gc --json'],
  run: async (input, session) => {
    const dryRun = flag(input, 'dry-run')
    // a task that another machine made since is not gone: what holds leases is asked first
    const { repository, policy } = enter(session, { remote: !dryRun })
    const worktrees = worktreesForSure(repository)
    const { removed, kept } = await sweepAll({ repository, policy, worktrees, session, dryRun }, flag(input, 'yes'))
    if (!dryRun) shareChanges(repository, policy.settings, session.out)
    return {
      json: { ok: true, ...(dryRun ? { dryRun } : {}), removed, kept },
      text:
        [...lines(dryRun ? 'would remove' : 'removed', removed), ...lines('kept', kept)].join('\n') ||
        'Nothing to sweep.',
    }
  },
}

/** Landings first: they hold worktrees and records themselves. Leases last: records give theirs back before. */
async function sweepAll(sweep: Sweep, yes: boolean): Promise<Swept> {
  const { repository, dryRun } = sweep
  const landings = await sweepLandings(repository, { dryRun })
  const vanished = pruneVanished(sweep)
  const records = await sweepRecords({ ...sweep, worktrees: dryRun ? sweep.worktrees : worktreesForSure(repository) })
  const unknown = await sweepUnknown(sweep, yes)
  const migrations = sweepMigrationLeases(repository, dryRun ? sweep.policy : readPolicy(repository), { dryRun })
  const leases = await sweepLeases(portRegistry(repository.env), { dryRun })
  // in a dry run a record still has its block, and was listed with it
  const listed = new Set(readLedger(repository).map(({ ports }) => ports?.first))
  return {
    removed: [
      ...landings.map((what) => ({ what, why: 'its process died' })),
      ...vanished.removed,
      ...records.removed,
      ...unknown.removed,
      ...migrations.removed,
      ...leases
        .filter(({ first }) => !listed.has(first))
        .map(({ first, path, why }) => ({ what: `port block ${first} (${path})`, why })),
      ...(await sweepLocks(repository, dryRun)),
      ...sweepCodeCopies(repository, dryRun),
    ],
    kept: [
      ...vanished.kept,
      ...records.kept,
      ...unknown.kept,
      ...migrations.kept,
      ...finishedBranches(repository, sweep.policy),
    ],
  }
}

/** A branch may be the only place of work that was closed without landing: only a person deletes it, its worktree first. */
function finishedBranches({ git }: Repository, { tasks }: Policy): Kept[] {
  const tips = branchTips(git)
  const checkedOut = new Set(listWorktrees(git).map(({ branch }) => branch))
  const wayOn = (id: string, branch: string) =>
    commandLine(checkedOut.has(branch) ? ['npx', 'lanekeeper', 'remove', id] : ['git', 'branch', '-D', branch])
  return tasks
    .filter(({ state, branch }) => state !== 'open' && tips.has(branch))
    .map(({ id, state, branch }) => ({
      what: `branch ${branch}`,
      why: `task "${id}" is ${state}, but a branch may hold work: ${wayOn(id, branch)}`,
    }))
}

function lines(verb: string, items: readonly Kept[]): string[] {
  return items.map(({ what, why }) => `${verb} ${what}: ${why}`)
}
