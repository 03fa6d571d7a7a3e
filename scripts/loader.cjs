#!/usr/bin/env node
/**
 * The bin: starts the bundle of all verbs from V8's code cache, which it leaves beside the bundle on its first run. One
 * CommonJS file, because on Node 20 the ES module loader alone takes half as long as Node (10 ms), and compiling the
 * bundle as long again. Where the directory cannot be written to, every run is a first one, and nothing else is different.
 */
const { readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { Script } = require('node:vm')

const file = join(__dirname, 'main.cjs')
const cache = join(__dirname, `main.${process.version}-${process.arch}.cache`)

function readCache() {
  try {
    return readFileSync(cache)
  } catch {
    return undefined
  }
}

const cachedData = readCache()
const words = '(function(require,module,exports,__filename,__dirname,__import){'
const options = { filename: file, ...(cachedData ? { cachedData } : {}) }
const script = new Script(`${words}${readFileSync(file, 'utf8')}\n})`, options)
const module_ = { exports: {} }
// code that runs out of a Script has no import() of its own without an experimental flag: the build calls ours
script.runInThisContext()(require, module_, module_.exports, file, __dirname, (url) => import(url))

if (cachedData === undefined || script.cachedDataRejected)
  // after the run, so that the functions it compiled are in the cache too
  process.on('exit', () => {
    const temporary = `${cache}.${process.pid}`
    try {
      writeFileSync(temporary, script.createCachedData())
      renameSync(temporary, cache)
    } catch {
      rmSync(temporary, { force: true })
    }
  })
