/** Whether the hooks that git runs are still ours. */
import { join } from 'node:path'
import { readIfExists } from './files.ts'
import type { Repository } from './repository.ts'
import { baseHooksDir, hooksDir, OUR_HOOKS } from './trusted-hooks.ts'

/** Stands in every stub of ours. */
const STUB_MARK = '# lanekeeper '

/** Our hooks that are another program's now: a hooks manager that installs itself writes wherever git looks for hooks. */
export function strangeHooks(repository: Repository): string[] {
  const isStrange = (dir: string, name: string) => {
    const text = readIfExists(join(dir, name))
    return text !== null && !text.includes(STUB_MARK)
  }
  const dirs = [hooksDir(repository), baseHooksDir(repository)]
  return OUR_HOOKS.filter((name) => dirs.some((dir) => isStrange(dir, name)))
}
