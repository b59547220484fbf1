/** The environment of this process, and the place it was started at. */
import type { Environment } from './environment.js';
import {
  type Handover,
  PASSING_VARIABLES,
  type StartPlace,
  startPlaceOf,
  successorEnvironment,
} from './handover.js';
import { readServiceManagement, type ServiceManagement } from './service-management.js';

/** As it was when this process started: what changes later is its own affair. */
const AT_START: Environment = { ...process.env };

const PLACE: StartPlace = startPlaceOf({
  execPath: process.execPath,
  execArgv: process.execArgv,
  argv: process.argv,
  cwd: process.cwd(),
  env: AT_START,
});

/** The environment of this process, for one that it starts, with some variables more. */
export function environmentWith(
  additions: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return { ...process.env, ...additions };
}

/** Sets variables of this process, and so of those that it starts; each is `KEY=VALUE`. */
export function setVariables(variables: readonly string[]): void {
  for (const variable of variables) {
    const at = variable.indexOf('=');
    process.env[variable.slice(0, at)] = variable.slice(at + 1);
  }
}

/** The environment as it was at the start; what was said in it to this process alone is taken out. */
export function takeEnvironment(): Environment {
  for (const name of PASSING_VARIABLES) delete process.env[name];
  return AT_START;
}

/** One variable as it was at the start. */
export function variableAtStart(name: string): string | undefined {
  return AT_START[name];
}

/** How to start the master that follows this one. */
export function successorPlace(
  handover: Handover,
): StartPlace & { readonly env: Record<string, string | undefined> } {
  return { ...PLACE, env: { ...successorEnvironment(AT_START, handover) } };
}

/** Whom this process is to tell how it is, if anybody; one that follows another takes over its part. */
export function serviceManagement(isSuccessor: boolean): ServiceManagement | undefined {
  return readServiceManagement(process.env, isSuccessor ? undefined : process.pid);
}
