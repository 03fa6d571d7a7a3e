/** The migration tools Lanekeeper knows (policy.md section 7.1 has the catalogue and how each behaves). */
import type { Preset } from './preset.ts'

/** Numbered files or folders of any tool; what a project of its own making has. */
const custom: Preset = {
  id: 'custom',
  title: 'numbered files',
  paths: ['migrations'],
  file: /^(?<unit>(?:.*\/)?)(?<name>[A-Za-z]*?(?<version>\d[\d._-]*\d|\d)(?![\d]).*?)(?:\.(?:up|down))?(?:\.\w+|\/[^/]+)$/,
  order: 'number',
  schema: [],
  language: 'sql',
  hasSnapshots: false,
  create: null,
}

export const PRESETS: readonly Preset[] = [custom]

/** The preset of that id. @throws a bug of ours when there is none: the settings' schema knows them all */
export function presetOf(id: string): Preset {
  const preset = PRESETS.find((known) => known.id === id)
  if (!preset) throw new Error(`no preset ${id}`)
  return preset
}
