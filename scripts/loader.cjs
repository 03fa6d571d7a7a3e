#!/usr/bin/env node
/**
 * Starts one of our bundles from V8's code cache, which it leaves beside the bundle on its first run. The build copies it
 * under two names: `cli.cjs`, the bin, and `hook-loader.cjs`, which the hooks' stubs start. Bundles are CommonJS, because
 * on Node 20 the ES module loader alone takes half as long as Node itself (10 ms), and compiling a bundle as long again.
 * Where the directory cannot be written to, every run is a first one, and nothing else is different.
 */
const { readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { basename, join } = require('node:path')
const { Script } = require('node:vm')

// The stubs start Node bare (extra certificates alone triple its start); what they put aside comes back for our children.
for (const [name, saved] of [
  ['NODE_OPTIONS', 'LANEKEEPER_NODE_OPTIONS'],
  ['NODE_EXTRA_CA_CERTS', 'LANEKEEPER_CA_CERTS'],
]) {
  const value = process.env[saved]
  if (value === undefined) continue
  if (value === '') delete process.env[name]
  else process.env[name] = value
  delete process.env[saved]
}

const isBin = basename(__filename) === 'cli.cjs'
/** The verbs of the bundle `quick.cjs`, as esbuild.config.mjs has them. */
const QUICK_VERBS = ['check', 'status', 'agent-hook']
/** Of an agent's hooks, those it waits for at every step; the others may have a worktree to provision. */
const QUICK_HOOKS = /tool|shell/i
const file = join(__dirname, `${bundle()}.cjs`)
const cache = `${file}${verb()}.${process.version}-${process.arch}.cache`
const cachedData = readCache()
const options = { filename: file, ...(cachedData ? { cachedData } : {}) }
// the build wraps it, and writes ASCII: as such it is read five times as fast as UTF-8
const script = new Script(readFileSync(file, 'latin1'), options)
const module_ = { exports: {} }
// code that runs out of a Script has no import() of its own without an experimental flag: the build calls ours
script.runInThisContext()(require, module_, module_.exports, file, __dirname, (url) => import(url))
// after the run, so that the functions it compiled are in the cache too
if (cachedData === undefined || script.cachedDataRejected) process.on('exit', writeCache)

function bundle() {
  if (isBin) return isQuick(process.argv[2], process.argv[3]) ? 'quick' : 'main'
  return process.argv[2] === 'post-checkout' ? 'hook-provisioning' : 'hook-gates'
}

function isQuick(verb, word) {
  return QUICK_VERBS.includes(verb) && (verb !== 'agent-hook' || QUICK_HOOKS.test(word))
}

/**
 * The bin has a cache for each verb: it holds what the verb's first run compiled, and another verb would read all of it
 * and lack its own. `install` warms the hooks' caches up (scripts/adoption/warm-up.ts).
 */
function verb() {
  const word = process.argv[2] ?? ''
  return isBin && /^[a-z-]+$/.test(word) ? `.${word}` : ''
}

function readCache() {
  try {
    return readFileSync(cache)
  } catch {
    return undefined
  }
}

function writeCache() {
  // no file for every slip of the fingers
  if (process.exitCode > 1) return
  const temporary = `${cache}.${process.pid}`
  try {
    writeFileSync(temporary, script.createCachedData())
    renameSync(temporary, cache)
  } catch {
    // a sandbox that may not write here, a full disk: it starts plainly next time too
    discard(temporary)
  }
}

function discard(path) {
  try {
    rmSync(path, { force: true })
  } catch {
    // a package in an archive (Yarn's Plug'n'Play) is read-only: nothing was written
  }
}
