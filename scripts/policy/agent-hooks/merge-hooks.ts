/** Puts our entries into an agent's settings and takes them out again; everything else in the text stays as it is. */
import { appendItem, removeItem, removeMember, setMember } from '../json-edit.ts'
import { isOurHook } from './hook-lines.ts'
import type { HooksFile } from './settings-files.ts'

export type Hooks = Readonly<Record<string, unknown>>

/**
 * The text with our entries: the same text where they are there already, null where it is no plain JSON object (comments)
 * and a person has to do it.
 * @param text null where there is no file
 */
export function withHooks(text: string | null, { head, entries }: HooksFile): string | null {
  if (text === null || text.trim() === '') {
    const hooks = Object.fromEntries(Object.entries(entries).map(([event, entry]) => [event, [entry]]))
    return `${JSON.stringify({ ...head, hooks }, null, 2)}\n`
  }
  const hooks = hooksIn(text)
  if (hooks === null) return null
  const wanted = Object.entries(entries)
  const isThere = wanted.every(([event, entry]) => hasJust(listOf(hooks, event), entry))
  if (isThere && ourEvents(hooks).every((event) => event in entries)) return text
  return wanted.reduce(
    (now, [event, entry]) =>
      event in (hooksIn(now) ?? {})
        ? appendItem(now, ['hooks', event], entry)
        : setMember(now, ['hooks', event], [entry]),
    withHead(withoutHooks(text), head),
  )
}

function withHead(text: string, head: object): string {
  const known = JSON.parse(text) as object
  return Object.entries(head).reduce((now, [key, value]) => (key in known ? now : setMember(now, [key], value)), text)
}

/** The text without our entries, and without the lists that they leave empty. */
export function withoutHooks(text: string): string {
  let now = text
  for (;;) {
    const next = withoutOne(now)
    if (next === now) return now
    now = next
  }
}

/** A group may hold somebody's hook beside ours: then ours alone goes. */
function withoutOne(text: string): string {
  const hooks = hooksIn(text) ?? {}
  for (const event of ourEvents(hooks)) {
    const list = listOf(hooks, event)
    const at = list.findIndex(isOurHook)
    const inner = innerOf(list[at])
    const isMixed = inner.some((hook) => !isOurHook(hook))
    if (isMixed) return removeItem(text, ['hooks', event, String(at), 'hooks'], inner.findIndex(isOurHook))
    return list.length === 1 ? removeMember(text, ['hooks', event]) : removeItem(text, ['hooks', event], at)
  }
  return text
}

function innerOf(entry: unknown): readonly unknown[] {
  const hooks = (entry as { hooks?: unknown } | undefined)?.hooks
  return Array.isArray(hooks) ? hooks : []
}

/** The events that have a hook of ours. */
export function ourEvents(hooks: Hooks): string[] {
  return Object.keys(hooks).filter((event) => listOf(hooks, event).some(isOurHook))
}

/** Events whose entry of ours is not there, and those where it is not the one we write (or where we write none). */
export function unfitEvents(hooks: Hooks, { entries }: HooksFile): { missing: string[]; unlike: string[] } {
  const ours = ourEvents(hooks)
  const left = ours.filter((event) => !(event in entries))
  const changed = Object.entries(entries).filter(([event, entry]) => !hasJust(listOf(hooks, event), entry))
  const events = changed.map(([event]) => event)
  return {
    missing: events.filter((event) => !ours.includes(event)),
    unlike: [...events.filter((event) => ours.includes(event)), ...left],
  }
}

function hasJust(list: readonly unknown[], entry: object): boolean {
  const ours = list.filter(isOurHook)
  return ours.length === 1 && JSON.stringify(ours[0]) === JSON.stringify(entry)
}

function listOf(hooks: Hooks, event: string): readonly unknown[] {
  const list = hooks[event]
  return Array.isArray(list) ? list : []
}

/** The `hooks` of a settings text; null where the text is no JSON object, or holds hooks of another shape. */
export function hooksIn(text: string): Hooks | null {
  try {
    const data: unknown = JSON.parse(text)
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return null
    const { hooks = {} } = data as { hooks?: unknown }
    if (typeof hooks !== 'object' || hooks === null || Array.isArray(hooks)) return null
    return Object.values(hooks).every(Array.isArray) ? (hooks as Hooks) : null
  } catch {
    return null
  }
}
