/** What `ps` shows of a process instead of its arguments, when the server has a name. */
export function processTitle(role: 'master' | `worker ${number}`, name: string): string {
  return `forkcast: ${role} [${name}]`;
}
