/**
 * Builds `dist/`: all verbs as one CommonJS file, the quick ones and the hooks as others, each started by a loader with V8's code cache,
 * because on Node 20 `import` of a CommonJS package costs ten times its `require` (performance.md section 0); the
 * plopfile as ES modules, as Plop wants it.
 */
import { createHash } from 'node:crypto'
import { chmod, copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { build } from 'esbuild'
import { esbuildTemplates } from './templates/compile.mjs'

const { version } = JSON.parse(await readFile('package.json', 'utf8'))

/** Packages that most runs never need: in files of their own, read when they are. `hook-*.cjs` and `main.cjs` share them. */
const PARTS = { yaml: 'yaml', 'zx/core': 'zx', pg: 'pg' }

const parts = {
  name: 'parts',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${Object.keys(PARTS).join('|')})$`) }, ({ path }) => ({
      path,
      namespace: 'part',
    }))
    build.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
      contents: `module.exports = require('./${PARTS[path]}.cjs')`,
    }))
    build.onResolve({ filter: /\.cjs$/, namespace: 'part' }, ({ path }) => ({ path, external: true }))
  },
}

/** Verbs that people and agents wait for many times an hour: a bundle of their own, a quarter of the other's size. */
const QUICK_VERBS = ['check', 'status', 'agent-hook']

/** Leaves the other verbs out; scripts/loader.cjs never starts this bundle for one of them. */
const quickVerbsOnly = {
  name: 'quick-verbs-only',
  setup(build) {
    const isQuick = (path) => QUICK_VERBS.some((verb) => path === `./${verb}.ts`)
    build.onResolve({ filter: /^\.\/[a-z/-]+\.ts$/ }, ({ path, importer, kind }) =>
      kind === 'dynamic-import' && /\/(cli|agent-hook)\.ts$/.test(importer) && !isQuick(path)
        ? { path, namespace: 'left-out' }
        : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'export const command = undefined' }))
  },
}

/** Changes whenever the code does that makes settings and tasks out of texts (system/policy-cache.ts). */
async function rulesId() {
  const hash = createHash('sha256')
  const names = (await readdir('scripts/policy', { recursive: true })).filter((name) => name.endsWith('.ts'))
  for (const name of names.sort()) hash.update(await readFile(`scripts/policy/${name}`))
  return hash.digest('hex').slice(0, 12)
}

/** As scripts/loader.cjs wants it: a function of what Node gives a module, in ASCII. */
async function wrap(file) {
  const text = await readFile(file, 'utf8')
  const foreign = /[^\0-\x7f]/.exec(text)
  if (foreign)
    throw new Error(`${file} holds ${foreign[0]}: write it as \\u{${foreign[0].codePointAt(0).toString(16)}}`)
  // `await` tells our own call from the ones in the texts of templates/project
  const ours = text.replace(/\bawait import\(/g, 'await __import(')
  await writeFile(file, `(function(require,module,exports,__filename,__dirname,__import){${ours}\n})`)
}

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  outdir: 'dist',
  define: { LANEKEEPER_VERSION: JSON.stringify(version), LANEKEEPER_RULES: JSON.stringify(await rulesId()) },
  external: ['plop', 'node-plop', 'libsql', 'better-sqlite3', 'node:sqlite', 'pg-native'],
  plugins: [esbuildTemplates],
  logLevel: 'warning',
}

// databases that no hook waits for
const serviceProviders = ['postgres', 'command', 'services/neon', 'services/planetscale', 'services/turso'].map(
  (folder) => `./${folder}/${basename(folder)}.ts`,
)

const modules = {
  ...common,
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  // CommonJS packages inside an ES bundle ask for `require`
  banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
}

await rm('dist', { recursive: true, force: true })
await build({ ...modules, entryPoints: { plopfile: 'generators/plopfile.ts' } })
await build({
  ...common,
  format: 'cjs',
  entryPoints: Object.fromEntries(Object.entries(PARTS).map(([name, part]) => [part, name])),
  outExtension: { '.js': '.cjs' },
  minify: true,
})
const bin = {
  ...common,
  format: 'cjs',
  plugins: [...common.plugins, parts],
  outExtension: { '.js': '.cjs' },
  // names stay, for the stack of a bug
  minifyWhitespace: true,
  minifySyntax: true,
  define: { ...common.define, 'import.meta.url': '__url' },
  banner: { js: 'const __url = require("node:url").pathToFileURL(__filename).href;' },
}
await build({ ...bin, entryPoints: { main: 'scripts/cli.ts' } })
await build({ ...bin, entryPoints: { quick: 'scripts/cli.ts' }, plugins: [...bin.plugins, quickVerbsOnly] })
await build({
  ...common,
  format: 'cjs',
  plugins: [...common.plugins, parts],
  // a hook leaves what needs these to the bin, in a process of its own
  external: [...common.external, 'package-manager-detector', ...serviceProviders],
  entryPoints: { 'hook-gates': 'hooks/gates.ts', 'hook-provisioning': 'hooks/provisioning.ts' },
  outExtension: { '.js': '.cjs' },
  minify: true,
})
if (process.argv.includes('--simulate'))
  await build({ ...modules, splitting: false, entryPoints: { simulate: 'test/simulator/run.ts' } })
if (process.argv.includes('--bench'))
  await build({ ...modules, splitting: false, entryPoints: { bench: 'test/bench/bench.ts' } })
for (const name of ['cli.cjs', 'hook-loader.cjs']) await copyFile('scripts/loader.cjs', `dist/${name}`)
// husky's exports do not name its shim; it lies beside its entry
await copyFile(new URL('husky', import.meta.resolve('husky')), 'dist/husky.sh')
for (const name of ['main', 'quick', 'hook-gates', 'hook-provisioning']) await wrap(`dist/${name}.cjs`)
await chmod('dist/cli.cjs', 0o755)

// Names the trusted copy of this build, so that no entrance has to hash it.
const hash = createHash('sha256')
for (const name of (await readdir('dist')).sort()) hash.update(name).update(await readFile(`dist/${name}`))
await writeFile('dist/build-id', `${hash.digest('hex').slice(0, 12)}\n`)

// The schema that editors use is made from the settings themselves, so it cannot drift.
await build({
  ...modules,
  splitting: false,
  entryPoints: { schema: 'scripts/policy/settings.ts' },
  outdir: 'dist/.schema',
})
const { settingsJsonSchema } = await import(new URL('dist/.schema/schema.mjs', import.meta.url))
await writeFile('lanekeeper.schema.json', `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`)
await rm('dist/.schema', { recursive: true })
