/** `sync`: one contact with the remote that tasks and leases travel over. */
import { type Command, type Result, type Session, usageError } from './command.ts'
import { meetRemote } from './contact.ts'
import { enter } from './entrance.ts'
import { EXIT } from './policy/errors.ts'
import type { Exchange } from './system/sharing.ts'
import { refreshTaskLists } from './tasks/refresh-task-lists.ts'

export const command: Command = {
  summary: 'Exchange tasks and leases with the other machines, over the git remote ("remote" in lanekeeper.json)',
  usage: '[--json]',
  options: {},
  positionals: [0, 0],
  examples: ['npx lanekeeper sync', 'npx lanekeeper sync --json'],
  run: async (_input, session) => synced(session),
}

async function synced(session: Session): Promise<Result> {
  const { repository, policy } = enter(session, { alarms: false })
  const { remote } = policy.settings
  const met = meetRemote(repository, policy.settings, session.out)
  if (met === null || remote === undefined)
    throw usageError(
      'Tasks and leases stay in this clone: lanekeeper.json names no remote.',
      'On the base, in lanekeeper.json: "remote": "origin"',
    )
  if (met.came || met.lost.length > 0) await refreshTaskLists(repository)
  const ok = met.offline === null && met.refused === null
  return { json: documentOf(remote, met, ok), text: textOf(remote, met), exit: ok ? EXIT.ok : EXIT.environment }
}

function documentOf(remote: string, { offline, refused, came, overruled, lost }: Exchange, ok: boolean) {
  const message = offline ?? refused
  return {
    ok,
    remote,
    reached: offline === null,
    changed: came,
    overruled: overruled.flatMap(({ overruled: ids, kept }) => ids.map((task) => ({ task, kept }))),
    lost,
    ...(message === null ? {} : { error: { code: 'git', message } }),
  }
}

function textOf(remote: string, { offline, refused, came }: Exchange): string {
  if (offline !== null) return `${remote} does not answer; everything is kept here.`
  if (refused !== null) return `${remote} took nothing; everything is kept here.`
  return came
    ? `Tasks of other machines came from ${remote}; both sides have all.`
    : `${remote} and this clone have the same.`
}
