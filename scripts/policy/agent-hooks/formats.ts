/** The agents whose hooks we answer. */
import { LanekeeperError } from '../errors.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { copilot } from './copilot.ts'
import { cursor } from './cursor.ts'
import { gemini } from './gemini.ts'
import type { AgentFormat } from './payload.ts'

export const FORMATS = { claude, codex, cursor, copilot, gemini } as const satisfies Record<string, AgentFormat>

export type HookedAgent = keyof typeof FORMATS

/** Their names, in the order they are shown. */
export const HOOKED_AGENTS = Object.keys(FORMATS) as HookedAgent[]

export function isHookedAgent(name: string): name is HookedAgent {
  return Object.hasOwn(FORMATS, name)
}

/** The agents in `claude,codex`, once each. Throws `usage` for one whose hooks we do not speak. */
export function hookedAgentsIn(list: string): HookedAgent[] {
  const names = list.split(/[\s,]+/).filter((name) => name !== '')
  return [...new Set(names)].map((name) => {
    if (isHookedAgent(name)) return name
    throw new LanekeeperError('usage', `There are no hooks for "${name}".`, {
      hint: `Known: --agents ${HOOKED_AGENTS.join(',')}`,
    })
  })
}
