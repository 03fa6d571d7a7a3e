/** The files that a patch of Codex's `apply_patch` writes; the patch names them, no field does. */

const HEADER = /^\s*\*\*\* (?:Add File|Update File|Delete File|Move to): (.+?)\s*$/gm

/**
 * Every path a patch adds, updates, deletes or moves to, once each. Codex trims its header lines, so they may be indented;
 * lines of a file's text begin with `+`, `-` or a space and a file that quotes a patch is `+*** Add File: …`.
 */
export function patchPaths(patch: string): string[] {
  return [...new Set([...patch.matchAll(HEADER)].map(([, path = '']) => path))]
}

/** Whether a shell line hands a patch to `apply_patch`, which Codex applies itself. */
export function isPatchCommand(command: string): boolean {
  return /\bapply_?patch\b/.test(command) && command.includes('*** Begin Patch')
}
