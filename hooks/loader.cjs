/**
 * Starts a hook's bundle from V8's code cache where one fits this Node (it saves about a third of the start), else plainly,
 * and then leaves a cache for the next time. `lanekeeper install` runs this file once for the gates.
 */
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { Script } = require('node:vm')

// The stubs start Node bare (extra certificates alone triple its start); what they put aside comes back for our children.
for (const [name, saved] of [
  ['NODE_OPTIONS', 'LANEKEEPER_NODE_OPTIONS'],
  ['NODE_EXTRA_CA_CERTS', 'LANEKEEPER_CA_CERTS'],
]) {
  if (process.env[saved]) process.env[name] = process.env[saved]
  else delete process.env[name]
  delete process.env[saved]
}

const bundle = process.argv[2] === 'post-checkout' ? 'hook-provisioning' : 'hook-gates'
const file = join(__dirname, `${bundle}.cjs`)
const cache = join(__dirname, `${bundle}.${process.version}.cache`)
const options = { filename: file }
if (existsSync(cache)) options.cachedData = readFileSync(cache)
const script = new Script(
  `(function(require,module,exports,__filename,__dirname){${readFileSync(file, 'utf8')}\n})`,
  options,
)
const module_ = { exports: {} }
script.runInThisContext()(require, module_, module_.exports, file, __dirname)

if (options.cachedData === undefined || script.cachedDataRejected) {
  // after the run, so that the functions it compiled are in the cache too
  process.on('exit', () => {
    try {
      writeFileSync(`${cache}.${process.pid}`, script.createCachedData())
      renameSync(`${cache}.${process.pid}`, cache)
    } catch {
      // a sandbox that may not write here, a full disk: it starts plainly next time too
    }
  })
}
