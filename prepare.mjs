/**
 * What `npm install` does in this repository: build, husky, our trusted hooks. npm runs `prepare` of a `file:` dependency
 * as well, in the middle of somebody else's install: there it must not rebuild what is running, nor touch any hooks.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import husky from 'husky'

function prepare() {
  run('esbuild.config.mjs')
  process.stderr.write(husky())
  run('dist/cli.cjs', 'install')
}

function run(...words) {
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`node ${words.join(' ')} ended with ${status}`)
}

const installing = process.env.npm_config_local_prefix ?? process.cwd()
if (installing === process.cwd()) prepare()
else if (!existsSync('dist/cli.cjs')) run('esbuild.config.mjs')
