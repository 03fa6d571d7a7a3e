import type { Head } from '../scripts/gate/contributions.ts'

const PREFIX = 'GITHEAD_'

/** The heads a running merge brings: git names them in `GITHEAD_<oid>=<as typed>`, before MERGE_HEAD exists. */
export function mergedHeads(env: NodeJS.ProcessEnv): Head[] {
  return Object.entries(env)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, name = '']) => ({ tip: key.slice(PREFIX.length), name }))
}
