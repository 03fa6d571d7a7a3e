/**
 * What our line in `.husky/<hook>` calls where git does not run the trusted copy (husky alone is installed). The same
 * bundle answers, so there is one gate whoever starts it.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, type Result, usageError } from './command.ts'
import { EXIT } from './policy/errors.ts'
import { baseOf } from './system/policy-source.ts'
import { openRepository } from './system/repository.ts'
import { buildDir, OUR_HOOKS } from './system/trusted-hooks.ts'

export const command: Command = {
  summary: 'Run one of our git hooks, as .husky/<hook> does',
  usage: `<${OUR_HOOKS.join('|')}> [arguments git gave]`,
  options: {},
  positionals: [1, 9],
  examples: ['npx lanekeeper hook pre-commit'],
  run: async ({ positionals: [name = '', ...args] }, session) => {
    if (!OUR_HOOKS.includes(name)) throw usageError(`There is no hook "${name}".`, `Ours are: ${OUR_HOOKS.join(', ')}`)
    if (session.env.LANEKEEPER === '0') return passed(0)
    const calls = callsOf(name, args, session.env, session.cwd)
    for (const words of calls) {
      const { status } = spawnSync(process.execPath, [join(buildDir(), 'hook-loader.cjs'), name, ...words], {
        cwd: session.cwd,
        env: {
          ...session.env,
          LANEKEEPER_CA_CERTS: session.env.NODE_EXTRA_CA_CERTS ?? '',
          LANEKEEPER_NODE_OPTIONS: session.env.NODE_OPTIONS ?? '',
        },
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      if (status !== 0) return passed(EXIT.refused)
    }
    return passed(0)
  },
}

function passed(exit: number): Result {
  return { json: { ok: exit === 0 }, text: '', exit }
}

/** git gives two of our hooks their lines on stdin; the stubs' shell filter turns them into arguments, so do we. */
function callsOf(name: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): (readonly string[])[] {
  if (name !== 'reference-transaction' && name !== 'pre-push') return [args]
  const lines = readFileSync(0, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
  const baseRef = `refs/heads/${baseOf(openRepository(cwd, env))}`
  if (name === 'pre-push')
    return lines.flatMap(([, local = '', to, remote = '']) => (to === baseRef ? [[local, remote]] : []))
  if (args[0] !== 'prepared') return []
  const isMerge = /^(merge|pull)/.test(env.GIT_REFLOG_ACTION ?? '')
  return lines.flatMap(([from = '', to = '', ref]) => {
    if (ref === baseRef && from !== to) return [['late', from, to]]
    return ref === 'ORIG_HEAD' && isMerge ? [['early', from, to]] : []
  })
}
