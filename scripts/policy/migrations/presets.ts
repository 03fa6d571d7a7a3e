/** The migration tools Lanekeeper knows (policy.md section 7.1 has the catalogue and how each behaves). */
import type { Preset } from './preset.ts'
import { FRAMEWORK_PRESETS } from './presets-frameworks.ts'
import { NODE_PRESETS } from './presets-node.ts'
import { SQL_PRESETS } from './presets-sql.ts'

/**
 * Numbered files or folders of any tool; what a project of its own making has. A version is a date with its time, a
 * dotted number, or a number: `0007_2fa.sql` is 0007. Only files a migration may be written in count.
 */
const custom: Preset = {
  id: 'custom',
  title: 'numbered files',
  paths: ['migrations'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?:[VvMm]|[Vv]ersion|[Mm]igration)?[_-]?(?=(?<version>\d{4}[-_.]\d\d[-_.]\d\d(?:[-_.T]\d{4,6}(?:-\d{4}(?!\d))?)?(?!\d)|\d{6,8}[-_T]\d{6}(?!\d)|\d+(?:\.\d+)*))[^/]+?)(?<!\.d|[._]spec|[._]test)(?:\.(?:up|down|Designer)|\/[^/.]+)?\.(?:sql|[cm]?[jt]s|py|rb|php|exs|go|rs|java|kt|cs|sh)$/,
  order: 'number',
  schema: [],
  language: 'sql',
  hasSnapshots: false,
  create: null,
  directory: 'migrations',
  stamp: 'as-used',
  template: [{ path: '{{version}}{{separator}}{{name}}.sql', text: '' }],
  mentions: [],
}

export const PRESETS: readonly Preset[] = [...NODE_PRESETS, ...SQL_PRESETS, ...FRAMEWORK_PRESETS, custom]

/** The preset of that id. @throws a bug of ours when there is none: the settings' schema knows them all */
export function presetOf(id: string): Preset {
  const preset = PRESETS.find((known) => known.id === id)
  if (!preset) throw new Error(`no preset ${id}`)
  return preset
}
