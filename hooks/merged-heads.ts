/** The commits a running merge brings: git names them in `GITHEAD_<oid>=<as typed>`, before MERGE_HEAD exists. */
export function mergedHeads(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('GITHEAD_'))
    .map((name) => name.slice('GITHEAD_'.length))
}
