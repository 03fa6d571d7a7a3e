/**
 * What `npm install` does in this repository: build, husky, our trusted hooks. npm runs `prepare` of a `file:` dependency
 * as well, in the middle of somebody else's install: there it must not rebuild what is running, nor touch any hooks.
 */
import { spawnSync } from 'node:child_process'
import husky from 'husky'

function prepare() {
  run('esbuild.config.mjs')
  process.stderr.write(husky())
  run('dist/cli.mjs', 'install')
}

function run(...words) {
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`node ${words.join(' ')} ended with ${status}`)
}

// INIT_CWD is where npm was started
if ((process.env.INIT_CWD ?? process.cwd()) === process.cwd()) prepare()
