import { NoReply, openConnection, type Reply } from '../faults/connection.js';

/** Undefined when nobody listens, or the connection ends without a reply. */
export async function askOnce(
  port: number,
  request: string,
  timeoutMs: number,
): Promise<Reply | undefined> {
  try {
    const connection = await openConnection(port);
    try {
      return await connection.ask(request, timeoutMs);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof NoReply) return undefined;
    throw error;
  }
}
