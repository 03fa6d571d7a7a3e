/** Which of a database's commands run, when the step is tried again after some of them went well. */

/** Role → its commands that went well on the database it has now. */
export type DoneCommands = Readonly<Record<string, readonly string[]>>

/**
 * None of a role that was brought to its end; else all of `migrate`, since a migration tool knows what it did and there
 * may be a new one, and only those of `seed` that did not go well yet.
 * @param done the role's commands that went well
 */
export function commandsToRun(
  { migrate, seed }: { readonly migrate: readonly string[]; readonly seed: readonly string[] },
  { isEmpty, done }: { readonly isEmpty: boolean; readonly done: readonly string[] },
): string[] {
  const seeds = isEmpty ? seed : []
  if ([...migrate, ...seeds].every((line) => done.includes(line))) return []
  return [...migrate, ...seeds.filter((line) => !done.includes(line))]
}

/** With a command that went well. */
export function withDone(done: DoneCommands, role: string, line: string): DoneCommands {
  return { ...done, [role]: [...new Set([...(done[role] ?? []), line])] }
}

/** The step to be done again: what went well on databases that were made anew since then counts no more. */
export function reopenedStep(
  step: { readonly done?: DoneCommands } | undefined,
  anew: readonly string[],
): { state: 'pending'; done?: DoneCommands } {
  const kept = Object.entries(step?.done ?? {}).filter(([role]) => !anew.includes(role))
  return kept.length === 0 ? { state: 'pending' } : { state: 'pending', done: Object.fromEntries(kept) }
}
