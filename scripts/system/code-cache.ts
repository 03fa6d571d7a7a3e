/** V8's code caches beside the code (`main.cjs.v20.20.2-x64.cache`): no part of a build, each copy makes its own. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export function isCodeCache(path: string): boolean {
  return /\.cache(\.\d+)?$/.test(path)
}

/**
 * Runs the gates' bundle once, unless it has its cache for this Node already; a failure only costs speed.
 * @param code the directory of a trusted copy
 */
export function makeCodeCache(code: string): void {
  // as scripts/loader.cjs names it
  if (existsSync(join(code, `hook-gates.cjs.${process.version}-${process.arch}.cache`))) return
  const { NODE_OPTIONS: _, ...env } = process.env
  spawnSync(process.execPath, [join(code, 'hook-loader.cjs'), 'warm-up'], { env, stdio: 'ignore' })
}
