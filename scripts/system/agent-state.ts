/** What a worktree's agent last said of itself, for whoever looks after many of them. Gone as soon as it goes on working. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { discard, readJsonIfExists, writeAtomically } from './files.ts'
import { worktreeStateDir } from './identity.ts'

/** `waiting` for a person, `done` with what it was asked, `ended` with its session. */
export type AgentState = 'waiting' | 'done' | 'ended'

export interface AgentNote {
  readonly state: AgentState
  /** In the agent's own words; empty where it has none. */
  readonly message: string
  /** ISO 8601, UTC. */
  readonly at: string
}

function fileOf(gitDir: string): string {
  return join(worktreeStateDir(gitDir), 'agent-state.json')
}

/** Writes a note down, in the worktree's own git dir; not where Lanekeeper never provisioned it. */
export function noteAgent(gitDir: string, note: AgentNote): void {
  if (existsSync(worktreeStateDir(gitDir))) writeAtomically(fileOf(gitDir), JSON.stringify(note), { durable: false })
}

/** The last note, or null while the agent works, or where there is none. */
export function agentNote(gitDir: string): AgentNote | null {
  // nearly always there is none, and an error costs more than the question
  return existsSync(fileOf(gitDir)) ? readJsonIfExists<AgentNote>(fileOf(gitDir)) : null
}

/** The agent goes on. */
export function forgetNote(gitDir: string): void {
  if (existsSync(fileOf(gitDir))) discard(fileOf(gitDir))
}
